/**
 * The system of ten boolean registers of Sci Rep 11:6948 (preset mnist2021; entropic-memory.md sections 2.9, 9): one per digit; of those that accept, the one with the
 * lowest entropy answers (E18).
 *
 *   per register   precision = cues of its class among those it accepts, recall = share of its class that it accepts; means of the ten
 *   system         precision = right among the answered, recall = right among all
 */
import { AssociativeRegister, fitQuantiser, lowestEntropy, type Quantiser } from "../entropic/index.ts";

export interface Latents {
  /** N x n. */
  readonly z: Float32Array;
  readonly labels: Uint8Array;
}

export interface DigitsRow {
  readonly m: number;
  readonly tolerance: number;
  readonly cues: string;
  readonly precision: number;
  readonly recall: number;
  /** Mean of the ten entropies, bits. */
  readonly entropy: number;
  readonly systemPrecision: number;
  readonly systemRecall: number;
}

/** Ten registers, filled; to be disposed of. */
export interface DigitSystem {
  readonly m: number;
  readonly quantiser: Quantiser;
  readonly registers: readonly AssociativeRegister[];
}

/** One scalar range for everything, test latents too: the authors' choice, so nothing is ever out of range. @param asked whatever will be asked */
export function digitSystem(fill: Latents, asked: readonly Float32Array[], n: number, m: number): DigitSystem {
  const all = [fill.z, ...asked];
  const data = new Float32Array(all.reduce((sum, { length }) => sum + length, 0));
  all.reduce((at, part) => (data.set(part, at), at + part.length), 0);
  const quantiser = fitQuantiser({ rows: data.length / n, dim: n, data }, { kind: "global", levels: m });
  const q = quantiser.transform(fill.z);
  const registers = Array.from({ length: 10 }, (_, c) => {
    const register = new AssociativeRegister(n, m, { preset: "mnist2021" });
    const own = [...fill.labels.keys()].filter((i) => fill.labels[i] === c);
    const rows = new Float64Array(own.length * n);
    own.forEach((i, k) => rows.set(q.subarray(i * n, (i + 1) * n), k * n));
    register.register(rows);
    return register;
  });
  return { m, quantiser, registers };
}

/** Which register answers each cue; -1 where none accepts. */
export function answersOf({ quantiser, registers }: DigitSystem, z: Float32Array, tolerance = 0): { winner: Int8Array; accepted: Uint8Array[] } {
  const v = quantiser.transform(z);
  const accepted = registers.map((register) => Uint8Array.from(register.recognize(v, { xi: tolerance }).accepted));
  const all = registers.map((register, c) => ({ label: String(c), register, entropy: register.entropy, weight: 0 }));
  const winner = Int8Array.from(accepted[0], (_, i) => {
    const candidates = all.filter((_, c) => accepted[c][i] === 1);
    return candidates.length === 0 ? -1 : Number(candidates[lowestEntropy(candidates)].label);
  });
  return { winner, accepted };
}

export function digitsRow(system: DigitSystem, test: Latents, cues: string, tolerance = 0): DigitsRow {
  const { winner, accepted } = answersOf(system, test.z, tolerance);
  const N = test.labels.length;
  const each = accepted.map((yes, c) => {
    let [own, right, said] = [0, 0, 0];
    for (let i = 0; i < N; i++) {
      if (test.labels[i] === c) own++;
      said += yes[i];
      if (yes[i] === 1 && test.labels[i] === c) right++;
    }
    // 1 where nothing is accepted, as in the authors' code
    return { precision: said === 0 ? 1 : right / said, recall: own === 0 ? NaN : right / own };
  }).filter(({ recall }) => !Number.isNaN(recall));
  const mean = (key: "precision" | "recall"): number => (100 * each.reduce((sum, one) => sum + one[key], 0)) / each.length;
  let [answered, right] = [0, 0];
  winner.forEach((c, i) => {
    if (c < 0) return;
    answered++;
    if (c === test.labels[i]) right++;
  });
  const entropy = system.registers.reduce((sum, register) => sum + register.entropy, 0) / 10;
  return { m: system.m, tolerance, cues, precision: mean("precision"), recall: mean("recall"), entropy, systemPrecision: answered === 0 ? 100 : (100 * right) / answered, systemRecall: (100 * right) / N };
}
