/**
 * `semantic-similarities`: is L1 the best similarity of contrastive features, as arXiv 2402.10814 says? Paired differences of recall, cue by
 * cue, with 95 % intervals (1.96 standard errors; cues of one slice share their memories, which the interval leaves out).
 */
import { type Check, check, figure, heatMap, htmlTable, markdownTable, paragraph, result, type Table } from "../report/index.ts";
import { duplicateGroups } from "../universal/index.ts";
import type { Context, Experiment, Report } from "./experiment.ts";
import { reportOf } from "./report-files.ts";
import { ALL_DAMAGES, damaged, MAIN_DAMAGES, streamOf } from "./semantic-damage.ts";
import { contrastivePhis, type Features } from "./semantic-phi.ts";
import { answers, scoreMatrices, SIMILARITIES, unitRows } from "./semantic-recall.ts";
import { semanticSet } from "./semantic-set.ts";
import { mean } from "./uhn-sweep.ts";

export const semanticSimilarities: Experiment = {
  name: "semantic-similarities", title: "Which similarity compares features best", needsData: true, run: (context) => run(context),
};

const OTHERS = SIMILARITIES.map(({ label }) => label).filter((label) => label !== "L1");

/** Recall by each similarity for one kind of features and one damage, and L1's lead over each other. */
interface Row {
  readonly features: string;
  readonly damage: string;
  readonly exact: Record<string, number>;
  readonly lead: Record<string, { readonly mean: number; readonly half: number }>;
}

function run(context: Context): Report {
  const start = context.now();
  const { quick, seed } = context;
  const set = semanticSet(context, semanticSimilarities.name);
  const d = 3072;
  const phis = contrastivePhis(set.shape);
  const [N, slices] = quick ? [100, 3] : [1000, 5];
  const damages = (quick ? MAIN_DAMAGES : ALL_DAMAGES).filter(({ family }) => family !== "clean");
  const hits = new Map<string, Record<string, boolean[]>>();
  let unitApart = 0;
  for (let r = 0; r < slices; r++) {
    const images = set.rows(r * N, (r + 1) * N);
    const groups = duplicateGroups(images, d);
    const memories = phis.map((phi) => phi.encode(images));
    damages.forEach((damage, k) => {
      context.progress(`slice ${r + 1} of ${slices}, ${damage.name}`, (r + k / damages.length) / slices);
      const cues = damaged(images, set.shape, damage, streamOf(seed, r, damage));
      phis.forEach((phi, p) => phi.encode(cues).forEach((Q, f) => {
        const key = JSON.stringify([`${phi.name}, ${Q.kind}`, damage.name]);
        const own = hits.get(key) ?? {};
        hits.set(key, own);
        for (const matrix of scoreMatrices(memories[p][f], Q, d)) (own[matrix.label] ??= []).push(...answers(matrix, groups, 0, N).map(({ hit }) => hit));
        if (r === 0) unitApart = Math.max(unitApart, unitDifference(memories[p][f], Q, groups, N));
      }));
    });
  }
  phis.forEach((phi) => phi.dispose?.());
  const rows = [...hits].map(([key, own]): Row => {
    const [features, damage] = JSON.parse(key) as [string, string];
    return { features, damage, exact: Object.fromEntries(Object.entries(own).map(([label, list]) => [label, share(list)])), lead: Object.fromEntries(OTHERS.map((label) => [label, leadOf(own.L1, own[label])])) };
  });
  const found = result({
    experiment: semanticSimilarities.name, title: semanticSimilarities.title, seed, seconds: context.now() - start,
    parameters: { quick, set: set.name, N, "R (disjoint slices)": slices, "cues per cell": N * slices }, rows: rows.map(({ features, damage, exact, lead }) => ({ features, damage, ...exact, ...Object.fromEntries(OTHERS.map((label) => [`L1 - ${label}`, { ...lead[label] }])) })),
    checks: checksOf(unitApart),
  });
  return reportPage(found, rows);
}

/** "On unit-norm vectors L2, cosine and dot give the same ranking" (derived, section 3): the largest share of cues they answer differently. */
function checksOf(unitApart: number): Check[] {
  return [check({ name: "features of unit length: L2, cosine and dot answer alike, largest share of cues that differ", measured: unitApart, expected: 0, tolerance: 0.01, relation: "at most", origin: "derived (rounding may break ties)" })];
}

function unitDifference(K: Features, Q: Features, groups: Int32Array, N: number): number {
  const unit = ({ kind, dim, data }: Features): Features => ({ kind, dim, data: unitRows(data, dim) });
  const [first, ...rest] = scoreMatrices(unit(K), unit(Q), K.dim, ["L2", "cosine", "dot"]).map((matrix) => answers(matrix, groups, 0, N));
  return Math.max(...rest.map((other) => other.filter(({ winner }, n) => winner !== first[n].winner).length / N));
}

function share(list: readonly boolean[]): number {
  return list.filter(Boolean).length / list.length;
}

/** Mean and half interval of the paired difference. */
function leadOf(a: readonly boolean[], b: readonly boolean[]): { mean: number; half: number } {
  const differences = a.map((hit, n) => Number(hit) - Number(b[n]));
  const centre = mean(differences);
  return { mean: centre, half: 1.96 * Math.sqrt(mean(differences.map((x) => (x - centre) ** 2)) / differences.length) };
}

function reportPage(found: Parameters<typeof reportOf>[0], rows: readonly Row[]): Report {
  const kinds = [...new Set(rows.map(({ features }) => features))];
  /** In how many damages the interval of L1's lead lies above 0, and in how many below. */
  const verdict: Table = {
    columns: ["features", "damages", ...OTHERS.map((label) => `L1 over, under ${label}`)],
    rows: kinds.map((features) => {
      const own = rows.filter((row) => row.features === features);
      const beyond = (label: string, sign: number): number => own.filter(({ lead }) => sign * lead[label].mean > lead[label].half).length;
      return [features, own.length, ...OTHERS.map((label) => `${beyond(label, 1)}, ${beyond(label, -1)}`)];
    }),
  };
  const table = (features: string): Table => ({
    columns: ["damage", ...SIMILARITIES.map(({ label }) => label), ...OTHERS.map((label) => `L1 - ${label}`)],
    rows: rows.filter((row) => row.features === features).map(({ damage, exact, lead }) => [damage, ...SIMILARITIES.map(({ label }) => exact[label]), ...OTHERS.map((label) => `${lead[label].mean.toFixed(3)} ± ${lead[label].half.toFixed(3)}`)]),
    format: (value) => value.toFixed(2),
  });
  const charts = kinds.map((features) => {
    const own = rows.filter((row) => row.features === features);
    return { features, svg: heatMap({ title: `Index-exact recall: ${features}`, xLabel: "similarity", yLabel: "damage", columns: SIMILARITIES.length, rows: own.length, x: SIMILARITIES.map(({ label }) => label), y: own.map(({ damage }) => damage), domain: [0, 1], values: own.flatMap(({ exact }) => SIMILARITIES.map(({ label }) => exact[label])), showValues: true, width: 720 }) };
  });
  return reportOf(found, {
    lead: "The paper finds L1 consistently best in the features of its contrastive encoders. Here is what the encoders of this library say, with intervals.",
    sections: [
      { heading: "The answer", parts: [htmlTable(verdict), paragraph("In how many damages L1 recalls more than another similarity, and in how many less, beyond the 95 % interval of their difference. unit L1 is L1 between features scaled to length 1, root L1 the same of sign(x) sqrt|x|; the paper's L1 takes them as they are.")] },
      ...charts.map(({ features, svg }) => ({ heading: features, parts: [figure(svg, "Share of cues whose best-scoring memory is the one they were made from."), htmlTable(table(features)), paragraph("Differences with the half width of their 95 % interval, paired cue by cue.")] })),
    ],
    files: [["table.md", kinds.map((features) => `**${features}**\n\n${markdownTable(table(features))}`).join("\n")], ...charts.map(({ features, svg }): [string, string] => [`${features.replace(/[^a-z0-9]+/gi, "-")}.svg`, svg])],
  });
}
