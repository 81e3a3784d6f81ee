/**
 * `semantic-capacity`: recall of the same cues while more and more is stored, in pixels and in features of several widths. The memories are nested,
 * so a cue that fails at some N fails at every larger one.
 */
import { check, figure, htmlTable, lineChart, markdownTable, paragraph, result, type Table } from "../report/index.ts";
import { embeddingsOf, pca } from "../semantic/index.ts";
import { duplicateGroups, indexExact } from "../universal/index.ts";
import type { Context, Experiment, Report } from "./experiment.ts";
import { reportOf } from "./report-files.ts";
import { damaged, damageOf, type SemanticDamage, streamOf } from "./semantic-damage.ts";
import { defaultPhi, type Features, PIXELS } from "./semantic-phi.ts";
import { scaledRows, scoreMatrices } from "./semantic-recall.ts";
import { semanticSet } from "./semantic-set.ts";

export const semanticCapacity: Experiment = {
  name: "semantic-capacity", title: "How much a memory of features holds", needsData: true, run: (context) => run(context),
};

const SIZES = [100, 200, 500, 1000, 2000, 5000, 10000];
const DAMAGES: readonly SemanticDamage[] = [damageOf("crop", 0.5), damageOf("square", 24), damageOf("rotation", 0), damageOf("noise C1", 0.5)];
/** Cues: copies of the first memories. */
const CUES = 100;

interface Row {
  readonly damage: string;
  readonly memory: string;
  readonly N: number;
  readonly exact: number;
}

function run(context: Context): Report {
  const start = context.now();
  const { quick, seed } = context;
  const set = semanticSet(context, semanticCapacity.name);
  const sizes = SIZES.filter((N) => N <= (quick ? 1000 : set.count));
  const largest = sizes[sizes.length - 1];
  const phi = defaultPhi(set.shape);
  const images = set.rows(0, largest);
  const d = images.length / largest;
  context.progress(`features of ${largest} pictures`, 0);
  const groups = duplicateGroups(images, d);
  const [K] = phi.encode(images);
  const root = ({ kind, dim, data }: Features): Features => ({ kind, dim, data: scaledRows(data, dim, "root") });
  const first = Math.min(largest, 2000);
  const narrow = [16, 64].map((e) => ({ e, map: pca({ dim: e, whiten: false }).fit(Float64Array.from(root(K).data.subarray(0, first * K.dim)), first) }));
  const through = (features: Features, which: number): Features => {
    const { data, dim } = root(features);
    const found = embeddingsOf(narrow[which].map, { rows: data.length / dim, dim, data });
    return { kind: "", dim: found.dim, data: Float32Array.from(found.data) };
  };
  const [pixels] = PIXELS.encode(images);
  const stores: { name: string; similarity: string; memories: Features; cue(rows: Float32Array): Features }[] = [
    { name: "pixels, L1", similarity: "L1", memories: pixels, cue: (rows) => PIXELS.encode(rows)[0] }, { name: "pixels, Pearson", similarity: "Pearson", memories: pixels, cue: (rows) => PIXELS.encode(rows)[0] },
    ...["unit L1", "root L1"].map((similarity) => ({ name: `features, e = ${K.dim}, ${similarity}`, similarity, memories: K, cue: (rows: Float32Array) => phi.encode(rows)[0] })),
    ...narrow.map(({ e }, which) => ({ name: `square roots cut to e = ${e}, L2`, similarity: "L2", memories: through(K, which), cue: (rows: Float32Array) => through(phi.encode(rows)[0], which) })),
  ];
  const rows: Row[] = [];
  DAMAGES.forEach((damage, k) => {
    const cues = damaged(images.subarray(0, CUES * d), set.shape, damage, streamOf(seed, 0, damage));
    stores.forEach(({ name, similarity, memories, cue }, j) => {
      context.progress(`${damage.name}: ${name}`, 0.1 + (0.9 * (k + j / stores.length)) / DAMAGES.length);
      const [{ S, N: side }] = scoreMatrices(memories, cue(cues), d, [similarity]);
      const best = new Int32Array(CUES);
      const hits = sizes.map((N) => Array.from(best, (_, c) => {
        for (let nu = 0; nu < N; nu++) if (S[c * side + nu] > S[c * side + best[c]]) best[c] = nu;
        return indexExact(best[c], c, groups);
      }).filter(Boolean).length / CUES);
      hits.forEach((exact, i) => rows.push({ damage: damage.name, memory: name, N: sizes[i], exact }));
    });
  });
  phi.dispose?.();
  const rises = rows.filter((row, i) => i > 0 && rows[i - 1].damage === row.damage && rows[i - 1].memory === row.memory && row.exact > rows[i - 1].exact).length;
  const found = result({
    experiment: semanticCapacity.name, title: semanticCapacity.title, seed, seconds: context.now() - start, parameters: { quick, set: set.name, cues: CUES, N: sizes }, rows: rows.map((row) => ({ ...row })),
    checks: [check({ name: "places where more memories recall more of the same cues", measured: rises, expected: 0, relation: "at most", origin: "derived (nested memories)" })],
  });
  const lineOf = (damage: string, memory: string): Row[] => rows.filter((row) => row.damage === damage && row.memory === memory);
  const charts = DAMAGES.map(({ name: damage }) => ({ damage, svg: lineChart({
    title: `Recall of ${CUES} cues: ${damage}`, xLabel: "memories, N", yLabel: "index exact", yDomain: [0, 1], yStyle: "percent", xScale: "log", xTicks: sizes,
    series: stores.map(({ name }) => ({ name, dashed: name.startsWith("pixels"), x: sizes, y: lineOf(damage, name).map(({ exact }) => exact) })),
  }) }));
  const table: Table = { columns: ["damage", "memory", ...sizes.map((N) => `N = ${N}`)], rows: DAMAGES.flatMap(({ name: damage }) => stores.map(({ name }) => [damage, name, ...lineOf(damage, name).map(({ exact }) => exact)])), format: (value) => value.toFixed(2) };
  return reportOf(found, {
    lead: `The same ${CUES} damaged pictures are asked of a memory that grows. What is lost is lost to neighbours: to pictures that look more like the cue, in pixels or in features.`,
    sections: [{ heading: "Recall against N", parts: [htmlTable(table), paragraph(`One draw of ${CUES} cues: a standard error of at most .05. Features by L1 at unit length, of themselves (unit) and of their square roots (root); cut: their square roots by principal components of the first memories.`)] }, ...charts.map(({ damage, svg }) => ({ heading: damage, parts: [figure(svg, "Nested memories, the same cues.")] }))],
    files: [["table.md", markdownTable(table)], ...charts.map(({ damage, svg }): [string, string] => [`${damage.replace(/[^a-z0-9]+/gi, "-").toLowerCase()}.svg`, svg])],
  });
}
