/**
 * `semantic-dimension`: how many numbers of an embedding recall needs. The pooled features of the shipped encoder, cut to e numbers by their
 * principal components (learned from the memories' own features), or by a random projection; L2, the similarity that a rotation leaves alone. Of the features
 * as they are, and of their square roots at unit length (scale root).
 */
import { check, figure, htmlTable, lineChart, markdownTable, paragraph, result, type Table } from "../report/index.ts";
import { embeddingsOf, type FeatureMap, linearMap, pca, randomProjection } from "../semantic/index.ts";
import { duplicateGroups } from "../universal/index.ts";
import type { Context, Experiment, Report } from "./experiment.ts";
import { reportOf } from "./report-files.ts";
import { damaged, damageOf, type SemanticDamage, streamOf } from "./semantic-damage.ts";
import { defaultPhi, type Features } from "./semantic-phi.ts";
import { answers, scaledRows, scoreMatrices } from "./semantic-recall.ts";
import { semanticSet } from "./semantic-set.ts";
import { deviation, mean } from "./uhn-sweep.ts";

export const semanticDimension: Experiment = {
  name: "semantic-dimension", title: "How wide an embedding must be", needsData: true, run: (context) => run(context),
};

const WIDTHS = [2, 4, 8, 16, 32, 64, 128];
const DAMAGES: readonly SemanticDamage[] = [damageOf("crop", 0.5), damageOf("square", 24), damageOf("rotation", 0), damageOf("noise C1", 0.5)];
const KINDS = ["principal components", "whitened components", "random projection"] as const;

const SCALES = ["raw", "root"] as const;

interface Row {
  readonly damage: string;
  readonly scale: string;
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
  const note = (damage: string, scale: string, kind: string, e: number, value: number): void => {
    const key = JSON.stringify([damage, scale, kind, e]);
    cells.set(key, [...(cells.get(key) ?? []), value]);
  };
  for (let r = 0; r < slices; r++) {
    const images = set.rows(r * N, (r + 1) * N);
    const groups = duplicateGroups(images, images.length / N);
    const scaled = ({ kind, dim, data }: Features, scale: string): Features => ({ kind, dim, data: scaledRows(data, dim, scale === "root" ? scale : undefined) });
    const [features] = phi.encode(images);
    const memories = SCALES.map((scale) => {
      const K = scaled(features, scale);
      return { scale, K, maps: cuts(K, N, seed) };
    });
    DAMAGES.forEach((damage, k) => {
      context.progress(`slice ${r + 1} of ${slices}, ${damage.name}`, (r + k / DAMAGES.length) / slices);
      const [asked] = phi.encode(damaged(images, set.shape, damage, streamOf(seed, r, damage)));
      for (const { scale, K, maps } of memories) {
        const Q = scaled(asked, scale);
        const recall = (known: Features, cues: Features): number => answers(scoreMatrices(known, cues, K.dim, ["L2"])[0], groups, 0, N).filter(({ hit }) => hit).length / N;
        note(damage.name, scale, "all features", K.dim, recall(K, Q));
        for (const { kind, e, map } of maps) note(damage.name, scale, kind, e, recall(through(map, K), through(map, Q)));
      }
    });
  }
  phi.dispose?.();
  const rows = [...cells].map(([key, runs]): Row => {
    const [damage, scale, kind, e] = JSON.parse(key) as [string, string, string, number];
    return { damage, scale, kind, e, exact: mean(runs), exactStd: deviation(runs) };
  });
  const full = Math.max(...rows.map(({ e }) => e));
  const at = (damage: string, scale: string, kind: string, e: number): Row | undefined => rows.find((row) => row.damage === damage && row.scale === scale && row.kind === kind && row.e === e);
  const isometry = Math.max(...SCALES.flatMap((scale) => DAMAGES.map(({ name }) => Math.abs((at(name, scale, KINDS[0], full)?.exact ?? NaN) - at(name, scale, "all features", full)!.exact))));
  const found = result({
    experiment: semanticDimension.name, title: semanticDimension.title, seed, seconds: context.now() - start, parameters: { quick, set: set.name, N, "R (disjoint slices)": slices, features: full, similarity: "L2" }, rows: rows.map((row) => ({ ...row })),
    checks: [check({ name: "all principal components recall what all features do (a rotation keeps L2), largest difference", measured: isometry, expected: 0, tolerance: 0.02, relation: "at most", origin: "derived (components the memories lack are lost: dead features)" })],
  });
  const charts = DAMAGES.map(({ name }) => ({ name, svg: lineChart({
    title: `Recall of ${N} memories: ${name}`, xLabel: "numbers per embedding, e", yLabel: "index exact", yDomain: [0, 1], yStyle: "percent", xScale: "log", xTicks: [...WIDTHS, full],
    references: SCALES.map((scale) => ({ y: at(name, scale, "all features", full)!.exact, label: `all ${full} features${scale === "root" ? ", root" : ""}` })),
    series: SCALES.flatMap((scale) => KINDS.map((kind) => {
      const line = rows.filter((row) => row.damage === name && row.scale === scale && row.kind === kind).sort((a, b) => a.e - b.e);
      return { name: `${kind}${scale === "root" ? ", root" : ""}`, dashed: scale === "raw", x: line.map(({ e }) => e), y: line.map(({ exact }) => exact), band: { low: line.map(({ exact, exactStd }) => exact - exactStd), high: line.map(({ exact, exactStd }) => exact + exactStd) } };
    })),
  }) }));
  const widths = [...WIDTHS, full];
  const table: Table = {
    columns: ["damage", "features", "cut", ...widths.map((e) => `e = ${e}`)],
    rows: DAMAGES.flatMap(({ name }) => SCALES.flatMap((scale) => KINDS.map((kind) => [name, scale === "root" ? "square roots" : "as they are", kind, ...widths.map((e) => at(name, scale, kind, e)?.exact ?? null)]))), format: (value) => value.toFixed(2),
  };
  return reportOf(found, {
    lead: "An embedding is stored for every memory and compared with every cue: its width is what recall costs. How much of it is needed?",
    sections: [{ heading: "Recall by width", parts: [htmlTable(table), paragraph("The whole embedding stands at the right end. Whitening makes every component count alike. L2 throughout; square roots: sign(x) sqrt|x| at unit length (scale root), before the cut.")] }, ...charts.map(({ name, svg }) => ({ heading: name, parts: [figure(svg, "Bands: one standard deviation over the slices.")] }))],
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
