/**
 * `entropic-chains`: chains of association from clean and noisy test cues (arXiv 2405.12500, experiments 4 and 5; entropic-memory.md 2.8, 7, 8). sigma = .04,
 * depths 0 to 5, n = 1,024, m = 16: which share of the cues is still of its class, what is rejected, the likelihood of what is recalled, and its kind
 * (entropic-memory.md 15.11, proposed there). A table of ones that accepts what the register accepts stands beside it.
 *
 * The authors published ten pictures a depth; ours are other ten (entropic-shown.ts), so a count may differ by 3.
 */
import { type Kind, KINDS, levelDistance } from "../entropic/index.ts";
import { check, type Check, figure, htmlTable, lineChart, markdownTable, paragraph, picture, result, type Table } from "../report/index.ts";
import { chainsOf, type Depth, type KindSetting, kindSetting, kindsOf } from "./entropic-chain-trials.ts";
import { protocolOf } from "./entropic-cifar.ts";
import { onesLike } from "./entropic-control-trials.ts";
import { type Damage, type Fold, pickRows } from "./entropic-fold.ts";
import { type Memory, memoryOf, REJECTED, scoreOf } from "./entropic-scores.ts";
import { cuePictures, decoded, displayedPlaces, strips, withNote } from "./entropic-shown.ts";
import type { Context, Experiment, Report } from "./experiment.ts";
import { reportOf } from "./report-files.ts";
import { mean } from "./uhn-sweep.ts";

export const entropicChains: Experiment = { name: "entropic-chains", title: "Chains of association in the entropic memory of CIFAR-10", needsData: true, run };

const M = 16;
const SIGMA = 0.04;
/** Of the preset: its jitter sets the limit between copying and association. */
const PRESET = 0.025;
const STEPS = 6;
const COUNT = 3;
/** Cues at most, of which kinds are told, and held-out ones that set their limits. */
const [CUES, JUDGED, HELD] = [500, 50, 50];
const DAMAGES: readonly Damage[] = ["clean", "noisy"];
/** Of the authors' ten displayed pictures, by depth; rejected in the end. */
const AUTHORS = { clean: { right: [6, 2, 3, 2, 4, 2], rejected: 2 }, noisy: { right: [3, 3, 3, 2, 1, 1], rejected: 3 } } as const;

interface Row {
  readonly cues: Damage;
  readonly memory: "register" | "ones";
  readonly depth: number;
  readonly precision: number;
  readonly recall: number;
  readonly rejected: number;
  /** Of what is recalled, 1 added to every cell; bits a column. */
  readonly likelihood: number;
  /** Root mean square from the first cue, in shares of the range. */
  readonly moved: number;
  readonly kinds?: Record<Kind, number>;
  readonly right: number;
  readonly unknown: number;
}

type Strip = Parameters<typeof strips>[0][number][number][];

function run(context: Context): Report {
  const start = context.now();
  const { quick, seed } = context;
  const protocol = protocolOf(context, entropicChains.name);
  const n = protocol.sizes[protocol.sizes.length - 1];
  const folds = protocol.folds(n);
  const kept: NonNullable<Context["part"]> = context.part ?? ((_, make) => make());
  const found: Row[][] = [];
  const films = new Map<Damage, Strip[]>(DAMAGES.map((damage) => [damage, []]));
  const names: string[] = [];
  let limits: Record<string, number> = {};
  for (const [f, number] of folds.entries()) {
    const fold = protocol.open(number, n);
    const say = (what: string, part: number): void => context.progress(`fold ${number}, ${what}`, (f + part) / folds.length);
    say("memory", 0);
    const memory = memoryOf(fold, M);
    const { test } = protocol.records.sizes;
    const held = Math.min(HELD, Math.floor(0.4 * test));
    const count = Math.min(CUES, test - held);
    const places = displayedPlaces(fold, f, folds.length);
    let made: KindSetting | undefined;
    const setting = (): KindSetting => (made ??= kindSetting(fold, memory, fold.latents("test").subarray((test - held) * n), PRESET, seed));
    const about = `${entropicChains.name}, ${fold.key}, m ${M}, sigma ${SIGMA}, ${count} cues`;
    limits = { ...kept(`${about}, limits by ${held}`, () => setting().limits) };
    const rows: Row[] = [];
    for (const [d, damage] of DAMAGES.entries()) {
      let latents: Float32Array | undefined;
      const z = (): Float32Array => (latents ??= fold.networks.encode(fold.pictures("test", Array.from({ length: count }, (_, c) => c), damage)));
      const own = fold.networks.encode(fold.pictures("test", places, damage));
      for (const name of ["register", "ones"] as const) {
        say(`${damage} cues, ${name}`, (2 * d + (name === "ones" ? 1 : 0)) / 4 + 0.05);
        const used = name === "register" ? memory : onesLike(memory);
        const choice = { sigma: SIGMA, seed, steps: STEPS, judge: memory.register };
        const told = kept(`${about}, ${damage}, ${name}, ${JUDGED} judged`, () => {
          const depths = chainsOf(fold, used, z(), choice);
          const kinds = name === "ones" ? undefined : kindsOf(setting(), memory, z(), depths, Array.from({ length: Math.min(JUDGED, count) }, (_, c) => c));
          return rowsOf(fold, memory, z(), depths, { cues: damage, memory: name }).map((row, k) => ({ ...row, ...(kinds === undefined ? {} : { kinds: kinds[k] }) }));
        });
        const shown = chainsOf(fold, used, own, choice);
        rows.push(...told.map((row, k): Row => ({
          ...row, right: places.filter((place, i) => shown[k].classes[i] === fold.labels("test")[place]).length, unknown: shown[k].classes.filter((label) => label === REJECTED).length,
        })));
        if (name === "register") films.get(damage)!.push(...filmOf(fold, places, own, damage, shown));
        else used.register.dispose();
      }
    }
    found.push(rows);
    names.push(...places.map((place) => protocol.records.set.names[fold.labels("test")[place]]));
    memory.register.dispose();
    fold.dispose();
  }
  const rows = found[0].map((_, i) => over(found.map((fold) => fold[i])));
  const ten = names.length;
  const own = (cues: Damage, memory: Row["memory"] = "register"): Row[] => rows.filter((row) => row.cues === cues && row.memory === memory);
  const table = tableOf(rows, ten, protocol.comparable);
  const one = result({
    experiment: entropicChains.name, title: entropicChains.title, seed, seconds: context.now() - start,
    parameters: { quick, comparable: protocol.comparable, note: protocol.note, data: protocol.records.name, n, m: M, sigma: SIGMA, folds: [...folds], ...Object.fromEntries(Object.entries(limits).map(([name, value]) => [`limit ${name}`, value])) },
    rows: rows.map(({ kinds, ...row }) => ({ ...row, ...Object.fromEntries(Object.entries(kinds ?? {}).map(([kind, share]) => [`kind ${kind}`, share])) })), checks: checksOf(own, ten, protocol.comparable),
  });
  const labels = ["cue", "painted", ...Array.from({ length: STEPS }, (_, k) => `depth ${k}`)];
  const pngs = DAMAGES.map((damage) => ({ damage, png: strips(films.get(damage)!, labels, names) }));
  const depths = Array.from({ length: STEPS }, (_, k) => k);
  const classes = lineChart({
    title: `Of its class, all cues, sigma ${SIGMA}`, xLabel: "depth", yLabel: "percent of all cues", xTicks: depths, yDomain: [0, 100],
    series: DAMAGES.flatMap((damage) => [
      { name: `${damage} cues`, x: depths, y: own(damage).map(({ recall }) => recall) }, { name: `${damage} cues, ones`, x: depths, y: own(damage, "ones").map(({ recall }) => recall), dashed: true },
      { name: `${damage} cues, rejected`, x: depths, y: own(damage).map(({ rejected }) => rejected), dashed: true },
    ]),
  });
  const kinds = DAMAGES.map((damage) => ({ damage, svg: lineChart({
    title: `Kinds along the chain, ${damage} cues`, xLabel: "depth", yLabel: "share of cues", xTicks: depths, yDomain: [0, 1],
    series: KINDS.map((kind) => ({ name: kind, x: depths, y: own(damage).map((row) => row.kinds![kind]) })),
  }) }));
  const [clean] = [own("clean")];
  return reportOf(one, {
    lead: withNote(protocol, `After one recall ${clean[0].recall.toFixed(1)} % of clean cues are of their class, after six ${clean[5].recall.toFixed(1)} %, with ${clean[5].rejected.toFixed(1)} % rejected on the way; a table of ones in the register's place gives ${own("clean", "ones")[5].recall.toFixed(1)} %.`),
    files: [...pngs.map(({ damage, png }) => [`chains-${damage}.png`, png] as const), ["table.md", markdownTable(table)], ["classes.svg", classes], ...kinds.map(({ damage, svg }) => [`kinds-${damage}.svg`, svg] as const)],
    sections: [
      ...pngs.map(({ damage, png }) => ({ heading: `From ${damage} cues`, parts: [figure(picture(png, `chains from ${damage} cues`), "The cue, the cue through encoder and decoder alone, and six recalls, each the cue of the next. Black: rejected, and so is all that follows.")] })),
      { heading: "Over many cues", parts: [htmlTable(table), figure(classes, "Ones: drawn from a table of ones, accepted where the register accepts.")] },
      { heading: "Kinds", parts: [
        paragraph("Told by distances alone, each recall against the first cue of its chain; the limits come from held-out latents. The cues are not stored, so nothing here is called memory. Not plausible, and so noise: too far from all stored items, or moved too far by decoder and encoder."),
        ...kinds.map(({ damage, svg }) => figure(svg, `${damage} cues`)),
      ] },
    ],
  });
}

function rowsOf(fold: Fold, { quantiser, register }: Memory, z: Float32Array, depths: readonly Depth[], named: Pick<Row, "cues" | "memory">): Omit<Row, "right" | "unknown">[] {
  const { n, m } = register;
  const first = register.levels(quantiser.transform(z));
  const labels = fold.labels("test").subarray(0, z.length / n);
  return depths.map(({ classes, levels }, depth) => {
    const answered = [...classes.keys()].filter((c) => classes[c] !== REJECTED);
    const own = new Uint16Array(answered.length * n);
    answered.forEach((c, i) => own.set(levels.subarray(c * n, (c + 1) * n), i * n));
    const moved = answered.map((c) => levelDistance(first, levels, m, c * n, c * n, n));
    return { ...named, depth, ...scoreOf(classes, labels), likelihood: meanOrZero([...register.logLikelihood(own, 1)]) / n, moved: meanOrZero(moved) };
  });
}

function filmOf(fold: Fold, places: readonly number[], z: Float32Array, damage: Damage, depths: readonly Depth[]): Strip[] {
  const { n } = fold;
  return places.map((place, i) => [
    cuePictures(fold, [place], damage)[0], decoded(fold, pickRows(z, n, [i]))[0],
    ...depths.map(({ classes, zhat }) => (classes[i] === REJECTED ? undefined : decoded(fold, pickRows(zhat, n, [i]))[0])),
  ]);
}

/** 0 of nothing: a chain that nobody is left in. */
function meanOrZero(values: readonly number[]): number {
  return values.length === 0 ? 0 : mean(values);
}

function over(folds: readonly Row[]): Row {
  const of = (name: "precision" | "recall" | "rejected" | "likelihood" | "moved"): number => mean(folds.map((row) => row[name]));
  const sum = (name: "right" | "unknown"): number => folds.reduce((total, row) => total + row[name], 0);
  const [{ cues, memory, depth, kinds }] = folds;
  const shares = kinds === undefined ? {} : { kinds: Object.fromEntries(KINDS.map((kind) => [kind, mean(folds.map((row) => row.kinds![kind]))])) as Record<Kind, number> };
  return { cues, memory, depth, precision: of("precision"), recall: of("recall"), rejected: of("rejected"), likelihood: of("likelihood"), moved: of("moved"), right: sum("right"), unknown: sum("unknown"), ...shares };
}

function tableOf(rows: readonly Row[], ten: number, comparable: boolean): Table {
  return {
    columns: ["cues", "drawn from", "depth", "of its class, % of all", "rejected, %", "log2 likelihood a column", "from the first cue", `displayed, right of ${ten}`, "authors, of 10", "rejected"],
    rows: rows.map((row) => [
      row.cues, row.memory, String(row.depth), row.recall.toFixed(2), row.rejected.toFixed(2), row.likelihood.toFixed(3), row.moved.toFixed(4), String(row.right),
      comparable && row.memory === "register" && row.cues in AUTHORS ? String(AUTHORS[row.cues as "clean"].right[row.depth]) : null, String(row.unknown),
    ]),
  };
}

function checksOf(own: (cues: Damage) => Row[], ten: number, comparable: boolean): Check[] {
  const origin = "authors' results on ten other pictures";
  return DAMAGES.flatMap((damage) => {
    const rows = own(damage);
    const authors = AUTHORS[damage as "clean"];
    return [
      check({ name: `${damage} cues: rejections never end, least growth of their share`, measured: Math.min(...rows.slice(1).map(({ rejected }, k) => rejected - rows[k].rejected)), expected: 0, relation: "at least", origin: "by construction" }),
      check({ name: `${damage} cues: nothing unseen is called memory`, measured: Math.max(...rows.map(({ kinds }) => kinds!.memory)), expected: 0, origin: "by construction" }),
      check({ name: `${damage} cues: of their class at depth 0 less at depth 5`, measured: rows[0].recall - rows[5].recall, expected: 0, relation: "at least", origin: "derived" }),
      ...(!comparable ? [] : [
        ...authors.right.map((count, k) => check({ name: `${damage} displayed cues of their class at depth ${k}, of ${ten}`, measured: rows[k].right, expected: count, tolerance: COUNT, origin })),
        check({ name: `${damage} displayed cues rejected in the end, of ${ten}`, measured: rows[5].unknown, expected: authors.rejected, tolerance: COUNT, origin }),
      ]),
    ];
  });
}
