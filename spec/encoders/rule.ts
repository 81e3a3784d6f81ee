/** Numbers that follow from a name, the same as in fixtures/encoders/generate.py, where the rule stands in words. */
import type { TensorSource } from "../../src/encoders/index.ts";

/** FNV-1a of ASCII. */
function hash(name: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193);
  return h;
}

/** Number i in [-1, 1). */
function uniformOf(name: string): (i: number) => number {
  const start = hash(name);
  return (i) => {
    let h = (start + Math.imul(i, 0x9e3779b9)) | 0;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return ((h ^ (h >>> 16)) >>> 8) / 2 ** 23 - 1;
  };
}

function weight(name: string, shape: readonly number[]): Float32Array {
  const u = uniformOf(name);
  const n = shape.reduce((a, b) => a * b, 1);
  const bound = Math.sqrt(4 / (n / shape[0]));
  const value = name.endsWith("running_var") ? (i: number): number => 1 + u(i) / 2
    : name.endsWith("bias") || name.endsWith("running_mean") ? (i: number): number => u(i) / 10
    : shape.length === 1 ? (i: number): number => 0.75 + u(i) / 4
    : (i: number): number => u(i) * bound;
  const out = new Float32Array(n);
  for (let i = 0; i < n; i++) out[i] = value(i);
  return out;
}

/** Weights of the rule, each made when it is read. */
export function ruleWeights(wanted: ReadonlyMap<string, readonly number[]>): TensorSource {
  return {
    places: new Map([...wanted].map(([name, shape]) => [name, { dtype: "f32" as const, shape }])),
    read: (name) => ({ dtype: "f32", shape: wanted.get(name)!, data: weight(name, wanted.get(name)!) }),
  };
}

/** Three images in [0, 1], or codes in [-2, 2). */
export function ruleImages(dim: number, codes: boolean): Float32Array {
  const u = uniformOf("image");
  return Float32Array.from({ length: 3 * dim }, (_, i) => (codes ? 2 * u(i) : (u(i) + 1) / 2));
}

/** Where a layer of n numbers is sampled. */
export function rulePlaces(layer: string, count: number, n: number): number[] {
  const u = uniformOf(layer);
  return Array.from({ length: count }, (_, j) => Math.floor(((u(j) + 1) / 2) * n));
}
