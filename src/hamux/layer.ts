/**
 * A neuron layer: states of some shape, a Lagrangian, a time constant (arXiv 2507.06211 section 3; modern-methods.md (M20), (M21), 3.5).
 *
 *   x     shape of the layer    state;   b the bias of the same shape
 *   xhat  = grad L(x - b),  E = <x - b, xhat> - L(x - b),  dE/dxhat = x - b      (erratum 7: b in both places)
 *   free  1 = may move, 0 = clamped
 */
import { checkNames, EngramError } from "../numeric/index.ts";
import { type NdArray, ndArray, sizeOf } from "../autodiff/index.ts";
import type { Lagrangian } from "./lagrangian.ts";

/** Neurons a layer may have. */
const MOST = 2 ** 26;

/** One number for the whole layer, or one per neuron: 1 = may move, 0 = clamped. */
export type Mask = 0 | 1 | ArrayLike<number>;

export interface LayerOptions {
  /** Time constant, above 0. Default 1. */
  tau?: number;
  /** One number per neuron, subtracted from the state before the Lagrangian. */
  bias?: NdArray | ArrayLike<number>;
  /** Default 1: all may move. */
  free?: Mask;
}

export interface NeuronLayer {
  readonly shape: readonly number[];
  readonly size: number;
  readonly lagrangian: Lagrangian;
  readonly tau: number;
  readonly bias?: NdArray;
  /** `size` entries of 0 or 1. */
  readonly free: Uint8Array;
}

/**
 * @param shape one number for a plain layer; [tokens, channels], [H, W, C], ... for others (rows are along the last axis)
 * @throws EngramError on an empty shape, a tau that is not above 0, a bias or mask of another size, a mask with entries other than 0 and 1
 */
export function layer(shape: number | readonly number[], lagrangian: Lagrangian, options: LayerOptions = {}): NeuronLayer {
  checkNames("layer option", options, ["tau", "bias", "free"] satisfies (keyof LayerOptions)[]);
  const { tau = 1, bias, free = 1 } = options;
  const sizes = typeof shape === "number" ? [shape] : [...shape];
  if (sizes.length === 0 || sizes.some((n) => !Number.isSafeInteger(n) || n < 1)) throw new EngramError("layer shape", "whole numbers, 1 or above", `[${sizes.join(", ")}]`, "A layer has at least one neuron.");
  if (!(tau > 0 && tau < Infinity)) throw new EngramError("tau", "a finite number above 0", String(tau), "It is the time a layer takes to follow its signal.");
  const delta = lagrangian.parameters.delta;
  const row = sizes[sizes.length - 1];
  if (delta !== undefined && delta.shape.length > 0 && delta.data.length !== row) {
    throw new EngramError(`${lagrangian.name} delta`, `1 or ${row} numbers for a layer of shape [${sizes.join(", ")}]`, `${delta.data.length}`, "Delta has one entry per neuron of a row.");
  }
  const size = sizeOf(sizes);
  if (size > MOST) throw new EngramError("layer shape", `at most ${MOST} neurons`, `${size}`, "Use a smaller layer.");
  if (bias !== undefined && (typeof bias !== "object" || bias === null)) throw new EngramError("layer bias", `${size} numbers`, String(bias), "Give one number per neuron.");
  const b = bias === undefined ? undefined : ndArray(sizes, "shape" in bias ? bias.data : bias, "layer bias");
  return { shape: sizes, size, lagrangian, tau, bias: b, free: maskOf(free, size, "layer mask") };
}

/** A mask as one byte per neuron. @throws EngramError on another length, or entries other than 0 and 1 */
export function maskOf(free: Mask, size: number, what: string): Uint8Array {
  const mask = new Uint8Array(size);
  if (free === 0 || free === 1) return mask.fill(free);
  if (free === null || typeof free !== "object" || free.length !== size) {
    throw new EngramError(what, `${size} entries, or a single 0 or 1`, typeof free === "object" && free !== null ? `${free.length} entries` : String(free), "One entry per neuron: 1 may move, 0 is clamped.");
  }
  for (let i = 0; i < size; i++) {
    const value = Number(free[i]);
    if (value !== 0 && value !== 1) throw new EngramError(`${what}, entry ${i}`, "0 or 1", String(free[i]), "1 may move, 0 is clamped.");
    mask[i] = value;
  }
  return mask;
}
