/**
 * `semantic-dimension`: how many numbers of an embedding recall needs. The pooled features of the shipped encoder, cut to e numbers by their
 * principal components (learned from the memories' own features), or by a random projection; L2, the similarity that a rotation leaves alone.
 */
import { check, figure, htmlTable, lineChart, markdownTable, paragraph, result, type Table } from "../report/index.ts";
import { embeddingsOf, type FeatureMap, linearMap, pca, randomProjection } from "../semantic/index.ts";
import { duplicateGroups } from "../universal/index.ts";
import type { Context, Experiment, Report } from "./experiment.ts";
import { reportOf } from "./report-files.ts";
import { damaged, damageOf, type SemanticDamage, streamOf } from "./semantic-damage.ts";
import { defaultPhi, type Features } from "./semantic-phi.ts";
import { answers, scoreMatrices } from "./semantic-recall.ts";
import { semanticSet } from "./semantic-set.ts";
import { deviation, mean } from "./uhn-sweep.ts";

export const semanticDimension: Experiment = {
  name: "semantic-dimension", title: "How wide an embedding must be", needsData: true, run: (context) => run(context),
};

const WIDTHS = [2, 4, 8, 16, 32, 64, 128];
const DAMAGES: readonly SemanticDamage[] = [damageOf("crop", 0.5), damageOf("square", 24), damageOf("rotation", 0), damageOf("noise C1", 0.5)];
const KINDS = ["principal components", "whitened components", "random projection"] as const;

interface Row {
  readonly damage: string;
  readonly kind: string;
  readonly e: number;
  readonly exact: number;
  readonly exactStd: number;
}

function run(context: Context): Report {
  const start = context.now();
  const { quick, seed } = context;
  const set = semanticSet(context, semanticDimension.name);
  const phi = defaultPhi(set.shape);
  // twice as many memories as features, so that all components exist
  const [N, slices] = quick ? [400, 2] : [1000, 5];
  const cells = new Map<string, number[]>();
  const note = (damage: string, kind: string, e: number, value: number): void => {
    const key = JSON.stringify([damage, kind, e]);
    cells.set(key, [...(cells.get(key) ?? []), value]);
  };
  for (let r = 0; r < slices; r++) {
    const images = set.rows(r * N, (r + 1) * N);
    const groups = duplicateGroups(images, images.length / N);
    const [K] = phi.encode(images);
    const maps = cuts(K, N, seed);
    DAMAGES.forEach((damage, k) => {
      context.progress(`slice ${r + 1} of ${slices}, ${damage.name}`, (r + k / DAMAGES.length) / slices);
      const [Q] = phi.encode(damaged(images, set.shape, damage, streamOf(seed, r, damage)));
      const recall = (memories: Features, cues: Features): number => answers(scoreMatrices(memories, cues, K.dim, ["L2"])[0], groups, 0, N).filter(({ hit }) => hit).length / N;
      note(damage.name, "all features", K.dim, recall(K, Q));
      for (const { kind, e, map } of maps) note(damage.name, kind, e, recall(through(map, K), through(map, Q)));
    });
  }
  phi.dispose?.();
  const rows = [...cells].map(([key, runs]): Row => {
    const [damage, kind, e] = JSON.parse(key) as [string, string, number];
    return { damage, kind, e, exact: mean(runs), exactStd: deviation(runs) };
  });
  const full = Math.max(...rows.map(({ e }) => e));
  const at = (damage: string, kind: string, e: number): Row | undefined => rows.find((row) => row.damage === damage && row.kind === kind && row.e === e);
  const isometry = Math.max(...DAMAGES.map(({ name }) => Math.abs((at(name, KINDS[0], full)?.exact ?? NaN) - at(name, "all features", full)!.exact)));
  const found = result({
    experiment: semanticDimension.name, title: semanticDimension.title, seed, seconds: context.now() - start, parameters: { quick, set: set.name, N, "R (disjoint slices)": slices, features: full, similarity: "L2" }, rows: rows.map((row) => ({ ...row })),
    checks: [check({ name: "all principal components recall what all features do (a rotation keeps L2), largest difference", measured: isometry, expected: 0, tolerance: 0.02, relation: "at most", origin: "derived (components the memories lack are lost: dead features)" })],
  });
  const charts = DAMAGES.map(({ name }) => ({ name, svg: lineChart({
    title: `Recall of ${N} memories: ${name}`, xLabel: "numbers per embedding, e", yLabel: "index exact", yDomain: [0, 1], yStyle: "percent", xScale: "log", xTicks: [...WIDTHS, full], references: [{ y: at(name, "all features", full)!.exact, label: `all ${full} features` }],
    series: KINDS.map((kind) => {
      const line = rows.filter((row) => row.damage === name && row.kind === kind).sort((a, b) => a.e - b.e);
      return { name: kind, dashed: kind === "random projection", x: line.map(({ e }) => e), y: line.map(({ exact }) => exact), band: { low: line.map(({ exact, exactStd }) => exact - exactStd), high: line.map(({ exact, exactStd }) => exact + exactStd) } };
    }),
  }) }));
  const widths = [...WIDTHS, full];
  const table: Table = { columns: ["damage", "cut", ...widths.map((e) => `e = ${e}`)], rows: DAMAGES.flatMap(({ name }) => KINDS.map((kind) => [name, kind, ...widths.map((e) => at(name, kind, e)?.exact ?? null)])), format: (value) => value.toFixed(2) };
  return reportOf(found, {
    lead: "An embedding is stored for every memory and compared with every cue: its width is what recall costs. How much of it is needed?",
    sections: [{ heading: "Recall by width", parts: [htmlTable(table), paragraph("The whole embedding stands at the right end. Whitening makes every component count alike.")] }, ...charts.map(({ name, svg }) => ({ heading: name, parts: [figure(svg, "Bands: one standard deviation over the slices.")] }))],
    files: [["table.md", markdownTable(table)], ...charts.map(({ name, svg }): [string, string] => [`${name.replace(/[^a-z0-9]+/gi, "-").toLowerCase()}.svg`, svg])],
  });
}

/** The first e components are the first e rows of the whole map. */
function cuts(K: Features, N: number, seed: number): { kind: string; e: number; map: FeatureMap }[] {
  const X = Float64Array.from(K.data);
  const components = [false, true].map((whiten) => pca({ dim: K.dim, whiten }).fit(X, N).saved.tensors);
  const first = ({ W, mean: m }: (typeof components)[number], e: number): FeatureMap => linearMap(`first ${e}`, (W.data as Float64Array).slice(0, e * K.dim), m.data as Float64Array);
  return [...WIDTHS, K.dim].filter((e) => e <= K.dim).flatMap((e) => [
    { kind: KINDS[0], e, map: first(components[0], e) }, { kind: KINDS[1], e, map: first(components[1], e) }, { kind: KINDS[2], e, map: randomProjection(K.dim, e, seed) },
  ]);
}

function through(map: FeatureMap, { kind, dim, data }: Features): Features {
  const found = embeddingsOf(map, { rows: data.length / dim, dim, data });
  return { kind, dim: found.dim, data: Float32Array.from(found.data) };
}
