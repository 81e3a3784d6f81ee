/** What the specs of this room share: numbers by rule, the golden file, networks with weights by rule, comparison to the bit. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { architectureOf } from "../../src/encoders/index.ts";
import { inferShapes } from "../../src/encoders/shapes.ts";
import { expectedTensors } from "../../src/encoders/weights.ts";
import { writeSafetensors } from "../../src/formats/index.ts";
import type { UniversalRecall } from "../../src/universal/index.ts";
import { ruleWeights } from "../encoders/rule.ts";

interface Golden {
  pca: { n: number; d: number; e: number; plain: number[][]; white: number[][] }[];
  uHop: { n: number; d: number; e: number; t: number; L: number[] };
  recall: { N: number; d: number; Q: number; beta: number; q: number[][]; by: Record<string, { scores: number[][]; z: number[][]; values: number[][]; keys: number[][] }> };
}

export function golden(): Golden {
  return JSON.parse(readFileSync(join(process.cwd(), "fixtures/semantic/golden.json"), "utf8")) as Golden;
}

/** The rule of fixtures/semantic/generate.py. */
export function numbers(count: number, shift = 0): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => {
    const x = 1000 * Math.sin(12.9898 * (i + shift + 1));
    return Math.fround(x - Math.floor(x));
  });
}

export function rowsOf(data: Float64Array, dim: number): Float64Array[] {
  return Array.from({ length: data.length / dim }, (_, r) => data.slice(r * dim, (r + 1) * dim));
}

/** A safetensors file with weights by rule. */
export function weightsFile(name: string, change: (tensors: Map<string, ReturnType<ReturnType<typeof ruleWeights>["read"]>>) => void = () => {}): Uint8Array {
  const otherwise = (_t: string, _a: number, value: number): number => value;
  const architecture = architectureOf(name);
  const input = architecture.input(otherwise);
  const { layers } = architecture.graph(otherwise, input);
  const wanted = expectedTensors(layers, inferShapes(layers, input));
  const tensors = new Map([...wanted.keys()].map((key) => [key, ruleWeights(wanted).read(key)]));
  change(tensors);
  return writeSafetensors(tensors);
}

export function sameBits(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}

/** Everything a recall says, to the bit. */
export function sameRecall(a: UniversalRecall, b: UniversalRecall): boolean {
  const plain = ({ key, index, margin, steps, converged, accepted, criterion, reason, ranking }: UniversalRecall): string => JSON.stringify({ key, index, margin: String(margin), steps, converged, accepted, criterion, reason, ranking });
  return sameBits(a.state, b.state) && sameBits(a.scores, b.scores) && sameBits(a.weights!, b.weights!) && sameBits(a.energies, b.energies) && plain(a) === plain(b);
}

/** Largest |a - b|. */
export function apart(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i] - b[i]));
  return most;
}
