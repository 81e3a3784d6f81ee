/**
 * `entropic-noise`: what is recalled of noisy and of occluded test cues (arXiv 2405.12500, experiments 3 and 6; entropic-memory.md sections 7, 8): N(0, .3^2)
 * on every number, a black square over pixels 5 to 26, and the same square in two tones; sigma = .01 to .11, n = 1,024, m = 16, all of the corpus stored.
 *
 * Whether a memory mends a cue is asked directly: how far cue and recall lie from the latents of the undamaged picture. A register keeps no two columns
 * together, so (predicted before the run) the recall lies no nearer than the cue. Beside it a table of ones that accepts what the register accepts, and the
 * classifier on the cue without any memory. The authors published ten noisy pictures; ours are other ten (entropic-shown.ts), so a count may differ by 3.
 */
import { levelDistance } from "../entropic/index.ts";
import { check, type Check, figure, htmlTable, lineChart, markdownTable, paragraph, picture, result, type Table } from "../report/index.ts";
import { protocolOf } from "./entropic-cifar.ts";
import { onesLike } from "./entropic-control-trials.ts";
import { type Damage, pickRows } from "./entropic-fold.ts";
import { answersOf, type Graded, type Memory, memoryOf, type Paired, pairedDifference, REJECTED, scoreOf } from "./entropic-scores.ts";
import { cuePictures, decoded, displayedPlaces, judged, recallsOf, strips, withNote } from "./entropic-shown.ts";
import type { Context, Experiment, Report } from "./experiment.ts";
import { reportOf } from "./report-files.ts";
import { mean } from "./uhn-sweep.ts";

export const entropicNoise: Experiment = { name: "entropic-noise", title: "Noisy and occluded cues of the entropic memory of CIFAR-10", needsData: true, run };

const M = 16;
const SIGMAS: readonly number[] = [0.01, 0.03, 0.05, 0.07, 0.09, 0.11];
const DAMAGES: readonly Damage[] = ["clean", "noisy", "occluded", "two-tone"];
const COUNT = 3;
/** The first so many test cues of a fold. */
const CUES = 1000;
/** Of the authors' ten noisy pictures: right by sigma, right without the memory, rejected at every sigma. */
const AUTHORS = { right: [6, 5, 4, 3, 2, 3], alone: 6, rejected: 1 } as const;

interface Row {
  readonly cues: Damage;
  readonly sigma: number;
  readonly precision: number;
  readonly recall: number;
  readonly rejected: number;
  /** Precision of the table of ones on the same cues. */
  readonly ones: number;
  /** Of the classifier on the cue without any memory. */
  readonly alone: number;
  /** Root mean square to the clean picture's levels, of accepted cues and of their recalls; NaN where none is accepted. */
  readonly cue: number;
  readonly found: number;
  readonly right: number;
  readonly unknown: number;
  readonly aloneRight: number;
}

type Strip = Parameters<typeof strips>[0][number][number][];

function run(context: Context): Report {
  const start = context.now();
  const { quick, seed } = context;
  const protocol = protocolOf(context, entropicNoise.name);
  const n = protocol.sizes[protocol.sizes.length - 1];
  const folds = protocol.folds(n);
  const kept: NonNullable<Context["part"]> = context.part ?? ((_, make) => make());
  const found: Row[][] = [];
  const graded = new Map<string, { register: Graded[]; ones: Graded[] }>();
  const films = new Map<Damage, Strip[]>(DAMAGES.map((damage) => [damage, []]));
  const names: string[] = [];
  for (const [f, number] of folds.entries()) {
    const fold = protocol.open(number, n);
    const memory = memoryOf(fold, M);
    const ones = onesLike(memory);
    const cues = Array.from({ length: Math.min(CUES, protocol.records.sizes.test) }, (_, c) => c);
    const places = displayedPlaces(fold, f, folds.length, cues.length);
    const labels = fold.labels("test").slice(0, cues.length);
    const clean = inside(memory, fold.latents("test").subarray(0, cues.length * n));
    const rows: Row[] = [];
    for (const [d, damage] of DAMAGES.entries()) {
      const z = damage === "clean" ? fold.latents("test").subarray(0, cues.length * n) : fold.networks.encode(fold.pictures("test", cues, damage));
      const about = `${entropicNoise.name}, ${fold.key}, m ${M}, ${cues.length} ${damage} cues`;
      const alone = Uint8Array.from(kept(`${about}, without a memory`, () => Array.from(judged(fold, z).classes)));
      const strip = places.map((place): Strip => [cuePictures(fold, [place], damage)[0], decoded(fold, pickRows(z, n, [place]))[0]]);
      for (const [k, sigma] of SIGMAS.entries()) {
        context.progress(`fold ${number}, ${damage} cues, sigma ${sigma}`, (f + (d + k / SIGMAS.length) / DAMAGES.length) / folds.length);
        const part = kept(`${about}, sigma ${sigma}`, () => {
          const { classes, zhat } = recallsOf(fold, memory, z, { sigma, seed });
          const uniform = answersOf(fold, ones, z, { sigma, seed, judge: memory.register }).classes;
          const answered = [...classes.keys()].filter((c) => classes[c] !== REJECTED);
          const far = (levels: Uint16Array): number | null => (answered.length === 0 ? null : mean(answered.map((c) => levelDistance(levels, clean, M, c * n, c * n, n))));
          return { classes: Array.from(classes), uniform: Array.from(uniform), cue: far(inside(memory, z)), found: far(inside(memory, zhat)) };
        });
        const [classes, uniform] = [Uint8Array.from(part.classes), Uint8Array.from(part.uniform)];
        const both = graded.get(`${damage} ${sigma}`) ?? { register: [], ones: [] };
        graded.set(`${damage} ${sigma}`, both);
        both.register.push({ classes, labels });
        both.ones.push({ classes: uniform, labels });
        // The same draws: they are keyed by the cue's place.
        const own = recallsOf(fold, memory, z, { sigma, seed, only: (c) => places.includes(c) });
        places.forEach((place, i) => strip[i].push(classes[place] === REJECTED ? undefined : decoded(fold, pickRows(own.zhat, n, [place]))[0]));
        rows.push({
          cues: damage, sigma, ...scoreOf(classes, labels), ones: scoreOf(uniform, labels).precision, alone: scoreOf(alone, labels).precision, cue: part.cue ?? NaN, found: part.found ?? NaN,
          right: places.filter((place) => classes[place] === labels[place]).length, unknown: places.filter((place) => classes[place] === REJECTED).length,
          aloneRight: places.filter((place) => alone[place] === labels[place]).length,
        });
      }
      films.get(damage)!.push(...strip);
    }
    found.push(rows);
    names.push(...places.map((place) => protocol.records.set.names[labels[place]]));
    for (const one of [memory, ones]) one.register.dispose();
    fold.dispose();
  }
  const rows = found[0].map((_, i) => over(found.map((fold) => fold[i])));
  const paired = rows.map(({ cues, sigma }) => pairedDifference(graded.get(`${cues} ${sigma}`)!.register, graded.get(`${cues} ${sigma}`)!.ones, "precision", seed));
  const ten = names.length;
  const table = tableOf(rows, paired, ten, protocol.comparable);
  const one = result({
    experiment: entropicNoise.name, title: entropicNoise.title, seed, seconds: context.now() - start,
    parameters: { quick, comparable: protocol.comparable, note: protocol.note, data: protocol.records.name, n, m: M, folds: [...folds], "cues of a fold": Math.min(CUES, protocol.records.sizes.test) },
    rows: rows.map((row, i) => ({ ...row, "less ones": paired[i].difference, "less ones, low": paired[i].low, "less ones, high": paired[i].high })), checks: checksOf(rows, ten, protocol.comparable),
  });
  const own = (damage: Damage): Row[] => rows.filter(({ cues }) => cues === damage);
  const scores = lineChart({
    title: `Precision of what is accepted, n = ${n}, m = ${M}`, xLabel: "sigma, fraction of the levels", yLabel: "percent", xTicks: SIGMAS, yDomain: [0, 100],
    series: DAMAGES.flatMap((damage) => [{ name: damage, x: SIGMAS, y: own(damage).map(({ precision }) => precision) }, { name: `${damage}, ones`, x: SIGMAS, y: own(damage).map(({ ones }) => ones), dashed: true }]),
  });
  const shares = lineChart({
    title: "Recall", xLabel: "sigma, fraction of the levels", yLabel: "percent", xTicks: SIGMAS, yDomain: [0, 100],
    series: DAMAGES.map((damage) => ({ name: damage, x: SIGMAS, y: own(damage).map(({ recall }) => recall) })),
  });
  const pngs = DAMAGES.slice(1).map((damage) => ({ damage, png: strips(films.get(damage)!, ["cue", "painted", ...SIGMAS.map(String)], names) }));
  const at = (damage: Damage): Row => own(damage)[0];
  return reportOf(one, {
    lead: withNote(protocol, `At sigma ${SIGMAS[0]} the memory rejects ${DAMAGES.slice(1).map((damage) => `${at(damage).rejected.toFixed(1)} % of ${damage}`).join(", ")} cues (${at("clean").rejected.toFixed(1)} % of clean ones); of the accepted noisy ones ${at("noisy").precision.toFixed(1)} % get their class (${at("noisy").alone.toFixed(1)} % of all without the memory), and what is recalled lies ${at("noisy").found.toFixed(3)} of the range from the clean picture's latents, the cue itself ${at("noisy").cue.toFixed(3)}.`),
    files: [...pngs.map(({ damage, png }) => [`${damage}.png`, png] as const), ["table.md", markdownTable(table)], ["precision.svg", scores], ["recall.svg", shares]],
    sections: [
      ...pngs.map(({ damage, png }) => ({ heading: `${damage[0].toUpperCase()}${damage.slice(1)} cues`, parts: [figure(picture(png, `${damage} cues and what was recalled`), "The cue, the cue through encoder and decoder alone, and what was recalled at growing sigma. Black: not accepted.")] })),
      { heading: "Over all cues", parts: [
        htmlTable(table), paragraph(`Less ones: precision of the register less that of a table of ones on the same cues and random numbers, with 95 % intervals (${paired[0].method}). Distances: root mean square over the columns, in shares of the range, to the latents of the undamaged picture.`),
        figure(scores, "Ones: a table of ones, accepting what the register accepts."), figure(shares, "Rejected cues count as wrong."),
      ] },
    ],
  });
}

/** Levels with what lies outside at the end: distances are asked of accepted cues, which have none. */
function inside({ quantiser, register: { m } }: Memory, z: Float32Array): Uint16Array {
  return Uint16Array.from(quantiser.transform(z), (level) => Math.min(m - 1, Math.max(0, level)));
}

function over(folds: readonly Row[]): Row {
  const of = (name: "precision" | "recall" | "rejected" | "ones" | "alone" | "cue" | "found"): number => mean(folds.map((row) => row[name]).filter((value) => !Number.isNaN(value)));
  const sum = (name: "right" | "unknown" | "aloneRight"): number => folds.reduce((total, row) => total + row[name], 0);
  const [{ cues, sigma }] = folds;
  return { cues, sigma, precision: of("precision"), recall: of("recall"), rejected: of("rejected"), ones: of("ones"), alone: of("alone"), cue: of("cue"), found: of("found"), right: sum("right"), unknown: sum("unknown"), aloneRight: sum("aloneRight") };
}

function tableOf(rows: readonly Row[], paired: readonly Paired[], ten: number, comparable: boolean): Table {
  const signed = (x: number): string => `${x < 0 ? "-" : "+"}${Math.abs(x).toFixed(2)}`;
  return {
    columns: ["cues", "sigma", "precision, %", "less ones", "recall, %", "rejected, %", "classifier alone, %", "cue to clean", "recall to clean", `displayed, right of ${ten}`, "authors, of 10", "rejected", "authors"],
    rows: rows.map((row, i) => {
      const known = comparable && row.cues === "noisy";
      return [
        row.cues, String(row.sigma), row.precision.toFixed(2), `${signed(paired[i].difference)} (${signed(paired[i].low)} to ${signed(paired[i].high)})`, row.recall.toFixed(2), row.rejected.toFixed(2), row.alone.toFixed(2),
        Number.isNaN(row.cue) ? null : row.cue.toFixed(4), Number.isNaN(row.found) ? null : row.found.toFixed(4), String(row.right), known ? String(AUTHORS.right[SIGMAS.indexOf(row.sigma)]) : null, String(row.unknown), known ? String(AUTHORS.rejected) : null,
      ];
    }),
  };
}

function checksOf(rows: readonly Row[], ten: number, comparable: boolean): Check[] {
  const own = (damage: Damage): Row[] => rows.filter(({ cues }) => cues === damage);
  const origin = "authors' results on ten other pictures";
  return [
    ...DAMAGES.map((damage) => check({ name: `${damage} cues: eta does not look at sigma, the largest difference of the rejected share`, measured: Math.max(...own(damage).map(({ rejected }) => Math.abs(rejected - own(damage)[0].rejected))), expected: 0, origin: "by construction" })),
    ...DAMAGES.slice(1).filter((damage) => !Number.isNaN(own(damage)[0].cue)).map((damage) => check({
      name: `${damage} cues: recall nearer to the clean picture than the cue, at most at any sigma`, measured: Math.max(...own(damage).map(({ cue, found }) => cue - found)), expected: 0, tolerance: 0.005, relation: "at most", origin: "prediction: columns are independent, nothing is mended",
    })),
    ...(!comparable ? [] : [
      ...AUTHORS.right.map((count, k) => check({ name: `noisy displayed cues of their class at sigma ${SIGMAS[k]}, of ${ten}`, measured: own("noisy")[k].right, expected: count, tolerance: COUNT, origin })),
      check({ name: `noisy displayed cues of their class without the memory, of ${ten}`, measured: own("noisy")[0].aloneRight, expected: AUTHORS.alone, tolerance: COUNT, origin }),
      check({ name: `noisy displayed cues rejected, of ${ten}`, measured: own("noisy")[0].unknown, expected: AUTHORS.rejected, tolerance: COUNT, origin }),
    ]),
  ];
}
