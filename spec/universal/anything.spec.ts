/**
 * Two thousand memories out of everything that can be combined, on data of any scale: a recall is finite or an EngramError, the same
 * by batch and twin, `recognize` agrees with it, and where it descends its energy never rises.
 */
import t from "tap";
import { EngramError } from "../../src/numeric/index.ts";
import { PROJECTION_NAMES, SIMILARITY_NAMES, UniversalMemory, type UniversalOptions, type UniversalRecall } from "../../src/universal/index.ts";
import { random } from "./golden.ts";

const r = random(97);
const pick = <T>(list: readonly T[]): T => list[r.integer(list.length)];
const SIMILARITIES = SIMILARITY_NAMES.map((name) => (name === "rbf" ? "rbf(0.3)" : name));
const SEPARATIONS = [
  "softmax", "max", "identity", "power(0.5)", "power(2)", "power(3)", "power(20)", "log", "exp", "threshold(0)", "threshold(-3)", "lsr",
  "topK(3)", "sparsemax", "entmax(1.5)", "entmax(1.1)", "entmax(3)", "normmax(2)", "kSubsets(2)",
];

/** One value: uniform, normal, bipolar, mostly 0, or constant. */
const VALUES: readonly (() => number)[] = [r.uniform, r.normal, () => (r.uniform() < 0.5 ? -1 : 1), () => (r.uniform() < 0.6 ? 0 : r.uniform()), () => 0.5];

function options(): UniversalOptions {
  const similarity = pick(SIMILARITIES);
  // log takes no score of these: refused when the memory is made, see memory.spec.ts
  const separations = /^(neg|hamming)/.test(similarity) ? SEPARATIONS.filter((name) => name !== "log") : SEPARATIONS;
  return {
    similarity, separation: pick(separations), precision: pick(["f32", "f64"] as const),
    ...(r.uniform() < 0.4 ? { iterations: pick([2, 5, 30]) } : {}), ...(r.uniform() < 0.3 ? { projection: pick(PROJECTION_NAMES) } : {}),
    ...(r.uniform() < 0.2 ? { beta: pick([1e-300, 1e-3, 1, 1e5, 1e300]) } : {}), ...(r.uniform() < 0.1 ? { normalize: r.uniform() < 0.5 } : {}),
    ...(r.uniform() < 0.1 ? { post: "sign" as const } : {}),
  };
}

/** The recall, or the EngramError in its place. */
function attempt(f: () => UniversalRecall): UniversalRecall | EngramError {
  try {
    return f();
  } catch (error) {
    if (error instanceof EngramError) return error;
    throw error;
  }
}

const text = (found: UniversalRecall | EngramError): string => (found instanceof EngramError
  ? found.message
  : JSON.stringify([[...found.state], [...found.weights!], [...found.scores], [...found.energies], found.key, found.steps, found.converged, found.accepted, found.reason]));

t.test("anything", async (t) => {
  let recalled = 0;
  let refused = 0;
  let descents = 0;
  for (let trial = 0; trial < 2000; trial++) {
    const [N, D] = [pick([1, 2, 3, 5, 9, 17]), pick([1, 2, 3, 7, 17])];
    const scale = pick([1, 1, 1, 255, 1e-5, 1e-30, 1e6, 1e15, 1e30]);
    const value = pick(VALUES);
    const row = (): number[] => Array.from({ length: D }, () => value() * scale);
    const Xi = Array.from({ length: N }, row);
    if (N > 2 && r.uniform() < 0.3) Xi[2] = Xi[0].slice();
    const cues = [r.uniform() < 0.4 ? Xi[0] : row(), row(), Xi[N - 1].map((x) => x + 0.1 * scale * r.normal())];
    const visible = D > 1 && r.uniform() < 0.3 ? Array.from({ length: D }, (_, i) => (i % 2 === 0 ? 1 : 0)) : undefined;
    const chosen = options();
    const label = `${trial}: ${JSON.stringify(chosen)}, ${N} x ${D}, scale ${scale}${visible ? ", masked" : ""}`;
    const [simd, scalar] = (["simd", "scalar"] as const).map((backend) => {
      const memory = new UniversalMemory({ ...chosen, backend });
      memory.store(Xi);
      return memory;
    });
    const single = cues.map((cue) => attempt(() => simd.recall(cue, { visible })));
    cues.forEach((cue, c) => {
      const found = single[c];
      if (text(attempt(() => scalar.recall(cue, { visible }))) !== text(found)) t.fail(`${label}: simd and scalar differ`);
      if (found instanceof EngramError) {
        refused++;
        return;
      }
      recalled++;
      const numbers = [...found.state, ...found.weights!, ...found.scores, ...found.energies, ...found.ranking.flatMap(({ score, weight }) => [score, weight])];
      if (!numbers.every(Number.isFinite)) t.fail(`${label}: ${text(found)}`);
      const known = simd.recognize(cue, { visible });
      if (chosen.iterations === undefined && JSON.stringify([known.accepted, known.key, known.reason, known.ranking]) !== JSON.stringify([found.accepted, found.key, found.reason, found.ranking])) t.fail(`${label}: recognize disagrees`);
      if (simd.parameters.projection === "descent" && chosen.precision === "f64" && chosen.post === undefined && visible === undefined && scale <= 255 && scale >= 1e-5) {
        descents++;
        // rounding of sums of up to 17 x 17 terms, of which the largest is at most 1e3 times E or of order 1
        found.energies.forEach((E, i) => {
          if (i > 0 && E > found.energies[i - 1] + 1e-9 * Math.max(1, Math.abs(E))) t.fail(`${label}: energy rises from ${found.energies[i - 1]} to ${E}`);
        });
      }
    });
    if (!single.some((found) => found instanceof EngramError)) {
      const many = simd.recallMany(cues, { visible });
      if (many.some((found, c) => text(found) !== text(single[c]))) t.fail(`${label}: batch and single differ`);
    }
    simd.dispose();
    scalar.dispose();
  }
  t.ok(recalled > 3000 && refused > 300 && descents > 200, `${recalled} recalled, ${refused} refused, ${descents} descents watched`);
});
