/**
 * Forgetting policies (entropic-memory.md 2.10, 15.14). None of the papers' memories forgets; these are choices, not findings.
 *
 *   decay            R <- gamma R, rounded up or down at random so that the mean is exact
 *   column budget    (E20) S_j <= W: a registration into a full column takes one count from another cell of it
 *   sliding window   the last K objects, exactly: the oldest is taken out
 *
 * The rule of (E20) prefers to empty light cells, and at xi = 0 an emptied cell rejects every cue that needs it: where it was published
 * recall fell to 0 - 1.6 %. It is here for comparison.
 */
import { counterUniform, EngramError } from "../numeric/index.ts";
import type { Rng } from "../numeric/index.ts";
import { NO_LEVEL } from "../kernels/index.ts";
import type { Levels } from "./levels.ts";
import { AssociativeRegister } from "./register.ts";

/**
 * All counts times gamma, with stochastic rounding. Saturated cells decay from the cap.
 * @param gamma from 0 to 1 @param seed of the rounding; each call wants its own
 */
export function decay(register: AssociativeRegister, gamma: number, seed: number): void {
  if (!(gamma >= 0 && gamma <= 1)) throw new EngramError("gamma", "a number from 0 to 1", String(gamma), "It is what remains of every count.");
  refuseExact(register, "decay");
  const round = (held: number, at: number): number => {
    const left = held * gamma;
    const below = Math.floor(left);
    return below + (counterUniform(seed, at) < left - below ? 1 : 0);
  };
  const { cells, undefinedRow, size } = register;
  register.load(cells.map(round), undefinedRow.map((held, j) => round(held, cells.length + j)), size);
}

/**
 * (E20) Registers objects one after the other under a budget of W counts a column: S_j < W adds one; S_j = W adds one to the object's cell
 * and takes one from another cell k that is not empty, with probability (1 - R[j,k] / S') / (A - 1), S' and A the sum and number of those.
 * The only other cell gives; with none the registration of that column is undone.
 * @param W whole, from 1, at most the register's cap; the published choice is half the number of objects
 */
export function registerWithBudget(register: AssociativeRegister, v: Levels, W: number, rng: Rng): void {
  if (!Number.isInteger(W) || W < 1 || W > register.settings.cap) throw new EngramError("budget W", `a whole number from 1 to the cap ${register.settings.cap}`, String(W), "Half the number of objects was proposed.");
  refuseExact(register, "a column budget");
  const { n, m, cells: R, undefinedRow: none, size, statistics } = register;
  const q = register.levels(v);
  const sums = statistics.sums.slice();
  q.forEach((level, at) => {
    const j = at % n;
    if (level === NO_LEVEL) none[j] = Math.min(none[j] + 1, register.settings.cap);
    else if (sums[j] < W) {
      R[j * m + level]++;
      sums[j]++;
    } else {
      const giver = displaced(R, j * m, m, level, rng);
      if (giver === undefined) return;
      R[j * m + level]++;
      R[giver]--;
    }
  });
  register.load(R, none, size + q.length / n);
}

/** The cell that gives one up. */
function displaced(R: ArrayLike<number>, column: number, m: number, level: number, rng: Rng): number | undefined {
  const others = Array.from({ length: m }, (_, i) => i).filter((i) => i !== level && R[column + i] > 0);
  if (others.length <= 1) return others.length === 0 ? undefined : column + others[0];
  const S = others.reduce((sum, i) => sum + R[column + i], 0);
  let t = rng.uniform();
  for (const i of others) {
    t -= (1 - R[column + i] / S) / (others.length - 1);
    if (t < 0) return column + i;
  }
  return column + others[others.length - 1];
}

/** A register of the last `capacity` objects: n capacity levels are kept to take the oldest out again, exactly. */
export class SlidingWindow {
  readonly register: AssociativeRegister;
  readonly #held: Uint16Array;
  #next = 0;
  #count = 0;

  /** @param register empty, with `exactCounts` if its cap may be reached @throws EngramError for a register that holds something, or a capacity that is no whole number from 1 */
  constructor(register: AssociativeRegister, capacity: number) {
    if (register.size !== 0) throw new EngramError("sliding window", "an empty register", `one of ${register.size} objects`, "What it holds already could not be taken out.");
    if (!Number.isInteger(capacity) || capacity < 1) throw new EngramError("capacity", "a whole number from 1", String(capacity), "It is how many objects are remembered.");
    if (!register.exactCounts && capacity > register.settings.cap) throw new EngramError("capacity", `at most the cap ${register.settings.cap}`, String(capacity), "Make the register with exactCounts: saturated cells cannot be taken out.");
    this.register = register;
    this.#held = new Uint16Array(capacity * register.n);
  }

  /** Registers one object after another; beyond the capacity the oldest goes. */
  add(v: Levels): void {
    const { n } = this.register;
    const q = this.register.levels(v);
    const capacity = this.#held.length / n;
    for (let at = 0; at < q.length; at += n) {
      const place = this.#held.subarray(this.#next * n, (this.#next + 1) * n);
      if (this.#count === capacity) this.register.unregister(place);
      else this.#count++;
      place.set(q.subarray(at, at + n));
      this.register.register(place);
      this.#next = (this.#next + 1) % capacity;
    }
  }
}

function refuseExact(register: AssociativeRegister, what: string): void {
  if (register.exactCounts) throw new EngramError(what, "a register without exact counts", "one with them", "What is forgotten this way is no object that could be taken out.");
}
