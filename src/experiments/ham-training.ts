/**
 * The denoiser of HAMUX (arXiv 2507.06211; modern-methods.md section 3.6): one layer of D spherical neurons, a DenseAM hypersynapse with K
 * column-normalised memories, trained to bring a noisy picture back in one step of size 1, by gradients through that step.
 *
 *   Y   N x D   pictures, each of length 1;   cue = y + noise N(0, 1)
 *   W   D x K   memories, start N(mean, sd^2)
 *   x <- cue, x <- x - dE/dxhat = I(xhat);  loss = mean (xhat - y)^2 over pixels and pictures
 *
 * At step 1 the state is replaced by its signal Wn softmax(beta Wn^T xhat): what a picture becomes is a mixture of memories, scaled to length 1.
 */
import { Adam, constant, grad, item, mean, square, sub, variable, type Var } from "../autodiff/index.ts";
import { denseAM, HAM, layer, normal, softmax, spherical } from "../hamux/index.ts";
import type { Rng } from "../numeric/index.ts";

export interface Denoising {
  /** D. */
  readonly dim: number;
  /** K. */
  readonly memories: number;
  readonly beta: number;
  /** Standard deviation and mean of the first weights. */
  readonly sd: number;
  readonly mean: number;
  /** Of the cue, per pixel. */
  readonly noise: number;
  readonly batch: number;
  readonly epochs: number;
  /** Of Adam. */
  readonly rate: number;
}

/** The authors' settings with the better of their two results. */
export const PUBLISHED: Denoising = { dim: 784, memories: 900, beta: 10, sd: 0.02, mean: 0.2, noise: 0.3, batch: 100, epochs: 10, rate: 4e-2 };

const NAME = "memory.W";

/** Pictures with length 1. Black ones stay black. */
export function unitRows(rows: Float32Array, dim: number): Float32Array {
  const out = rows.slice();
  for (let at = 0; at < out.length; at += dim) {
    let squares = 0;
    for (let k = at; k < at + dim; k++) squares += out[k] * out[k];
    if (squares > 0) for (let k = at; k < at + dim; k++) out[k] /= Math.sqrt(squares);
  }
  return out;
}

export function untrained({ dim, memories, beta, sd, mean: centre }: Denoising, rng: Rng): HAM {
  return new HAM({
    precision: "f32", layers: { image: layer(dim, spherical()) }, connections: [[["image"], "memory"]],
    synapses: { memory: denseAM(normal([dim, memories], rng, sd, centre), { hidden: softmax(beta), normalised: true }) },
  });
}

/** xhat after one step from the cues (B x D): what the memory makes of them. */
export function denoise(ham: HAM, cues: Float32Array, params: HAM["params"] = ham.params): Var {
  const { size } = ham.graph.layers.image;
  const after = ham.graph.step({ image: constant(cues, [cues.length / size, size]) }, params, 1);
  return ham.graph.activations(after, params).image;
}

/** Pictures plus noise. */
export function noisy(pictures: Float32Array, noise: number, rng: Rng): Float32Array {
  return pictures.map((value) => value + noise * rng.normal());
}

/** Mean squared difference of what came back and the pictures; in pieces, so that memory stays small. */
export function denoisingLoss(ham: HAM, pictures: Float32Array, cues: Float32Array, piece = 500): number {
  const { size } = ham.graph.layers.image;
  let sum = 0;
  for (let at = 0; at < pictures.length; at += piece * size) {
    const out = denoise(ham, cues.subarray(at, at + piece * size)).data;
    for (let k = 0; k < out.length; k++) sum += (out[k] - pictures[at + k]) ** 2;
  }
  return sum / pictures.length;
}

export interface Trained {
  readonly ham: HAM;
  /** Mean training loss of every epoch. */
  readonly losses: number[];
}

/** Trains on N pictures (N x D, length 1), a last batch that is not full left out of each epoch. @param after called after every epoch with the HAM so far */
export function trainDenoiser(Y: Float32Array, settings: Denoising, rng: Rng, after: (epoch: number, ham: HAM, loss: number) => void): Trained {
  const { dim, batch, epochs, rate, noise } = settings;
  let ham = untrained(settings, rng);
  let W = { shape: ham.parameters[NAME].shape, data: Float32Array.from(ham.parameters[NAME].data) as Float32Array | Float64Array };
  const adam = new Adam({ rate });
  const order = Int32Array.from({ length: Y.length / dim }, (_, i) => i);
  const losses: number[] = [];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    rng.shuffle(order);
    let sum = 0;
    let batches = 0;
    for (let from = 0; from + batch <= order.length; from += batch) {
      const pictures = new Float32Array(batch * dim);
      for (let i = 0; i < batch; i++) pictures.set(Y.subarray(order[from + i] * dim, (order[from + i] + 1) * dim), i * dim);
      const w = variable(W);
      const loss = mean(square(sub(denoise(ham, noisy(pictures, noise, rng), { ...ham.params, [NAME]: w }), constant(pictures, [batch, dim]))));
      W = adam.step({ W }, { W: grad(loss, [w])[0] }).W as typeof W;
      sum += item(loss);
      batches++;
    }
    ham = ham.withParameters({ [NAME]: W });
    losses.push(sum / batches);
    after(epoch, ham, sum / batches);
  }
  return { ham, losses };
}
