/**
 * Several registers that vote on one cue (entropic-memory.md 2.9).
 *
 *   (E18) of the registers that accept, the one with the lowest entropy H; the first in order on a tie    mnist2021, Sci Rep 11:6948
 *   (E19) the one with the lowest penalty H / rho(v), Infinity where rho = 0; ties broken at random       dimex2022, Sci Rep 12:16703
 *
 * Any other rule is a function of the candidates.
 */
import { EngramError } from "../numeric/index.ts";
import type { Rng } from "../numeric/index.ts";
import { fingerprints } from "./cues.ts";
import type { Levels } from "./levels.ts";
import type { AssociativeRegister, Retrieved, RetrieveOptions } from "./register.ts";

/** A register that accepts the cue. */
export interface Candidacy {
  readonly label: string;
  readonly register: AssociativeRegister;
  /** H of the register. */
  readonly entropy: number;
  /** rho of the cue in it. */
  readonly weight: number;
}

/** Which of the candidates (at least one, in the order of the labels) answers: its place. */
export type Arbitration = (candidates: readonly Candidacy[], rng?: Rng) => number;

/** (E18). */
export const lowestEntropy: Arbitration = (candidates) => least(candidates.map(({ entropy }) => entropy));

/** (E19). @throws EngramError without a generator */
export const lowestPenalty: Arbitration = (candidates, rng) => {
  if (rng === undefined) throw new EngramError("lowestPenalty", "a seeded generator", "none", "Ties are broken at random: pass rng.");
  const order = candidates.map((_, i) => i);
  rng.shuffle(order);
  return order[least(order.map((i) => (candidates[i].weight === 0 ? Infinity : candidates[i].entropy / candidates[i].weight)))];
};

export interface SystemAnswer {
  readonly accepted: boolean;
  /** Of the register that answers; undefined where none accepts. */
  readonly label?: string;
  readonly candidates: readonly Candidacy[];
  /** What the winner retrieves. */
  readonly retrieved?: Retrieved;
}

/** Registers of one shape, each under a label. */
export class RegisterSystem {
  readonly #registers: ReadonlyMap<string, AssociativeRegister>;
  readonly #arbitration: Arbitration;

  /** @throws EngramError for no registers, or registers of different shapes */
  constructor(registers: Readonly<Record<string, AssociativeRegister>>, arbitration: Arbitration = lowestEntropy) {
    const list = Object.values(registers);
    const shapes = new Set(list.map(({ n, m }) => `${n} x ${m}`));
    if (shapes.size !== 1) throw new EngramError("system", "registers of one shape", list.length === 0 ? "none" : [...shapes].join(", "), "Give every class a register of the same columns and levels.");
    this.#registers = new Map(Object.entries(registers));
    this.#arbitration = arbitration;
  }

  get labels(): readonly string[] { return [...this.#registers.keys()]; }

  /** The register of a label. @throws EngramError for an unknown one */
  of(label: string): AssociativeRegister {
    const register = this.#registers.get(label);
    if (register === undefined) throw new EngramError("label", `one of ${this.labels.join(", ")}`, label, "Labels are those the system was made with.");
    return register;
  }

  /** Who accepts one cue, who of them answers, and what it retrieves. @param rng for arbitrations that break ties at random */
  ask(cue: Levels, options: RetrieveOptions & { rng?: Rng } = {}): SystemAnswer {
    const { rng, ...asked } = options;
    const candidates: Candidacy[] = [];
    for (const [label, register] of this.#registers) {
      const { accepted, weights } = register.recognize(cue, asked);
      if (accepted.length !== 1) throw new EngramError("cue", `${register.n} levels`, String(cue.length), "Ask with one cue at a time.");
      if (accepted[0] === 1) candidates.push({ label, register, entropy: register.entropy, weight: weights[0] });
    }
    if (candidates.length === 0) return { accepted: false, candidates };
    const { label, register } = candidates[this.#arbitration(candidates, rng)];
    // By what the cue is: with number 0 for every cue all of them would draw the same random numbers.
    const numbers = asked.numbers ?? fingerprints(register.levels(cue, asked.visible), register.n);
    return { accepted: true, label, candidates, retrieved: register.retrieve(cue, { ...asked, numbers }) };
  }
}

function least(values: readonly number[]): number {
  return values.reduce((best, value, i) => (value < values[best] ? i : best), 0);
}
