/**
 * The graph of `et-graph`, its model and its training (arXiv 2302.07253; modern-methods.md section 4.4).
 *
 *   F        N x C      features: the centre of the node's community plus noise. An anomaly shows the centre of another community than the one it is wired into
 *   A        N x N      edges, `degree` per node on average, a share `inside` of them within the community; no token sees itself
 *   x_0      N x D      F Wenc + Benc;   x_T  T steps of the block, attention over the edges only                    (M38)
 *   logits   N          [x_T, x_0] Wout + bout: output of the block beside its input, as in the authors' code
 *   loss     class-weighted cross-entropy over the labelled nodes; Adam, through all T steps; the epoch that ranks the validation nodes best is kept
 *
 * By its own features an anomaly is like anyone else: without its neighbours nothing can be known.
 */
import { Adam, add, constant, grad, item, matmul, mul, type NdArray, ndArray, reshape, slice, softplus, sum, variable, type Var } from "../autodiff/index.ts";
import { normal } from "../hamux/index.ts";
import type { Rng } from "../numeric/index.ts";
import { EnergyTransformerBlock } from "../transformer/index.ts";
import { areaUnderCurve } from "./graph-scores.ts";

export interface AnomalyGraph {
  readonly N: number;
  readonly C: number;
  /** N x C. */
  readonly features: Float64Array;
  /** N x N of 0 and 1, symmetric. */
  readonly edges: NdArray;
  /** 1 = anomaly. */
  readonly labels: Uint8Array;
}

export interface GraphSettings {
  readonly nodes: number;
  readonly communities: number;
  readonly channels: number;
  readonly degree: number;
  readonly inside: number;
  readonly anomalies: number;
  readonly noise: number;
}

export function anomalyGraph({ nodes: N, communities, channels: C, degree, inside, anomalies, noise }: GraphSettings, rng: Rng): AnomalyGraph {
  const centres = Array.from({ length: communities }, () => Float64Array.from({ length: C }, () => rng.normal()));
  const home = Int32Array.from({ length: N }, (_, i) => i % communities);
  const labels = Uint8Array.from({ length: N }, () => (rng.uniform() < anomalies ? 1 : 0));
  const features = new Float64Array(N * C);
  for (let i = 0; i < N; i++) {
    const shown = labels[i] === 1 ? (home[i] + 1 + rng.integer(communities - 1)) % communities : home[i];
    for (let c = 0; c < C; c++) features[i * C + c] = centres[shown][c] + noise * rng.normal();
  }
  const edges = new Float64Array(N * N);
  for (let e = 0; e < (N * degree) / 2; e++) {
    const i = rng.integer(N);
    let j = rng.integer(N);
    // Inside: any other member of the same community.
    if (rng.uniform() < inside) j = (i + communities * (1 + rng.integer(Math.floor(N / communities) - 1))) % (communities * Math.floor(N / communities));
    if (i !== j) edges[i * N + j] = edges[j * N + i] = 1;
  }
  return { N, C, features, edges: ndArray([N, N], edges, "edges"), labels };
}

/** Labels for training (1), validation (2) and test (3): a share to train on, the rest one to two. */
export function splitOf(N: number, share: number, rng: Rng): Uint8Array {
  const order = Int32Array.from({ length: N }, (_, i) => i);
  rng.shuffle(order);
  const [train, validation] = [Math.round(share * N), Math.round(share * N + ((1 - share) * N) / 3)];
  const part = new Uint8Array(N);
  order.forEach((node, rank) => (part[node] = rank < train ? 1 : rank < validation ? 2 : 3));
  return part;
}

export interface GraphTraining {
  readonly D: number;
  readonly heads: number;
  readonly Y: number;
  readonly memories: number;
  readonly steps: number;
  readonly alpha: number;
  readonly epochs: number;
  readonly rate: number;
}

export interface GraphModel {
  readonly block: EnergyTransformerBlock;
  /** One number per node; above 0 it looks like an anomaly. */
  readonly logits: Float64Array;
  /** N x D: the embedded nodes, before the first step. */
  readonly start: Float64Array;
  readonly losses: number[];
  /** After how many epochs the model is taken. */
  readonly kept: number;
}

/** @param sees N x N: the edges, or zeros for the baseline that knows no neighbours */
export function trainGraph({ N, C, features, labels }: AnomalyGraph, sees: NdArray, part: Uint8Array, { D, heads, Y, memories, steps, alpha, epochs, rate }: GraphTraining, rng: Rng, after: (epoch: number) => void): GraphModel {
  let block = new EnergyTransformerBlock({
    WQ: normal([heads, Y, D], rng, 1 / Math.sqrt(D)), WK: normal([heads, Y, D], rng, 1 / Math.sqrt(D)), Xi: normal([memories, D], rng, 1 / Math.sqrt(D)),
  });
  const own: Record<string, NdArray> = { Wenc: normal([C, D], rng, 1 / Math.sqrt(C)), Benc: normal([D], rng, 0.1), Wout: normal([2 * D, 1], rng, 0.1), bout: normal([1], rng, 0.01) };
  let values: Record<string, NdArray> = { ...own, ...Object.fromEntries(["WQ", "WK", "Xi"].map((name) => [name, block.parameters[name]])) };
  const looks = block.graph.attentionOf(N, sees);
  const x = constant(features, [1, N, C]);
  const labelled = part.reduce((n, p) => n + (p === 1 ? 1 : 0), 0);
  const bad = labels.reduce((n, label, i) => n + (part[i] === 1 ? label : 0), 0);
  // Each class weighs as much as the other.
  const weight = Float64Array.from(labels, (label, i) => (part[i] !== 1 ? 0 : label === 1 ? 0.5 / Math.max(1, bad) : 0.5 / Math.max(1, labelled - bad)));
  const sign = constant(Float64Array.from(labels, (label) => 1 - 2 * label), [N]);
  const forward = (v: Readonly<Record<string, Var>>): { start: Var; logits: Var } => {
    const q = block.graph.prepare({ ...block.params, WQ: v.WQ, WK: v.WK, Xi: v.Xi });
    const start = add(matmul(x, v.Wenc), v.Benc);
    let state = start;
    for (let t = 0; t < steps; t++) state = block.graph.step(state, q, looks, alpha);
    const half = (from: Var, at: 0 | 1): Var => matmul(reshape(from, [N, D]), slice(v.Wout, 0, at * D, (at + 1) * D));
    return { start, logits: reshape(add(add(half(state, 0), half(start, 1)), v.bout), [N]) };
  };
  const adam = new Adam({ rate });
  const losses: number[] = [];
  const validation = Array.from(part.keys()).filter((i) => part[i] === 2);
  let best = { auc: -1, epoch: 0, values };
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const vars = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, variable(value)]));
    // -log p of the right class = softplus(-logit) for anomalies, softplus(logit) for the others
    const { logits } = forward(vars);
    const auc = areaUnderCurve(validation.map((i) => logits.data[i]), validation.map((i) => labels[i]));
    if (auc > best.auc) best = { auc, epoch: epoch - 1, values };
    const loss = sum(mul(constant(weight, [N]), softplus(mul(sign, logits))));
    const slopes = grad(loss, Object.values(vars));
    values = adam.step(values, Object.fromEntries(Object.keys(vars).map((name, i) => [name, slopes[i]])));
    losses.push(item(loss));
    after(epoch);
  }
  block = new EnergyTransformerBlock({ WQ: best.values.WQ, WK: best.values.WK, Xi: best.values.Xi });
  const { start, logits } = forward(Object.fromEntries(Object.entries(best.values).map(([name, value]) => [name, constant(value)])));
  return { block, logits: Float64Array.from(logits.data), start: Float64Array.from(start.data), losses, kept: best.epoch };
}
