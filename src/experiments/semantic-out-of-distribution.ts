/**
 * `semantic-out-of-distribution`: does the memory know what it does not know? Damaged copies of what is stored against strangers: pictures of the same
 * kind that are not stored, and foreign ones. How well the best score and its margin tell them apart (AUROC), and what share of each group passes
 * the threshold that was calibrated on nothing but the stored pictures (section 14, item 8; calibrate.ts).
 */
import { join } from "node:path";
import { image, resize, toRgb } from "../images/index.ts";
import { auroc, seeded } from "../numeric/index.ts";
import { check, type Check, figure, htmlTable, lineChart, markdownTable, paragraph, result, type Table } from "../report/index.ts";
import { type Embeddings, functionMap, SemanticMemory } from "../semantic/index.ts";
import { imageOf, type LabelledImages, loadEmoji, loadFashion, loadMnist } from "./data.ts";
import { type Context, dataFolder, type Experiment, type Report } from "./experiment.ts";
import { reportOf } from "./report-files.ts";
import { damaged, damageOf, type SemanticDamage, streamOf } from "./semantic-damage.ts";
import { defaultPhi, type Phi, PIXELS } from "./semantic-phi.ts";
import { scaledRows } from "./semantic-recall.ts";
import { type SemanticSet, semanticSet } from "./semantic-set.ts";

export const semanticOutOfDistribution: Experiment = {
  name: "semantic-out-of-distribution", title: "Knowing what was never seen", needsData: true, run: (context) => run(context),
};

const DAMAGES: readonly SemanticDamage[] = [damageOf("clean", 0), damageOf("rotation", 0), damageOf("crop", 0.5), damageOf("flip", 1), damageOf("noise C1", 0.3)];
const RATES = [0.01, 0.05] as const;
const D = 3072;

/** Pictures that are asked, N x D. */
interface Group {
  readonly name: string;
  readonly known: boolean;
  readonly rows: Float32Array;
}

interface Row {
  readonly memory: string;
  readonly on: "score" | "margin";
  readonly group: string;
  readonly known: boolean;
  /** Share of known cues answered with the right memory. */
  readonly right?: number;
  /** Against the strangers of the same kind (known groups), or the damaged known ones (foreign groups). */
  readonly auroc?: number;
  /** Share accepted at each calibrated rate. */
  readonly accepted: readonly number[];
}

function run(context: Context): Report {
  const start = context.now();
  const { quick, seed } = context;
  const set = semanticSet(context, semanticOutOfDistribution.name);
  const N = quick ? 400 : 1000;
  const phi = defaultPhi(set.shape);
  const scaled = (scale: "unit" | "root"): Phi => ({ ...phi, encode: (X) => phi.encode(X).map(({ kind, dim, data }) => ({ kind, dim, data: scaledRows(data, dim, scale) })) });
  const groups = groupsOf(context, set, N);
  const rows: Row[] = [];
  const curves: { name: string; x: number[]; y: number[] }[] = [];
  const memories = [{ name: "pixels, L1", phi: PIXELS, similarity: "negL1" }, { name: "pixels, Pearson", phi: PIXELS, similarity: "pearson" }, { name: "features, unit L1", phi: scaled("unit"), similarity: "negL1" }, { name: "features, root L1", phi: scaled("root"), similarity: "negL1" }, { name: "features, cosine", phi, similarity: "cosine" }];
  memories.forEach(({ name, phi: own, similarity }, m) => {
    const memory = new SemanticMemory({ encoder: functionMap(own.name, (x) => x), similarity, separation: "max" });
    const embed = (X: Float32Array): Embeddings => {
      const [{ data }] = own.encode(X);
      return { rows: X.length / D, dim: data.length / (X.length / D), data: Float64Array.from(data), encoder: memory.encoder!.sha256 };
    };
    memory.store({ rows: N, dim: D, data: set.rows(0, N) }, { embeddings: embed(set.rows(0, N)) });
    const reached = groups.map((group, g) => {
      context.progress(`${name}: ${group.name}`, (m + g / groups.length) / memories.length);
      return memory.recallEmbedded(embed(group.rows), { top: 1 }).map(({ margin, scores, index }) => ({ margin, score: scores[index], index }));
    });
    for (const on of ["margin", "score"] as const) {
      const thresholds = RATES.map((falseAccepts) => memory.calibrate({ falseAccepts, on }).threshold);
      const values = (g: number): number[] => reached[g].map((one) => one[on]);
      const same = groups.findIndex(({ known }) => !known);
      const damagedKnown = groups.flatMap(({ known, name: group }, g) => (known && group !== "clean" ? values(g) : []));
      groups.forEach(({ name: group, known }, g) => rows.push({
        memory: name, on, group, known, accepted: thresholds.map((threshold) => values(g).filter((value) => value >= threshold).length / reached[g].length),
        auroc: known ? auroc(values(g), values(same)) : auroc(damagedKnown, values(g)), ...(known ? { right: reached[g].filter(({ index }, c) => index === c).length / reached[g].length } : {}),
      }));
      curves.push({ name: `${name}, ${on}`, ...rocOf(damagedKnown, values(same)) });
    }
    memory.dispose();
  });
  phi.dispose?.();
  const found = result({
    experiment: semanticOutOfDistribution.name, title: semanticOutOfDistribution.title, seed, seconds: context.now() - start,
    parameters: { quick, set: set.name, N, groups: groups.map(({ name, rows: X }) => `${name}: ${X.length / D}`), "false-accept rates": [...RATES] }, rows: rows.map(({ accepted, ...row }) => ({ ...row, ...Object.fromEntries(RATES.map((rate, i) => [`accepted at ${rate}`, accepted[i]])) })), checks: checksOf(rows, groups, N),
  });
  return pageOf(found, rows, curves, groups, N);
}

/** Known: damaged copies of the first memories. Strangers: pictures of the same set that are not stored; foreign sets; noise. */
function groupsOf(context: Context, set: SemanticSet, N: number): Group[] {
  const { quick, seed } = context;
  const count = quick ? 200 : 1000;
  const own = set.rows(0, count);
  const known = DAMAGES.map((damage) => ({ name: damage.name, known: true, rows: damaged(own, set.shape, damage, streamOf(seed, 0, damage)) }));
  const rng = seeded(seed).fork(77);
  const noise = Float32Array.from({ length: count * D }, () => rng.uniform());
  const foreign: Group[] = [{ name: "garments of Fashion-MNIST", known: false, rows: asRgb(loadFashion(), count) }];
  if (!quick) {
    foreign.push({ name: "digits of MNIST", known: false, rows: asRgb(loadMnist(join(dataFolder(context, semanticOutOfDistribution.name), "mnist"), "test"), count) }, { name: "emoji", known: false, rows: loadEmoji().rows.slice(0, count * D) });
  }
  return [...known, { name: `${set.name}, not stored`, known: false, rows: set.rows(N, N + count) }, ...foreign, { name: "uniform noise", known: false, rows: noise }];
}

function asRgb(set: LabelledImages, count: number): Float32Array {
  const out = new Float32Array(count * D);
  for (let i = 0; i < count; i++) {
    const { width, height, channels, data } = resize(toRgb(imageOf(set, i)), 32, 32);
    out.set(image(width, height, channels, data).data, i * D);
  }
  return out;
}

/** False accepts against accepted known cues, at every threshold that changes either. */
function rocOf(known: readonly number[], strangers: readonly number[]): { x: number[]; y: number[] } {
  const order = Float64Array.from(strangers).sort().reverse();
  const sorted = Float64Array.from(known).sort().reverse();
  const x: number[] = [];
  const y: number[] = [];
  let passed = 0;
  for (let k = 0; k < order.length; k += Math.max(1, Math.floor(order.length / 200))) {
    while (passed < sorted.length && sorted[passed] > order[k]) passed++;
    x.push(k / order.length);
    y.push(passed / sorted.length);
  }
  return { x: [...x, 1], y: [...y, 1] };
}

/**
 * The calibrated rate holds for strangers of the same kind. Tolerance: four standard errors (ten memories, the worst of them), of the strangers
 * here and twice of the calibration, whose stored patterns come in pairs that are each other's nearest.
 */
function checksOf(rows: readonly Row[], groups: readonly Group[], N: number): Check[] {
  const same = groups.find(({ known }) => !known)!;
  const n = same.rows.length / D;
  return RATES.map((rate, i) => check({
    name: `strangers of the same kind accepted at a calibrated rate of ${rate}, most of all memories`, measured: Math.max(...rows.filter(({ group }) => group === same.name).map(({ accepted }) => accepted[i])), expected: rate,
    tolerance: 4 * Math.sqrt(rate * (1 - rate) * (1 / n + 2 / N)), relation: "at most", origin: "derived (exchangeable strangers)",
  }));
}

function pageOf(found: Parameters<typeof reportOf>[0], rows: readonly Row[], curves: readonly { name: string; x: number[]; y: number[] }[], groups: readonly Group[], N: number): Report {
  const kinds = [...new Set(rows.map(({ memory, on }) => `${memory}, ${on}`))];
  const at = (kind: string, group: string): Row => rows.find((row) => `${row.memory}, ${row.on}` === kind && row.group === group)!;
  const table = (value: (row: Row) => number | undefined, keep: (group: Group) => boolean): Table => ({
    columns: ["cues", ...kinds], rows: groups.filter(keep).map(({ name }) => [name, ...kinds.map((kind) => value(at(kind, name)) ?? null)]), format: (x) => x.toFixed(x < 0.1 && x > 0 ? 3 : 2),
  });
  const roc = lineChart({ title: "Damaged known cues against strangers of the same kind", xLabel: "strangers accepted", yLabel: "known accepted", xScale: "linear", yStyle: "percent", yDomain: [0, 1], series: curves.map(({ name, x, y }) => ({ name, x, y, dashed: name.startsWith("pixels") })) });
  return reportOf(found, {
    lead: `${N} stored pictures, asked about damaged copies of themselves and about strangers. A threshold that was calibrated on the stored pictures alone has to let the former pass and stop the latter.`,
    sections: [
      { heading: "Accepted at a calibrated rate of .01", parts: [htmlTable(table(({ accepted }) => accepted[0], () => true)), paragraph("Damaged known cues should pass, strangers should not. The rate is promised for strangers of the same kind as what is stored; foreign pictures are nobody's promise.")] },
      { heading: "Accepted at a calibrated rate of .05", parts: [htmlTable(table(({ accepted }) => accepted[1], () => true))] },
      { heading: "Told apart", parts: [figure(roc, "Each curve: one memory and one quantity that the threshold is put on."), htmlTable(table(({ auroc: area }) => area, () => true)), paragraph("AUROC: known cues against strangers of the same kind; foreign ones against all damaged known cues. One half is chance.")] },
      { heading: "Recalled at all", parts: [htmlTable(table(({ right }) => right, ({ known }) => known)), paragraph("Share of known cues whose best-scoring memory is the right one: what is accepted beyond it is accepted for the wrong memory.")] },
    ],
    files: [["table.md", markdownTable(table(({ accepted }) => accepted[0], () => true))], ["roc.svg", roc]],
  });
}
