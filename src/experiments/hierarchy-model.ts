/**
 * The network of `ham-hierarchy` and its training (arXiv 2507.06211 section 3; modern-methods.md sections 3.4 to 3.6): four layers of neurons, one energy.
 *
 *   image     28 x 28 x 1   identity, its bias b the mean picture: xhat = x - b
 *   features  7 x 7 x F     tanh      image to features: convolution 4x4 of stride 2, then means of 2x2
 *   parts     3 x 3 x G     tanh      features to parts: convolution 3x3, then maxima of 2x2;   features to themselves: attention over the 49 places
 *   topic     K             softmax   parts to topic, and image to topic: dense
 *
 * Cue: the visible pixels are clamped, the hidden ones start at b, all else at 0. After T Euler steps xhat + b is read out on the hidden pixels;
 * the loss is its squared error there, and its gradient goes back through all T steps. One mask per batch, drawn anew.
 */
import { Adam, constant, grad, item, mean, mul, type NdArray, square, sub, sum, variable } from "../autodiff/index.ts";
import { attention, conv, dense, denseAM, HAM, identity, layer, normal, softmax, tanh } from "../hamux/index.ts";
import type { Rng } from "../numeric/index.ts";

export const SIDE = 28;
export const PIXELS: number = SIDE * SIDE;

export interface HierarchyTraining {
  readonly features: number;
  readonly parts: number;
  /** Neurons of the topic layer, and memories of the flat network. */
  readonly topics: number;
  readonly batch: number;
  readonly epochs: number;
  readonly rate: number;
  readonly steps: number;
  readonly dt: number;
}

/** Four layers, with every kind of hypersynapse that a picture asks for. */
export function hierarchy({ features: F, parts: G, topics: K }: HierarchyTraining, b: ArrayLike<number>, rng: Rng): HAM {
  return new HAM({
    precision: "f32",
    layers: { image: layer([SIDE, SIDE, 1], identity(), { bias: b }), features: layer([7, 7, F], tanh()), parts: layer([3, 3, G], tanh()), topic: layer(K, softmax(1)) },
    synapses: {
      strokes: conv(normal([F, 1, 4, 4], rng, 0.2), { stride: 2, padding: 1, pool: { kind: "avg", size: 2 } }),
      shapes: conv(normal([G, F, 3, 3], rng, 1 / Math.sqrt(9 * F)), { padding: 1, pool: { kind: "max", size: 2 } }),
      context: attention(normal([F, 2, 8], rng, 1 / Math.sqrt(F)), normal([F, 2, 8], rng, 1 / Math.sqrt(F))),
      naming: dense(normal([9 * G, K], rng, 1 / Math.sqrt(9 * G))),
      portrait: dense(normal([PIXELS, K], rng, 0.05)),
    },
    connections: [
      [["image", "features"], "strokes"], [["features", "parts"], "shapes"], [["features", "features"], "context"], [["parts", "topic"], "naming"],
      [["image", "topic"], "portrait"],
    ],
  });
}

/** The one-layer baseline: the same picture layer and K memories of whole pictures. */
export function flat({ topics: K }: HierarchyTraining, b: ArrayLike<number>, rng: Rng): HAM {
  return new HAM({
    precision: "f32", layers: { image: layer([SIDE, SIDE, 1], identity(), { bias: b }) }, connections: [[["image"], "memory"]],
    synapses: { memory: denseAM(normal([PIXELS, K], rng, 0.05), { hidden: softmax(1) }) },
  });
}

/** Which pixels are hidden (1): half the picture from one side, or a square of 14 x 14. */
export const OCCLUSIONS = ["upper half", "lower half", "left half", "right half", "square"] as const;

/** @param at where the square begins, row and column */
export function occlusion(kind: (typeof OCCLUSIONS)[number], at: readonly [number, number] = [7, 7]): Uint8Array {
  const half = SIDE / 2;
  const hides = {
    "upper half": (row: number) => row < half, "lower half": (row: number) => row >= half, "left half": (_: number, column: number) => column < half,
    "right half": (_: number, column: number) => column >= half,
    square: (row: number, column: number) => row >= at[0] && row < at[0] + half && column >= at[1] && column < at[1] + half,
  }[kind];
  return Uint8Array.from({ length: PIXELS }, (_, i) => (hides(Math.floor(i / SIDE), i % SIDE) ? 1 : 0));
}

/** Cues: hidden pixels replaced by b. */
export function cuesOf(pictures: Float32Array, b: ArrayLike<number>, hidden: Uint8Array): Float32Array {
  return pictures.map((value, i) => (hidden[i % PIXELS] === 1 ? b[i % PIXELS] : value));
}

/** Mean picture of N. */
export function meanPicture(pictures: Float32Array): Float32Array {
  const sums = new Float64Array(PIXELS);
  for (let i = 0; i < pictures.length; i++) sums[i % PIXELS] += pictures[i];
  return Float32Array.from(sums, (value) => value / (pictures.length / PIXELS));
}

export interface HierarchyTrained {
  readonly ham: HAM;
  /** Mean training loss of every epoch. */
  readonly losses: number[];
}

/** Trains every parameter but the beta of each softmax and tanh, and the bias. A last batch that is not full is left out of each epoch. */
export function trainCompletion(start: HAM, Y: Float32Array, b: Float32Array, { batch, epochs, rate, steps, dt }: HierarchyTraining, rng: Rng, after: (epoch: number, loss: number) => void): HierarchyTrained {
  const learned = Object.keys(start.parameters).filter((name) => !name.endsWith("beta") && !name.endsWith("bias"));
  let values: Record<string, NdArray> = Object.fromEntries(learned.map((name) => [name, { shape: start.parameters[name].shape, data: Float32Array.from(start.parameters[name].data) }]));
  const adam = new Adam({ rate });
  const order = Int32Array.from({ length: Y.length / PIXELS }, (_, i) => i);
  const losses: number[] = [];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    rng.shuffle(order);
    let [sumOf, batches] = [0, 0];
    for (let from = 0; from + batch <= order.length; from += batch) {
      const pictures = new Float32Array(batch * PIXELS);
      for (let i = 0; i < batch; i++) pictures.set(Y.subarray(order[from + i] * PIXELS, (order[from + i] + 1) * PIXELS), i * PIXELS);
      const hidden = occlusion(OCCLUSIONS[rng.integer(OCCLUSIONS.length)], [rng.integer(15), rng.integer(15)]);
      const vars = Object.fromEntries(learned.map((name) => [name, variable(values[name])]));
      const loss = completionLoss(start, { ...start.params, ...vars }, pictures, b, hidden, steps, dt);
      const slopes = grad(loss, Object.values(vars));
      values = adam.step(values, Object.fromEntries(learned.map((name, i) => [name, slopes[i]])));
      sumOf += item(loss);
      batches++;
    }
    losses.push(sumOf / batches);
    after(epoch, sumOf / batches);
  }
  return { ham: start.withParameters(values), losses };
}

/** Mean squared error of the hidden pixels after `steps` steps, on the tape. */
export function completionLoss(ham: HAM, params: HAM["params"], pictures: Float32Array, b: ArrayLike<number>, hidden: Uint8Array, steps: number, dt: number): ReturnType<typeof mean> {
  const B = pictures.length / PIXELS;
  const shape = [B, SIDE, SIDE, 1];
  const free = { image: hidden };
  const cues = cuesOf(pictures, b, hidden);
  let xs = { ...ham.vars(new Array(B).fill({})), image: constant(ham.precision === "f32" ? cues : Float64Array.from(cues), shape) };
  for (let t = 0; t < steps; t++) xs = { ...ham.graph.step(xs, params, dt, free) } as typeof xs;
  const like = (data: ArrayLike<number>): Float32Array | Float64Array => (ham.precision === "f32" ? Float32Array.from(data) : Float64Array.from(data));
  // The state itself is xhat + b: the layer's Lagrangian is the identity.
  const error = mul(sub(xs.image, constant(like(pictures), shape)), constant(like(hidden), [1, SIDE, SIDE, 1]));
  return mul(1 / (B * hidden.reduce((n, bit) => n + bit, 0)), sum(square(error)));
}
