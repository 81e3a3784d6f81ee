/**
 * Scores of the UHN experiments, all similarities on one slice of data (semantic-memory.md sections 3 and 10).
 *
 *   M   N x d   one slice of images, one per row;  Q   N x d   the damaged copy of each
 *   S   N x N   row-major per cue, one matrix per column
 *
 * Reference columns go through the authors' pipeline (U7) with separation max; stable columns are ours. `L2`, `L1`, `Dot`,
 * `KL`, `RKL`, `JSref` are the figures' names; `cos` is the true cosine and `dot` the plain dot product, not in the paper.
 */
import { Rows } from "../kernels/index.ts";
import { EngramError } from "../numeric/index.ts";
import {
  cosine, dot, indexExact, jensenShannonReference, massDot, max, negJS, negKL, negL1, negRKL, negSqL2, pearson, referenceSimilarity,
  referenceWeights, type Similarity, sumSq, torchArgmax,
} from "../universal/index.ts";

export interface Column {
  readonly name: string;
  /** `reference`: the authors' pipeline; `stable`: ours. */
  readonly form: "reference" | "stable";
}

export interface Scores extends Column {
  readonly S: Float64Array;
}

const REFERENCE: Readonly<Record<string, string>> = {
  L2: "l2Reference", L1: "l1Reference", Dot: "dotReference", KL: "klReference", RKL: "rklReference", JSref: "jsReference",
};

const STABLE: readonly Similarity[] = [negL1, negSqL2, massDot, cosine, pearson, dot, negKL, negRKL, negJS];

/** `cos` and `dot` of the target table are our cosine and dot under max: no quirk of the pipeline touches them. */
const ALIASES: Readonly<Record<string, string>> = { cos: "cosine", dot: "dot" };

/** Every column there is, in the order tables and charts show them. */
export const COLUMNS: readonly Column[] = [
  ...Object.keys(REFERENCE).map((name) => ({ name, form: "reference" as const })),
  ...STABLE.map(({ name }) => ({ name, form: "stable" as const })),
];

/** What a sweep measures: all, or in a quick run all but negJS, whose logarithm per coordinate and pair costs more than all others together. */
export function columnsOf(quick: boolean): string[] {
  return COLUMNS.map(({ name }) => name).filter((name) => !(quick && name === "negJS"));
}

/** The measured column a target column stands for. */
export function columnOf(target: string): string {
  return ALIASES[target] ?? target;
}

/**
 * Scores of every cue against every row, column by column. KL, RKL and JSref share their two passes over the data.
 * @param wanted names out of {@link COLUMNS}
 */
export function scoreColumns(rows: Rows, cues: Float32Array, wanted: readonly string[]): Scores[] {
  const out: Scores[] = [];
  const made = new Map<string, Float64Array>();
  const reference = (name: string): Float64Array => {
    const S = made.get(name) ?? (name === "JSref"
      ? jensenShannonReference(reference("KL"), reference("RKL"))
      : referenceSimilarity(REFERENCE[name]).bind(rows).scores(cues));
    made.set(name, S);
    return S;
  };
  for (const name of wanted) {
    const similarity = STABLE.find((one) => one.name === name);
    if (similarity !== undefined) out.push({ name, form: "stable", S: similarity.bind(rows).scores(cues) });
    else if (Object.hasOwn(REFERENCE, name)) out.push({ name, form: "reference", S: reference(name) });
    else throw new EngramError("uhn column", COLUMNS.map((column) => column.name).join(", "), name, "Ask for one of these.");
  }
  return out;
}

/** Fractions of cues answered rightly. */
export interface Success {
  /** indexExact. */
  readonly exact: number;
  /** sumSq(T). */
  readonly within: number;
}

/**
 * Separation max over the block of memories `from` .. `from + N` - 1, asked by their own cues: what fraction comes back.
 * @param scores all N_max x N_max of them; only the block is read, as if nothing else were stored
 * @param groups from duplicateGroups
 */
export function successOfMax(scores: Scores, images: Float32Array, groups: Int32Array, block: { from: number; N: number }, T: number): Success {
  const side = Math.round(Math.sqrt(scores.S.length));
  const d = images.length / side;
  const { from, N } = block;
  let exact = 0;
  let within = 0;
  for (let mu = from; mu < from + N; mu++) {
    const s = scores.S.slice(mu * side + from, mu * side + from + N);
    const winner = from + winnerOf(scores.form, s);
    if (indexExact(winner, mu, groups)) exact++;
    if (winner === mu || sumSq(images.subarray(mu * d, (mu + 1) * d), images.subarray(winner * d, (winner + 1) * d), T)) within++;
  }
  return { exact: exact / N, within: within / N };
}

/** The row with the weight 1 under separation max. @param s scores of one cue */
export function winnerOf(form: Column["form"], s: Float64Array): number {
  // (U7b) comes before the arg max: a NaN or a negative sum changes the winner (B4, B8, B12)
  const w = form === "reference" ? referenceWeights(s, { separation: "max" }) : max.weights(s);
  return torchArgmax(w);
}
