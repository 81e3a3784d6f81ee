/**
 * `entropic-sigma`: what is recalled of clean test cues as sigma grows (arXiv 2405.12500, experiment 2; entropic-memory.md sections 7, 8): precision and
 * recall over all cues, how sure the classifier is, and how far the painted pictures lie from real ones (Fréchet distance in the features of a
 * ResNet-20), at sigma = .01, .03, .05, .07, .09, .11; n = 1,024, m = 16.
 *
 * The authors published ten pictures and how many of them keep their class; ours are other ten (entropic-shown.ts), so a count may differ by 3. Means
 * over all cues are ours alone, beside the prediction of the noise model (entropic-targets.ts), written down before the run.
 */
import { frechetDistance } from "../numeric/index.ts";
import { check, type Check, figure, htmlTable, lineChart, markdownTable, paragraph, picture, registerChart, result, type Table } from "../report/index.ts";
import { protocolOf } from "./entropic-cifar.ts";
import { type Fold, pickRows } from "./entropic-fold.ts";
import { type Memory, memoryOf, REJECTED, scoreOf } from "./entropic-scores.ts";
import { cuePictures, decoded, displayedPlaces, openJudge, recallsOf, strips, withNote } from "./entropic-shown.ts";
import { ABOUT, FEWER_FOLDS, PREDICTED } from "./entropic-targets.ts";
import type { Context, Experiment, Report } from "./experiment.ts";
import { reportOf } from "./report-files.ts";
import { mean } from "./uhn-sweep.ts";

export const entropicSigma: Experiment = { name: "entropic-sigma", title: "From memory to noise: sigma of the entropic memory of CIFAR-10", needsData: true, run };

const M = 16;
export const SIGMAS: readonly number[] = [0.01, 0.03, 0.05, 0.07, 0.09, 0.11];
/** Of the authors' ten displayed pictures: of the right class, by sigma; none rejected. */
export const AUTHORS: readonly number[] = [10, 10, 7, 6, 3, 2];
/** Two standard deviations of a count of ten with even odds. */
export const COUNT = 3;
/** Pictures that are painted for the Fréchet distance: it depends on their number. */
const PAINTED = 1000;
/** Columns of the register that are drawn. */
const DRAWN = 256;

interface Row {
  readonly sigma: number;
  readonly precision: number;
  readonly recall: number;
  readonly rejected: number;
  readonly confidence: number;
  /** Of the cues that the classifier gets right and the memory accepts: share whose recall keeps the class. */
  readonly kept: number;
  readonly frechet: number | null;
  /** Of the ten displayed. */
  readonly right: number;
  readonly unknown: number;
}

function run(context: Context): Report {
  const start = context.now();
  const { quick, seed } = context;
  const protocol = protocolOf(context, entropicSigma.name);
  const n = protocol.sizes[protocol.sizes.length - 1];
  const folds = protocol.folds(n);
  const kept: NonNullable<Context["part"]> = context.part ?? ((_, make) => make());
  const found: Row[][] = [];
  const ends: { raw: number; alone: number | null; real: number | null }[] = [];
  const film: Parameters<typeof strips>[0][number][] = [];
  const names: string[] = [];
  let chart = "";
  let judge = "none: cifar10-resnet20.safetensors is not in the folder of weights";
  for (const [f, number] of folds.entries()) {
    const fold = protocol.open(number, n);
    const say = (what: string, part: number): void => context.progress(`fold ${number}, ${what}`, (f + part) / folds.length);
    say("memory", 0);
    const memory = memoryOf(fold, M);
    const places = displayedPlaces(fold, f, folds.length);
    if (f === 0) chart = drawRegister(fold, memory, places[0], seed);
    const features = openJudge(fold, protocol.comparable, context.weights);
    judge = features?.name ?? judge;
    const shown = Array.from({ length: Math.min(PAINTED, protocol.records.sizes.test) }, (_, c) => c);
    // Looked at only where a part is not kept.
    let seen: Float32Array | undefined;
    const real = (): Float32Array => (seen ??= features!.features(cuePictures(fold, shown)));
    const far = (latents: Float32Array): number | null => (features === undefined ? null : frechetDistance(real(), features.features(decoded(fold, latents)), features.e));
    const z = fold.latents("test");
    const labels = fold.labels("test");
    const about = `${entropicSigma.name}, ${fold.key}, m ${M}, ${judge}, ${shown.length} painted`;
    const raw = Uint8Array.from(kept(`${about}, without a memory`, () => Array.from(fold.classify(z))));
    ends.push(kept(`${about}, ends`, () => {
      const half = (shown.length >> 1) * (features?.e ?? 0);
      return { raw: scoreOf(raw, labels).precision, alone: far(pickRows(z, n, shown)), real: features === undefined ? null : frechetDistance(real().subarray(0, half), real().subarray(half), features.e) };
    }));
    const strip = places.map((place) => [cuePictures(fold, [place])[0], decoded(fold, pickRows(z, n, [place]))[0]] as Parameters<typeof strips>[0][number][number][]);
    found.push(SIGMAS.map((sigma, k) => {
      say(`sigma ${sigma}`, (k + 1) / (SIGMAS.length + 1));
      const row = kept(`${about}, sigma ${sigma}`, () => {
        const { classes, zhat, confidence } = recallsOf(fold, memory, z, { sigma, seed });
        const accepted = shown.filter((c) => classes[c] !== REJECTED);
        const asked = [...labels.keys()].filter((c) => raw[c] === labels[c] && classes[c] !== REJECTED);
        return {
          sigma, ...scoreOf(classes, labels), confidence: mean([...confidence].filter((x) => !Number.isNaN(x))),
          kept: mean(asked.map((c) => (classes[c] === labels[c] ? 100 : 0))), frechet: accepted.length < 2 ? null : far(pickRows(zhat, n, accepted)),
        };
      });
      // The same draws: they are keyed by the cue's place.
      const own = recallsOf(fold, memory, z, { sigma, seed, only: (c) => places.includes(c) });
      places.forEach((place, i) => strip[i].push(own.classes[place] === REJECTED ? undefined : decoded(fold, pickRows(own.zhat, n, [place]))[0]));
      return { ...row, right: places.filter((place) => own.classes[place] === labels[place]).length, unknown: places.filter((place) => own.classes[place] === REJECTED).length };
    }));
    film.push(...strip);
    names.push(...places.map((place) => protocol.records.set.names[labels[place]]));
    features?.dispose();
    memory.register.dispose();
    fold.dispose();
  }
  const rows = SIGMAS.map((sigma, k) => over(found.map((fold) => fold[k]), sigma));
  const ten = names.length;
  const edge = { raw: mean(ends.map((one) => one.raw)), alone: meanOrNone(ends.map((one) => one.alone)), real: meanOrNone(ends.map((one) => one.real)) };
  const table = tableOf(rows, ten, protocol.comparable);
  const one = result({
    experiment: entropicSigma.name, title: entropicSigma.title, seed, seconds: context.now() - start,
    parameters: { quick, comparable: protocol.comparable, note: protocol.note, data: protocol.records.name, n, m: M, folds: [...folds], "Frechet distance in features of": judge, painted: Math.min(PAINTED, protocol.records.sizes.test), "accuracy without a memory, %": edge.raw, "Frechet distance of the autoencoder alone": edge.alone, "of one half of the real pictures to the other": edge.real },
    rows: rows.map((row) => ({ ...row })), checks: checksOf(rows, { ten, comparable: protocol.comparable, folds: folds.length, edge }),
  });
  const scores = lineChart({
    title: `Recall of clean test cues, n = ${n}, m = ${M}`, xLabel: "sigma, fraction of the levels", yLabel: "percent", xTicks: SIGMAS, yDomain: [0, 100],
    series: [
      { name: "precision", x: SIGMAS, y: rows.map(({ precision }) => precision) }, { name: "recall", x: SIGMAS, y: rows.map(({ recall }) => recall) },
      { name: "classifier's confidence", x: SIGMAS, y: rows.map(({ confidence }) => 100 * confidence) }, { name: "class kept, of those right before", x: SIGMAS, y: rows.map(({ kept }) => kept) },
      ...(protocol.comparable ? [{ name: "predicted precision (E37)", x: PREDICTED.sigma.map(({ sigma }) => sigma), y: PREDICTED.sigma.map(({ precision }) => precision), dashed: true }] : []),
    ],
  });
  const fid = rows.every(({ frechet }) => frechet !== null) ? lineChart({
    title: `Fréchet distance of painted recalls to real pictures (${judge})`, xLabel: "sigma, fraction of the levels", yLabel: "squared distance", xTicks: SIGMAS,
    series: [{ name: "recalled and painted", x: SIGMAS, y: rows.map(({ frechet }) => frechet!) }],
    references: [{ y: edge.alone!, label: "autoencoder alone" }, { y: edge.real!, label: "real pictures, one half against the other" }],
  }) : undefined;
  const png = strips(film, ["cue", "painted", ...SIGMAS.map(String)], names);
  return reportOf(one, {
    lead: withNote(protocol, `As sigma grows from ${SIGMAS[0]} to ${SIGMAS[5]}, precision falls from ${rows[0].precision.toFixed(1)} to ${rows[5].precision.toFixed(1)} %${fid === undefined ? "" : ` and the painted recalls move from ${rows[0].frechet!.toFixed(2)} to ${rows[5].frechet!.toFixed(2)} (Fréchet distance, ${judge})`}; the layout of the cue stays, under growing grain.`),
    files: [["filmstrip.png", png], ["table.md", markdownTable(table)], ["sigma.svg", scores], ["register.svg", chart], ...(fid === undefined ? [] : [["frechet.svg", fid] as const])],
    sections: [
      { heading: "From memory to noise", parts: [figure(picture(png, "displayed cues, painted, and recalled at growing sigma"), "The cue, the cue through encoder and decoder alone, and what the memory recalled from it. Black: not accepted.")] },
      { heading: "Over all test cues", parts: [htmlTable(table), figure(scores, "Kept: of accepted cues that the classifier gets right without the memory."), ...(fid === undefined ? [] : [figure(fid, "Squared distance; few pictures make it larger, so it is compared at one number of them only.")])] },
      { heading: "The register", parts: [figure(chart, `The first ${Math.min(n, DRAWN)} columns, with the way of the first displayed cue and of its recall at sigma .05. Blank cells were never registered; shades by the square root of the weight.`), paragraph("Above each column its entropy. Cells at the cap of 1,023 are as dark as any.")] },
    ],
  });
}

function drawRegister(fold: Fold, { quantiser, register }: Memory, place: number, seed: number): string {
  const { n } = fold;
  const v = register.levels(quantiser.transform(pickRows(fold.latents("test"), n, [place])));
  const found = register.retrieve(v, { sigma: 0.05, seed, xi: n });
  return registerChart({
    title: "The register and a cue's way through it", columns: n, levels: register.m, weights: register.cells, entropies: register.statistics.entropies, to: Math.min(n, DRAWN),
    paths: [{ name: "the cue", levels: v }, { name: "recalled at sigma .05", levels: found.levels }],
  });
}

/** Means over folds; displayed cues are counted over all of them. */
function over(folds: readonly Row[], sigma: number): Row {
  const of = (name: "precision" | "recall" | "rejected" | "confidence" | "kept"): number => mean(folds.map((row) => row[name]));
  const sum = (name: "right" | "unknown"): number => folds.reduce((total, row) => total + row[name], 0);
  return { sigma, precision: of("precision"), recall: of("recall"), rejected: of("rejected"), confidence: of("confidence"), kept: of("kept"), frechet: meanOrNone(folds.map(({ frechet }) => frechet)), right: sum("right"), unknown: sum("unknown") };
}

function meanOrNone(values: readonly (number | null)[]): number | null {
  return values.some((value) => value === null) ? null : mean(values as number[]);
}

function tableOf(rows: readonly Row[], ten: number, comparable: boolean): Table {
  return {
    columns: ["sigma", "precision, %", "predicted", "recall, %", "rejected, %", "confidence, %", "class kept, %", "Fréchet distance", `displayed, right of ${ten}`, "authors, of 10", "rejected"],
    rows: rows.map((row, k) => [
      String(row.sigma), row.precision.toFixed(2), comparable ? String(PREDICTED.sigma[k].precision) : null, row.recall.toFixed(2), row.rejected.toFixed(2), (100 * row.confidence).toFixed(1), row.kept.toFixed(1),
      row.frechet === null ? null : row.frechet.toFixed(3), String(row.right), comparable ? String(AUTHORS[k]) : null, String(row.unknown),
    ]),
  };
}

interface Setting {
  readonly ten: number;
  readonly comparable: boolean;
  readonly folds: number;
  readonly edge: { readonly alone: number | null };
}

function checksOf(rows: readonly Row[], { ten, comparable, folds, edge }: Setting): Check[] {
  const [first, last] = [rows[0], rows[rows.length - 1]];
  const more = folds < 10 ? FEWER_FOLDS : 0;
  return [
    check({ name: "eta does not look at sigma: the largest difference of the rejected share", measured: Math.max(...rows.map(({ rejected }) => Math.abs(rejected - first.rejected))), expected: 0, origin: "by construction" }),
    check({ name: "precision at the smallest sigma less that at the largest", measured: first.precision - last.precision, expected: 0, relation: "at least", origin: "derived" }),
    ...(first.frechet === null ? [] : [
      check({ name: "Fréchet distance at the largest sigma less that at the smallest", measured: last.frechet! - first.frechet, expected: 0, relation: "at least", origin: "derived" }),
      check({ name: "Fréchet distance at the largest sigma less that of the autoencoder alone", measured: last.frechet! - edge.alone!, expected: 0, relation: "at least", origin: "derived" }),
    ]),
    ...(!comparable ? [] : [
      ...PREDICTED.sigma.map(({ sigma, precision }, k) => check({ name: `precision at sigma ${sigma}`, measured: rows[k].precision, expected: precision, tolerance: ABOUT + more, origin: `prediction of (E37)${more > 0 ? ", wider with fewer than ten folds" : ""}` })),
      ...AUTHORS.map((count, k) => check({ name: `displayed pictures of the right class at sigma ${SIGMAS[k]}, of ${ten}`, measured: rows[k].right, expected: count, tolerance: COUNT, origin: "authors' results on ten other pictures" })),
      check({ name: `displayed pictures rejected, of ${ten}`, measured: last.unknown, expected: 0, tolerance: COUNT, origin: "authors' results on ten other pictures" }),
    ]),
  ];
}

