/**
 * Two thousand dense memories out of everything that can be combined, on data of any scale: a recall is finite or an EngramError, the same
 * by batch, twin and file; its energy never rises and is that of its state; what it calls converged stays where it is.
 */
import t from "tap";
import { EngramError, seeded } from "../../src/numeric/index.ts";
import { Rows } from "../../src/kernels/index.ts";
import {
  additiveFinish, additiveMerge, additivePartial, BINARY_ENERGIES, DenseMemory, ENERGY_NAMES, epanechnikov, lseFinish, lseMerge, lsePartial, power, rectified, softmaxEnergy,
  type DenseOptions, type DenseRecall, type DenseRecallOptions,
} from "../../src/dense/index.ts";

const r = seeded(83);
const pick = <T>(list: readonly T[]): T => list[r.integer(list.length)];
const chance = (p: number): boolean => r.uniform() < p;

/** One value: uniform, normal, bipolar, mostly 0, or constant. */
const VALUES: readonly (() => number)[] = [() => r.uniform(), () => r.normal(), () => r.sign(), () => (chance(0.6) ? 0 : r.uniform()), () => 0.5];

function options(): DenseOptions {
  const energy = pick(ENERGY_NAMES);
  return {
    energy, precision: pick(["f32", "f64"] as const),
    ...(chance(0.6) ? { beta: pick([1e-300, 1e-30, 1e-3, 0.1, 1, 3, 30, 1e3, 1e6, 1e300]) } : {}), ...(chance(0.2) ? { delta: pick([1e-12, 0.5, 0.999]) } : {}),
    ...(chance(0.3) ? { degree: pick([1, 2, 4, 5, 12, 100, 1000]) } : {}), ...(chance(0.3) ? { epsilon: pick([1e-300, 1e-10, 1, 1e10]) } : {}),
    ...(chance(0.2) ? { interactions: pick([1.0001, 2, 100]) } : {}), ...(chance(0.2) ? { threshold: pick([0, 0.1, 1e9]) } : {}),
    ...(BINARY_ENERGIES.includes(energy) ? { binarize: pick([0, 0.5]) } : {}), ...(chance(0.2) ? { maxSteps: pick([1, 2, 7]) } : {}),
  };
}

function recallOptions(D: number): DenseRecallOptions {
  const mask = (): number[] => Array.from({ length: D }, () => (chance(0.5) ? 1 : 0));
  return {
    ...(chance(0.25) ? { visible: pick([mask(), mask(), new Array<number>(D).fill(1), new Array<number>(D).fill(0)]) } : {}), ...(chance(0.2) ? { free: pick([mask(), new Array<number>(D).fill(0)]) } : {}),
    ...(chance(0.25) ? { method: pick(["euler", "rk4"] as const), maxSteps: 40 } : {}), ...(chance(0.1) ? { dt: pick([1e-9, 1, 1e3]) } : {}), ...(chance(0.1) ? { tolerance: pick([0, 1e-3]) } : {}),
    ...(chance(0.1) ? { top: pick([0, 1, 1000]) } : {}),
  };
}

/** The result, or the EngramError in its place. */
function attempt<T>(f: () => T): T | EngramError {
  try {
    return f();
  } catch (error) {
    if (error instanceof EngramError) return error;
    throw error;
  }
}

const text = (found: DenseRecall | EngramError): string => (found instanceof EngramError
  ? found.message
  : JSON.stringify(found, (_, value: unknown) => (value instanceof Float64Array ? [...value].map((x) => (Object.is(x, -0) ? "-0" : String(x))) : value === Infinity ? "Infinity" : value)));
const largest = (x: ArrayLike<number>): number => Array.from(x).reduce((most, value) => Math.max(most, Math.abs(value)), 0);

t.test("anything", async (t) => {
  const count = { recalled: 0, refused: 0, converged: 0, outside: 0 };
  for (let trial = 0; trial < 2000; trial++) {
    const [N, D] = [pick([1, 2, 3, 5, 9, 17, ...(trial % 20 === 0 ? [300, 520] : [])]), pick([1, 2, 3, 7, 17])];
    const scale = pick([1, 1, 1, 255, 1e-5, 1e-30, 1e6, 1e15, 1e30]);
    const value = pick(VALUES);
    const row = (): number[] => Array.from({ length: D }, () => value() * scale);
    const Xi = Array.from({ length: N }, row);
    if (N > 2 && chance(0.3)) Xi[2] = Xi[0].slice();
    const cues = [chance(0.4) ? Xi[0] : row(), row(), Xi[N - 1].map((x) => x + 0.1 * scale * r.normal())];
    const [chosen, asked] = [options(), recallOptions(D)];
    const label = `${trial}: ${JSON.stringify(chosen)}, ${JSON.stringify(asked)}, ${N} x ${D}, scale ${scale}`;
    const fail = (what: string): void => void t.fail(`${label}: ${what}`);
    const [simd, scalar] = (["simd", "scalar"] as const).map((backend) => {
      const memory = new DenseMemory({ ...chosen, backend });
      memory.store(Xi);
      return memory;
    });
    const file = attempt(() => simd.toBytes());
    const reopened = file instanceof EngramError ? undefined : DenseMemory.fromBytes(file);
    const single = cues.map((cue) => attempt(() => simd.recall(cue, asked)));
    cues.forEach((cue, c) => {
      const found = single[c];
      if (text(attempt(() => scalar.recall(cue, asked))) !== text(found)) fail("simd and scalar differ");
      if (reopened !== undefined && text(attempt(() => reopened.recall(cue, asked))) !== text(found)) fail("the reopened file differs");
      if (found instanceof EngramError) {
        count.refused++;
        return;
      }
      count.recalled++;
      check(found, simd, chosen, asked, largest([...Xi.flat(), ...cue]), fail);
      const { accepted, criterion, reason, key, ranking, members } = found;
      if (JSON.stringify(simd.recognize(cue, asked)) !== JSON.stringify({ accepted, criterion, reason, key, ranking, members })) fail("recognize disagrees");
      if (found.converged) count.converged++;
      if (found.energies[0] === Infinity) count.outside++;
    });
    if (!single.some((found) => found instanceof EngramError)) {
      if (simd.recallMany(cues, asked).some((found, c) => text(found) !== text(single[c]))) fail("batch and single differ");
    }
    for (const memory of [simd, scalar, reopened]) memory?.dispose();
  }
  t.ok(count.recalled > 3000 && count.refused > 100 && count.converged > 2000 && count.outside > 100, JSON.stringify(count));
});

t.test("any shards cut at multiples of 256, in any grouping, give the bits of the whole on both twins", async (t) => {
  for (let trial = 0; trial < 60; trial++) {
    const [N, D] = [1 + r.integer(1400), pick([1, 2, 7, 17])];
    const value = pick(VALUES);
    const scale = pick([1, 255, 1e-5]);
    const data = Float64Array.from({ length: N * D }, () => value() * scale);
    const precision = pick(["f32", "f64"] as const);
    const pack = (from: number, to: number, backend: "simd" | "scalar"): Rows => {
      const rows = new Rows(D, { precision, backend });
      rows.append(data.subarray(from * D, to * D));
      return rows;
    };
    const whole = pack(0, N, "simd");
    const x = whole.row(r.integer(N)).map((one) => one + 0.1 * scale * r.normal());
    const visible = D > 1 && chance(0.4) ? Array.from({ length: D }, (_, k) => (k % 2 === 0 ? 1 : 0)) : undefined;
    const cuts = [0];
    while (cuts[cuts.length - 1] < N) cuts.push(Math.min(N, cuts[cuts.length - 1] + 256 * (1 + r.integer(3))));
    const shards = cuts.slice(1).map((to, i) => ({ rows: pack(cuts[i], to, pick(["simd", "scalar"] as const)), firstRow: cuts[i] }));
    const beta = pick([0.01, 1, 50]) / (scale * scale * D);
    const label = `${trial}: ${N} x ${D}, ${precision}, cuts ${cuts.join()}${visible === undefined ? "" : ", masked"}`;
    /** Joins neighbours at random until one is left. */
    const joined = <T>(trees: T[], merge: (a: T, b: T) => T): T => {
      while (trees.length > 1) {
        const i = r.integer(trees.length - 1);
        trees.splice(i, 2, merge(trees[i], trees[i + 1]));
      }
      return trees[0];
    };
    const text = (value: unknown): string => JSON.stringify(value, (_, one: unknown) => (one instanceof Float64Array ? [...one].map(String) : one === Infinity ? "Infinity" : one));
    for (const form of ["euclidean", "dot"] as const) {
      const tree = joined(shards.map(({ rows, firstRow }) => lsePartial(rows, x, beta, form, { firstRow, visible })), lseMerge);
      const found = text(lseFinish(tree, beta));
      if (found !== text(lseFinish(lsePartial(whole, x, beta, form, { visible }), beta))) t.fail(`${label}: lse ${form}`);
      for (const separation of [epanechnikov, rectified(3), power(12)]) {
        const sum = joined(shards.map(({ rows, firstRow }) => additivePartial(rows, x, beta, separation, form, { firstRow, visible })), additiveMerge);
        if (text(additiveFinish(sum, beta, "log", 1e-3)) !== text(additiveFinish(additivePartial(whole, x, beta, separation, form, { visible }), beta, "log", 1e-3))) t.fail(`${label}: ${separation.name} ${form}`);
      }
    }
    const recalled = softmaxEnergy(beta, "euclidean").evaluate(whole, x, visible)[0];
    if (text(recalled.next) !== text(lseFinish(lsePartial(whole, x, beta, "euclidean", { visible }), beta)!.next)) t.fail(`${label}: what recall uses`);
    whole.dispose();
    for (const { rows } of shards) rows.dispose();
  }
  t.pass("all the same");
});

/** @param size the largest number of the patterns and the cue */
function check(found: DenseRecall, memory: DenseMemory, chosen: DenseOptions, asked: DenseRecallOptions, size: number, fail: (what: string) => void): void {
  const { state, energies, weights, ranking, accepted, converged, reason, steps, basin } = found;
  const binary = BINARY_ENERGIES.includes(chosen.energy!);
  const beta = Number(memory.parameters.beta ?? 1);
  if (![...state, ...(weights ?? []), ...ranking.flatMap(({ score, weight }) => [score, weight]), basin ?? 0].every(Number.isFinite)) fail(`not finite: ${text(found)}`);
  if (accepted !== (reason === undefined)) fail(`accepted ${accepted}, reason ${reason}`);
  if (accepted && !converged) fail("accepted before it converged");
  if (energies.length !== steps + 1) fail(`${energies.length} energies of ${steps} steps`);
  const total = Array.from(weights ?? []).reduce((sum, w) => sum + w, 0);
  if (weights !== undefined && (weights.some((w) => w < 0) || (total !== 0 && Math.abs(total - 1) > 1e-12 * weights.length))) fail(`weights sum to ${total}`);
  // Infinite: the start off a compact support, or powers and exponentials beyond f64.
  const steep = binary && (chosen.degree ?? 3) >= 100;
  energies.forEach((E, i) => {
    if (Number.isNaN(E) || (E === Infinity && !(i === 0 && steps === 0)) || (E === -Infinity && !steep)) fail(`energies ${energies.join()}`);
    // rounding: of f32 scores 1e-5, of f64 sums of up to 520 terms 1e-12, in units of E (the flow: at its start) and 1/beta
    const rounding = (chosen.precision === "f32" && !binary ? 1e-5 : 1e-12) * Math.max(Math.abs(E), asked.method === undefined || energies[0] === Infinity ? 0 : Math.abs(energies[0]), 1 / beta, binary ? 0 : largest(state) ** 2 * state.length);
    if (i > 0 && E > energies[i - 1] + rounding) fail(`energy rises from ${energies[i - 1]} to ${E}`);
  });
  if (asked.visible === undefined && !Object.is(memory.energy(state), energies[steps])) fail(`ends at ${energies[steps]}, its state has ${memory.energy(state)}`);
  // of a masked recall the hidden part, left where it was, may be too far for a distance
  if (!binary && asked.visible === undefined && !memory.gradient(state).every(Number.isFinite)) fail("gradient");
  if (converged && asked.method === undefined) {
    const again = memory.recall(state, { ...asked, maxSteps: 1 });
    const move = state.reduce((most, x, k) => Math.max(most, Math.abs(x - again.state[k])), 0);
    const tolerance = asked.tolerance ?? (chosen.precision === "f32" ? 1e-6 : 1e-9);
    if (move > tolerance * size) fail(`converged and moves by ${move}, numbers up to ${size}`);
  }
}
