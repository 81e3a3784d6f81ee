/**
 * `semantic-corruptions`: the protocol of section 14 of semantic-memory.md (proposed there; the tables of arXiv 2402.10814 are not known). Which
 * features recall a picture from which damage, against pixels; index-exact, separation max, every N, phi, similarity and strength.
 */
import { type Check, check, result } from "../report/index.ts";
import type { Context, Experiment, Report } from "./experiment.ts";
import { corruptionsReport } from "./semantic-corruptions-page.ts";
import { ALL_DAMAGES, damageOf, MAIN_DAMAGES, type SemanticDamage } from "./semantic-damage.ts";
import { allPhis } from "./semantic-phi.ts";
import { semanticPicture } from "./semantic-picture.ts";
import { bestOf, semanticSweep, type SweepRow } from "./semantic-sweep.ts";
import { semanticSet } from "./semantic-set.ts";
import { tolerance } from "./uhn-targets.ts";

/** Where a map has to beat the best pixel similarity to count as semantic (section 14, item 10). */
const VERDICT_DAMAGES: readonly SemanticDamage[] = [damageOf("rotation", 30), damageOf("crop", 0.5), damageOf("flip", 1), damageOf("square", 24)];
/** The goal of this library for its encoder, at N = 1000. */
const GOAL_DAMAGES: readonly SemanticDamage[] = [damageOf("crop", 0.5), damageOf("square", 24), damageOf("rotation", 0), damageOf("noise C1", 0.5), damageOf("noise C2", 0.5)];
const GOAL = 0.7;
/** Orders of the test images, and draws of the damages, at the strengths the goals are set for. */
const SEEDS = 5;

export const semanticCorruptions: Experiment = {
  name: "semantic-corruptions", title: "Recall in feature space from damaged pictures", needsData: true, run: (context) => run(context),
};

function run(context: Context): Report {
  const start = context.now();
  const { quick, seed } = context;
  const set = semanticSet(context, semanticCorruptions.name);
  const phis = allPhis(context, set.shape, set.disjoint());
  const sizes = quick ? [10, 100] : [10, 100, 1000];
  const plan = { slice: sizes[sizes.length - 1], slices: quick ? 2 : 5, sizes };
  const [small, large] = [phis.filter((phi) => phi.large !== true), phis.filter((phi) => phi.large === true)];
  // what the goals are set for comes first: a long run that is looked at before its end has it
  const sets = quick ? [set] : Array.from({ length: SEEDS }, (_, s) => (s === 0 ? set : semanticSet({ ...context, seed: seed + s }, semanticCorruptions.name)));
  const rows = semanticSweep(sets, small, { ...plan, damages: MAIN_DAMAGES }, context, { from: 0, to: quick ? 0.95 : 0.4 });
  if (!quick) {
    rows.push(...semanticSweep([set], large, { ...plan, damages: MAIN_DAMAGES }, context, { from: 0.4, to: 0.5 }));
    // 5,000 memories in two slices: one strength of each family, and of pixels the two similarities that lead; a large encoder would take an hour more
    const whole = { slice: 5000, slices: 2, sizes: [5000], damages: MAIN_DAMAGES, similarities: (phi: string) => (phi === "pixels" ? ["L1", "Pearson"] : ["L1", "unit L1", "root L1", "cosine"]) };
    rows.push(...semanticSweep([set], small, whole, context, { from: 0.5, to: 0.7 }), ...semanticSweep([set], small, { ...plan, damages: ALL_DAMAGES.filter(({ name }) => !MAIN_DAMAGES.some((main) => main.name === name)) }, context, { from: 0.7, to: 0.95 }));
  }
  const shipped = phis.filter(({ views }) => views !== undefined);
  // the same pictures the shipped encoders were trained on, in rows marked so (section 14, item 2 B)
  const seen = quick ? [] : semanticSweep([semanticSet(context, semanticCorruptions.name, "train")], small.filter(({ views }) => views !== undefined), { ...plan, sizes: [1000], damages: MAIN_DAMAGES }, context, { from: 0.95, to: 0.99 });
  const columns = [
    { label: "pixels L1", phi: phis[0], similarity: "L1" }, { label: "Pearson", phi: phis[0], similarity: "Pearson" },
    ...shipped.map((phi) => ({ label: phi.views === "standard" ? "standard" : phi.large === true ? "large" : "features", phi, similarity: "root L1", features: "pooled" })),
  ];
  const png = semanticPicture(set, columns, MAIN_DAMAGES.filter(({ family }) => family !== "clean"), sizes[sizes.length - 1], seed);
  const found = result({
    experiment: semanticCorruptions.name, title: semanticCorruptions.title, seed, seconds: context.now() - start,
    parameters: {
      quick, set: set.name, N: [...new Set(rows.map(({ N }) => N))], "R (disjoint slices)": plan.slices, "seeds at the main strengths": sets.length, separation: "max (softmax has the same arg max)", damages: (quick ? MAIN_DAMAGES : ALL_DAMAGES).map(({ name }) => name),
      phi: phis.map(({ name, about }) => `${name}: learned from ${about}`),
    },
    rows: [...rows, ...seen].map((row) => ({ ...row })), checks: checksOf(rows, phis.filter(({ views }) => views === "aware").map(({ name }) => name), quick ? 100 : 1000, quick),
  });
  phis.forEach((phi) => phi.dispose?.());
  return corruptionsReport(found, { rows, seen }, phis, png, { N: sizes[sizes.length - 1], quick });
}

/** The clean gate, the verdict against pixels, and the goal of this library. */
function checksOf(rows: readonly SweepRow[], aware: readonly string[], N: number, quick: boolean): Check[] {
  const clean = rows.filter((row) => row.family === "clean" && (row.similarity === "L1" || row.similarity === "L2"));
  const gate = check({ name: "clean cues find their memory under every phi and distance, least share", measured: Math.min(...clean.map(({ exact }) => exact)), expected: 1, relation: "at least", origin: "derived (clean gate)" });
  const [main] = aware.filter((name) => name === "contrastive-small");
  const sizes = quick ? [N] : [100, N];
  const verdicts = sizes.flatMap((size) => VERDICT_DAMAGES.map(({ name }) => {
    const [own, pixel] = [bestOf(rows, main, name, size), bestOf(rows, "pixels", name, size)];
    const margin = tolerance(own?.exact ?? NaN, pixel?.exact ?? NaN, own?.cues ?? 1, false);
    return check({ name: `${main}, ${name}, N = ${size}: lead over the best pixel similarity (${pixel?.similarity})`, measured: (own?.exact ?? NaN) - (pixel?.exact ?? NaN), expected: margin, relation: "at least", origin: "proposed (U18)" });
  }));
  // On emoji, which no shipped encoder was trained for, the goal is not asked.
  const goals = quick ? [] : GOAL_DAMAGES.map(({ name }) => {
    const own = rows.filter((row) => aware.includes(row.phi) && row.damage === name && row.N === N);
    return check({ name: `best rotation-aware encoder, ${name}, N = ${N}`, measured: Math.max(...own.map(({ exact }) => exact)), expected: GOAL, relation: "at least", origin: "goal of this library" });
  });
  return [gate, ...(quick ? verdicts.slice(0, 1) : verdicts), ...goals];
}
