/** `semantic-breakpoint`: how strong a damage must be before recall falls to 50 %, for pixels and for the features of the shipped encoders. */
import { check, figure, htmlTable, lineChart, markdownTable, paragraph, picture, result, type Table } from "../report/index.ts";
import type { Context, Experiment, Report } from "./experiment.ts";
import { reportOf } from "./report-files.ts";
import { damageOf, type Family } from "./semantic-damage.ts";
import { contrastivePhis, type Phi, PIXELS } from "./semantic-phi.ts";
import { semanticPicture } from "./semantic-picture.ts";
import { semanticSweep, type SweepRow } from "./semantic-sweep.ts";
import { semanticSet } from "./semantic-set.ts";

export const semanticBreakpoint: Experiment = {
  name: "semantic-breakpoint", title: "How much damage recall survives", needsData: true, run: (context) => run(context),
};

/** Strength, from mild to severe; area, pixels, share, degrees, standard deviation. */
const GRIDS: readonly { readonly family: Family; readonly label: string; readonly strengths: readonly number[]; readonly quick: readonly number[] }[] = [
  { family: "crop", label: "area that is left", strengths: [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05], quick: [0.8, 0.5, 0.25] },
  { family: "square", label: "side of the black square, of 32", strengths: [4, 8, 12, 16, 18, 20, 22, 24, 26, 28, 30], quick: [8, 16, 24] },
  { family: "bottom mask", label: "share of rows that is black", strengths: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9], quick: [0.25, 0.5, 0.75] },
  { family: "rotation", label: "degrees", strengths: [5, 10, 15, 20, 30, 45, 60, 90, 135, 180], quick: [10, 30, 90] },
  { family: "noise C1", label: "standard deviation, folded", strengths: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.5], quick: [0.2, 0.5, 1] },
  { family: "noise C2", label: "standard deviation, plain", strengths: [0.1, 0.3, 0.5, 0.7, 1, 1.5, 2, 3], quick: [0.3, 1, 2] },
];

interface Curve {
  readonly name: string;
  readonly phi: Phi;
  readonly similarity: string;
  readonly features: string;
}

/** The strength at which a curve first falls to one half, between two measured ones by a straight line. */
interface Break {
  readonly at?: number;
  /** `below`: under one half at the mildest; `never`: above at the severest. */
  readonly outside?: "below" | "never";
}

function run(context: Context): Report {
  const start = context.now();
  const { quick, seed } = context;
  const set = semanticSet(context, semanticBreakpoint.name);
  const phis = [PIXELS, ...contrastivePhis(set.shape)];
  const [N, slices] = quick ? [100, 1] : [1000, 2];
  const damages = GRIDS.flatMap(({ family, strengths, quick: few }) => (quick ? few : strengths).map((strength) => damageOf(family, strength)));
  const rows = semanticSweep([set], phis, { slice: N, slices, sizes: [N], damages, similarities: (phi) => (phi === "pixels" ? ["L1", "Pearson"] : ["unit L1", "root L1"]) }, context, { from: 0, to: 0.97 });
  const curves: Curve[] = [
    { name: "pixels, L1", phi: PIXELS, similarity: "L1", features: "" }, { name: "pixels, Pearson", phi: PIXELS, similarity: "Pearson", features: "" },
    ...phis.slice(1).flatMap((phi) => ["unit L1", "root L1"].map((similarity) => ({ name: `${phi.views === "standard" ? "standard" : "features"}, ${similarity}`, phi, similarity, features: "pooled" }))),
  ];
  const breaks = GRIDS.map(({ family }) => curves.map((curve) => breakOf(curveOf(rows, curve, family))));
  const shown = curves.filter(({ similarity }) => similarity !== "unit L1").map(({ name, phi, similarity, features }) => ({ phi, similarity, features, label: phi === PIXELS ? similarity : name.split(",")[0] }));
  const png = semanticPicture(set, shown, [damageOf("crop", 0.25), damageOf("square", 20), damageOf("rotation", 135), damageOf("noise C1", 0.8)], N, seed);
  const rotation = GRIDS.findIndex(({ family }) => family === "rotation");
  const reach = ({ at, outside }: Break): number => at ?? (outside === "never" ? 360 : 0);
  const found = result({
    experiment: semanticBreakpoint.name, title: semanticBreakpoint.title, seed, seconds: context.now() - start, parameters: { quick, set: set.name, N, "R (disjoint slices)": slices },
    rows: GRIDS.flatMap(({ family }, g) => curves.map(({ name }, c) => ({ family, memory: name, half: breaks[g][c].at ?? breaks[g][c].outside ?? null }))),
    checks: [check({
      name: "degrees of rotation that halve recall, contrastive-small (root L1) over the best of pixels (360: none does)", measured: reach(breaks[rotation][curves.findIndex(({ name }) => name === "features, root L1")]) - Math.max(reach(breaks[rotation][0]), reach(breaks[rotation][1])),
      expected: 0, relation: "at least", origin: "paper (direction): features beat pixels under rotation",
    })],
  });
  phis.forEach((phi) => phi.dispose?.());
  const charts = GRIDS.map(({ family, label, strengths, quick: few }) => ({ family, svg: lineChart({
    title: `Recall of ${N} memories: ${family}`, xLabel: label, yLabel: "index exact", yDomain: [0, 1], yStyle: "percent", xTicks: quick ? few : strengths, references: [{ y: 0.5, label: "one half" }],
    series: curves.map((curve) => {
      const line = curveOf(rows, curve, family).slice().sort((a, b) => a.strength - b.strength);
      return { name: curve.name, dashed: curve.phi === PIXELS, x: line.map(({ strength }) => strength), y: line.map(({ exact }) => exact), band: { low: line.map(({ exact, exactStd }) => exact - exactStd), high: line.map(({ exact, exactStd }) => Math.min(1, exact + exactStd)) } };
    }),
  }) }));
  const table: Table = { columns: ["damage", "measure", ...curves.map(({ name }) => name)], rows: GRIDS.map(({ family, label }, g) => [family, label, ...breaks[g].map(({ at, outside }) => (at === undefined ? (outside === "never" ? "never" : "at once") : at.toFixed(at < 3 ? 2 : 0)))]) };
  return reportOf(found, {
    lead: "Each damage from mild to severe, and the strength at which one half of the cues still finds its memory.",
    sections: [
      { heading: "Where recall falls to one half", parts: [htmlTable(table), paragraph("Between two measured strengths by a straight line. \"never\": above one half at the severest; \"at once\": below it at the mildest. Features: the pooled ones of contrastive-small, standard: those of its control; by L1 at unit length, of themselves (unit L1) and of their square roots (root L1).")] },
      { heading: "What that looks like", parts: [figure(picture(png, "rows of pictures: original, strongly damaged cue, and what each memory recalls"), `The best-scoring of ${N} stored pictures: pixels by L1 and by Pearson's correlation, features and those of the control by root L1.`)] },
      ...charts.map(({ family, svg }) => ({ heading: family, parts: [figure(svg, "Bands: one standard deviation over the slices.")] })),
    ],
    files: [["recall.png", png], ["table.md", markdownTable(table)], ...charts.map(({ family, svg }): [string, string] => [`${family.replace(/[^a-z0-9]+/gi, "-").toLowerCase()}.svg`, svg])],
  });
}

/** Measured points from mild to severe. */
function curveOf(rows: readonly SweepRow[], { phi, similarity, features }: Curve, family: Family): SweepRow[] {
  const own = rows.filter((row) => row.phi === phi.name && row.similarity === similarity && row.features === features && row.family === family);
  return own.sort((a, b) => (family === "crop" ? b.strength - a.strength : a.strength - b.strength));
}

function breakOf(line: readonly SweepRow[]): Break {
  if (line[0].exact < 0.5) return { outside: "below" };
  const k = line.findIndex(({ exact }) => exact < 0.5);
  if (k < 0) return { outside: "never" };
  const [a, b] = [line[k - 1], line[k]];
  return { at: a.strength + ((b.strength - a.strength) * (a.exact - 0.5)) / (a.exact - b.exact) };
}
