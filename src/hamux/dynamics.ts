/**
 * How a HAM settles (modern-methods.md (M21)-(M23), section 3.2): tau dx/dt = I(xhat) - (x - b) in every layer at once, by Euler, Runge-Kutta or the
 * adaptive pair of numeric/ode.ts. All layers together are one vector.
 *
 *   guard      a step that would raise the energy above its lowest so far is halved until it does not; the step doubles again up to dt
 *   converged  the activations that the signals themselves would give, xhat(I + b), differ nowhere from the present ones by more than the tolerance.
 *
 * Deviation: the rest test is this residual rather than the change in one step (3.2, number 6). A saturated neuron (tanh at x = 1000) hardly moves its
 * activation while its state is still far from its signal; a small step moves nothing much. The residual is fooled by neither, nor by states that drift
 * along directions that change no activation.
 */
import { checkNames, ENERGY_ROUNDING, EngramError, eulerStep, type Flow, integrate, joined, rk4Step, unknownName } from "../numeric/index.ts";
import { type EnergyTree, leavesOf } from "./energy-tree.ts";
import type { HAM, States } from "./ham.ts";
import { type Mask, maskOf } from "./layer.ts";
import { partlyClamped } from "./conditions.ts";

export interface RunOptions {
  /** Most steps; with `tolerance: 0` exactly so many. Default 1000. */
  steps?: number;
  /** First and largest time step. Default .1. */
  dt?: number;
  /** "adaptive" follows the flow over each dt to 1e-8 by as many inner steps as it takes. Default "euler". */
  method?: "euler" | "rk4" | "adaptive";
  /** See "converged" above. Default 1e-9 (f64), 1e-5 (f32). 0: no test, all steps are taken. */
  tolerance?: number;
  /** Whether steps that raise the energy are halved. Default true, but false where a connection gives no feedback (its energy may rise by right). */
  guard?: boolean;
  /** By layer: 1 may move, 0 clamped, or one entry per neuron. Default: the layer's own mask. */
  free?: Readonly<Record<string, Mask>>;
  /** Whether to keep the energy tree of every step. Default false. */
  trees?: boolean;
}

export interface Run {
  readonly states: Record<string, Float64Array>;
  readonly activations: Record<string, Float64Array>;
  /** At the start and after every step. */
  readonly energies: Float64Array;
  readonly trees?: readonly EnergyTree[];
  readonly steps: number;
  readonly converged: boolean;
  /** Why it stopped when it did not converge. */
  readonly reason?: string;
  /** The time step it ended with. */
  readonly dt: number;
  /** Steps that raised the energy by more than rounding. 0 under the guard. */
  readonly raised: number;
  /** What voids the guarantee that the energy falls. */
  readonly warnings: readonly string[];
}

const SMALLEST = 2 ** -40;

type Settings = Required<Omit<RunOptions, "free">>;

/** Places of the layers in the one vector, and what may move. */
interface Layout {
  readonly places: readonly { name: string; from: number; to: number; tau: number }[];
  readonly length: number;
  readonly free: Uint8Array;
}

/** @throws EngramError on options out of range, unknown layers, masks of another length, states that are not finite */
export function runMany(ham: HAM, batch: readonly States[], options: RunOptions): Run[] {
  checkNames("run option", options, ["steps", "dt", "method", "tolerance", "guard", "free", "trees"] satisfies (keyof RunOptions)[]);
  const { steps = 1000, dt = 0.1, method = "euler", trees = false } = options;
  const tolerance = options.tolerance ?? (ham.precision === "f32" ? 1e-5 : 1e-9);
  const guard = options.guard ?? ham.graph.connections.every(([, , one]) => (one?.noFeedback ?? []).length === 0);
  if (!["euler", "rk4", "adaptive"].includes(method)) throw unknownName("method", String(method), ["euler", "rk4", "adaptive"]);
  if (!(Number.isInteger(steps) && steps >= 0)) throw new EngramError("steps", "a whole number, 0 or above", String(steps), "Leave it out for the default.");
  if (!(dt > 0 && dt < Infinity)) throw new EngramError("dt", "a finite number above 0", String(dt), "The neurons need a positive time step.");
  if (!(tolerance >= 0)) throw new EngramError("tolerance", "0 or above", String(tolerance), "Leave it out for the default.");
  const layout = layoutOf(ham, options.free ?? {});
  const warnings = [...ham.warnings, ...partlyClamped(ham, options.free ?? {})];
  const crowd = new Crowd(ham, layout, batch.map((states) => pack(layout, ham.states(states))), { steps, dt, method, tolerance, guard, trees });
  return crowd.settle().map((run) => ({ ...run, warnings }));
}

function layoutOf(ham: HAM, free: Readonly<Record<string, Mask>>): Layout {
  const { layers } = ham.graph;
  for (const name of Object.keys(free)) if (!Object.hasOwn(layers, name)) throw unknownName("free, layer", name, Object.keys(layers));
  let at = 0;
  const places = Object.entries(layers).map(([name, { size, tau }]) => ({ name, from: at, to: (at += size), tau }));
  const bits = new Uint8Array(at);
  for (const { name, from } of places) bits.set(Object.hasOwn(free, name) ? maskOf(free[name], layers[name].size, `mask of ${name}`) : layers[name].free, from);
  return { places, length: at, free: bits };
}

function pack({ places, length }: Layout, states: Readonly<Record<string, Float64Array>>): Float64Array {
  const z = new Float64Array(length);
  for (const { name, from } of places) z.set(states[name], from);
  return z;
}

function unpack({ places }: Layout, z: Float64Array): Record<string, Float64Array> {
  return Object.fromEntries(places.map(({ name, from, to }) => [name, z.slice(from, to)]));
}

/** One example on its way. */
interface Walker {
  z: Float64Array;
  slope: Float64Array;
  dt: number;
  lowest: number;
  raised: number;
  readonly seen: EnergyTree[];
  /** Where the step leads, and its energy; undefined where one is not finite. */
  next?: Float64Array;
  there?: EnergyTree;
  end?: { converged: boolean; reason?: string };
}

/** All examples walk together: what they compute is computed in one batch, steps and guards are each one's own. The bits are those of walking alone. */
class Crowd {
  readonly #ham: HAM;
  readonly #layout: Layout;
  readonly #settings: Settings;
  readonly #walkers: Walker[];

  constructor(ham: HAM, layout: Layout, starts: readonly Float64Array[], settings: Settings) {
    this.#ham = ham;
    this.#layout = layout;
    this.#settings = settings;
    const trees = this.#trees(starts);
    this.#walkers = starts.map((z, i) => ({ z, slope: z, dt: settings.dt, lowest: trees[i].energy, raised: 0, seen: [trees[i]] }));
  }

  settle(): Omit<Run, "warnings">[] {
    const { steps, tolerance, guard } = this.#settings;
    for (let moving = this.#walkers; moving.length > 0; moving = moving.filter(({ end }) => end === undefined)) {
      const slopes = this.#slopes(moving.map(({ z }) => z));
      moving.forEach((walker, i) => (walker.slope = slopes[i]));
      if (tolerance > 0) this.#stopAtRest(moving);
      for (const walker of moving) {
        if (walker.end === undefined && walker.seen.length > steps) walker.end = { converged: false, reason: tolerance === 0 ? undefined : `still moving after ${steps} steps` };
      }
      const still = moving.filter(({ end }) => end === undefined);
      this.#propose(still);
      if (guard) this.#halve(still);
      for (const walker of still) if (walker.end === undefined) this.#accept(walker);
    }
    const states = this.#walkers.map(({ z }) => unpack(this.#layout, z));
    const activations = this.#ham.activationsMany(states);
    return this.#walkers.map(({ seen, dt, raised, end }, i) => ({
      states: states[i], activations: activations[i], energies: Float64Array.from(seen, ({ energy }) => energy), trees: this.#settings.trees ? seen : undefined,
      steps: seen.length - 1, converged: end!.converged, reason: end!.reason, dt, raised,
    }));
  }

  #trees(zs: readonly Float64Array[]): EnergyTree[] {
    return this.#ham.energyTreeMany(zs.map((z) => unpack(this.#layout, z)));
  }

  /** dz/dt = free (I - (x - b)) / tau. */
  #slopes(zs: readonly Float64Array[]): Float64Array[] {
    return this.#ham.dEdActivationMany(zs.map((z) => unpack(this.#layout, z))).map((gradient) => {
      const slope = pack(this.#layout, gradient);
      for (const { from, to, tau } of this.#layout.places) for (let i = from; i < to; i++) slope[i] = this.#layout.free[i] === 0 ? 0 : -slope[i] / tau;
      return slope;
    });
  }

  /** Stops those whose activations are what their signals (I + b where free, x elsewhere) would give. */
  #stopAtRest(walkers: readonly Walker[]): void {
    const { tolerance } = this.#settings;
    for (const walker of walkers) {
      const target = walker.z.slice();
      for (const { from, to, tau } of this.#layout.places) for (let i = from; i < to; i++) target[i] += tau * walker.slope[i];
      const both = attempt(() => this.#ham.activationsMany([walker.z, target].map((z) => unpack(this.#layout, z))));
      if (both === undefined) continue;
      const [here, there] = both;
      if (Object.keys(here).every((name) => here[name].every((value, i) => Math.abs(value - there[name][i]) <= tolerance))) walker.end = { converged: true };
    }
  }

  /** Tries a step of each one's dt; those with the same dt go together, as one long vector. */
  #propose(walkers: readonly Walker[]): void {
    const byStep = new Map<number, Walker[]>();
    for (const walker of walkers) byStep.set(walker.dt, [...(byStep.get(walker.dt) ?? []), walker]);
    for (const group of byStep.values()) {
      // The adaptive pair judges a vector by its worst coordinate, and one example's overflow must not stop the others: then each alone.
      const alone = this.#settings.method === "adaptive" || !this.#step(group);
      if (alone) for (const walker of group) if (!this.#step([walker])) walker.next = walker.there = undefined;
    }
  }

  /** Steps a group with one dt; false where a number is not finite. */
  #step(group: readonly Walker[]): boolean {
    const { method } = this.#settings;
    const { length } = this.#layout;
    const [{ dt }] = group;
    const split = (Z: Float64Array): Float64Array[] => group.map((_, i) => Z.subarray(i * length, (i + 1) * length));
    const flow: Flow = (Z) => joined(this.#slopes(split(Z)));
    const Z = joined(group.map(({ z }) => z));
    const done = attempt(() => {
      const next = split(method === "euler" ? eulerStep(() => joined(group.map(({ slope }) => slope)), Z, dt) : method === "rk4" ? rk4Step(flow, Z, dt) : integrate(flow, Z, dt).x);
      const trees = this.#trees(next);
      if (!trees.every(({ energy }) => Number.isFinite(energy))) return undefined;
      group.forEach((walker, i) => Object.assign(walker, { next: next[i].slice(), there: trees[i] }));
      return true;
    });
    return done === true;
  }

  /** The guard: halves the steps that would raise the energy above its lowest so far. */
  #halve(walkers: readonly Walker[]): void {
    const { dt: largest } = this.#settings;
    const fits = ({ there, lowest }: Walker): boolean => there !== undefined && there.energy <= lowest + this.#rounding(there);
    const tried = walkers.map(({ dt }) => dt);
    for (;;) {
      const high = walkers.filter((walker) => !fits(walker) && walker.dt > largest * SMALLEST);
      if (high.length === 0) break;
      for (const walker of high) walker.dt /= 2;
      this.#propose(high);
    }
    walkers.forEach((walker, i) => {
      if (!fits(walker)) walker.end = { converged: false, reason: "no step lowers the energy any further" };
      else if (walker.dt === tried[i]) walker.dt = Math.min(largest, 2 * walker.dt);
    });
  }

  #rounding(tree: EnergyTree): number {
    return ENERGY_ROUNDING[this.#ham.precision] * leavesOf(tree).reduce((sum, leaf) => sum + Math.abs(leaf), 0);
  }

  #accept(walker: Walker): void {
    const { next, there, seen } = walker;
    if (next === undefined || there === undefined) {
      walker.end = { converged: false, reason: "the next step is not finite: the energy is not bounded below here" };
      return;
    }
    if (there.energy > seen[seen.length - 1].energy + this.#rounding(there)) walker.raised++;
    walker.z = next;
    walker.lowest = Math.min(walker.lowest, there.energy);
    seen.push(there);
  }
}

/** What `f` gives, or undefined where it meets numbers that are refused: NaN, infinities, what a Lagrangian cannot hold. */
function attempt<T>(f: () => T): T | undefined {
  try {
    return f();
  } catch (error) {
    if (error instanceof EngramError) return undefined;
    throw error;
  }
}
