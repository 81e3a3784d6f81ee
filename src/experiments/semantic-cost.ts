/**
 * `semantic-cost`: what a recall costs in pixels and in features, the encoder included (the claim of arXiv 2402.10814 that scoring embeddings is
 * faster, and (S7): only above N = cost(phi) / (d - e) memories). Milliseconds are this machine's; multiply-adds are not.
 */
import { seeded } from "../numeric/index.ts";
import { check, figure, htmlTable, lineChart, markdownTable, paragraph, result, type Table } from "../report/index.ts";
import { Rows } from "../kernels/index.ts";
import { negL1 } from "../universal/index.ts";
import type { Context, Experiment, Report } from "./experiment.ts";
import { reportOf } from "./report-files.ts";
import { damaged, damageOf, streamOf } from "./semantic-damage.ts";
import { defaultPhi } from "./semantic-phi.ts";
import { semanticSet } from "./semantic-set.ts";

export const semanticCost: Experiment = {
  name: "semantic-cost", title: "What a recall costs in pixels and in features", needsData: true, run: (context) => run(context),
};

/** Multiply-adds of contrastive-small for one picture: 5x5x3x32 at 16x16, then three blocks (training/models.py counts the same). */
const PHI_COST = 10.1e6;
const BATCH = 32;

interface Row {
  readonly N: number;
  readonly pixelMs: number;
  readonly featureMs: number;
  readonly encodeMs: number;
}

function run(context: Context): Report {
  const start = context.now();
  const { quick, seed } = context;
  const set = semanticSet(context, semanticCost.name);
  const d = 3072;
  const sizes = quick ? [100, 300, 1000] : [100, 300, 1000, 3000, 10000];
  const largest = sizes[sizes.length - 1];
  const phi = defaultPhi(set.shape);
  context.progress(`features of ${largest} pictures`, 0);
  const images = set.rows(0, largest);
  const [K] = phi.encode(images);
  const e = K.dim;
  const cues = damaged(images.subarray(0, BATCH * d), set.shape, damageOf("noise C2", 0.1), streamOf(seed, 0, damageOf("noise C2", 0.1)));
  // the fastest of several rounds: what else the machine does only ever adds
  const rounds = quick ? 3 : 7;
  const fastest = (work: () => void): number => {
    let best = Infinity;
    for (let i = 0; i < rounds; i++) {
      const from = context.now();
      work();
      best = Math.min(best, context.now() - from);
    }
    return (1000 * best) / BATCH;
  };
  const encodeMs = fastest(() => void phi.encode(cues));
  const rows = sizes.map((N, k): Row => {
    context.progress(`N = ${N}`, (k + 1) / (sizes.length + 1));
    const [pixels, features] = [images.subarray(0, N * d), K.data.subarray(0, N * e)].map((data, i) => {
      const store = new Rows(i === 0 ? d : e);
      store.append(data);
      return store;
    });
    const [Q] = phi.encode(cues);
    const byPixel = negL1.bind(pixels);
    const byFeature = negL1.bind(features);
    const row = { N, pixelMs: fastest(() => void byPixel.scores(cues)), featureMs: fastest(() => void byFeature.scores(Q.data)), encodeMs };
    pixels.dispose();
    features.dispose();
    return row;
  });
  phi.dispose?.();
  const breakEven = PHI_COST / (d - e);
  const last = rows[rows.length - 1];
  const crossing = encodeMs / ((last.pixelMs - last.featureMs) / last.N);
  // A cue alone and the batch are scored alike: checked here, where it is what the timing stands on.
  const rng = seeded(seed);
  const some = Float32Array.from({ length: 2 * d }, () => rng.uniform());
  const store = new Rows(d);
  store.append(some);
  const same = negL1.bind(store).scores(some).every((score, i) => score === negL1.bind(store).scores(some.subarray(Math.floor(i / 2) * d, (Math.floor(i / 2) + 1) * d))[i % 2]);
  store.dispose();
  const found = result({
    experiment: semanticCost.name, title: semanticCost.title, seed, seconds: context.now() - start,
    parameters: { quick, set: set.name, d, e, "cues per batch": BATCH, "multiply-adds of phi": PHI_COST, "break-even N by multiply-adds (S7)": Math.round(breakEven), "break-even N by this machine's time": Math.round(crossing) },
    rows: rows.map((row) => ({ ...row, pixels: row.N * d, features: row.N * e + PHI_COST })),
    checks: [check({ name: "a cue scores in a batch as it does alone, to the bit", measured: same, expected: true, origin: "contract of the library" })],
  });
  const chart = lineChart({
    title: "Milliseconds per recall, L1", xLabel: "memories, N", yLabel: "ms", xScale: "log", yScale: "log", xTicks: sizes,
    series: [
      { name: "pixels", dashed: true, x: sizes, y: rows.map(({ pixelMs }) => pixelMs) }, { name: "features, encoder included", x: sizes, y: rows.map(({ featureMs }) => featureMs + encodeMs) }, { name: "features, scores alone", x: sizes, y: rows.map(({ featureMs }) => featureMs) },
    ],
  });
  const table: Table = { columns: ["N", "pixels, ms", "scores of features, ms", "encoder, ms", "features in all, ms", "pixels over features"], rows: rows.map(({ N, pixelMs, featureMs }) => [N, pixelMs, featureMs, encodeMs, featureMs + encodeMs, pixelMs / (featureMs + encodeMs)]) };
  return reportOf(found, {
    lead: `A memory of ${e} features scores ${(d / e).toFixed(0)} times fewer numbers than one of ${d} pixels, and pays for the encoder once per cue. By multiply-adds it is cheaper above N = ${Math.round(breakEven)}; on this machine above about N = ${Math.round(crossing)}.`,
    sections: [{ heading: "Time per recall", parts: [figure(chart, "One thread, batches of 32 cues, the fastest of several rounds."), htmlTable(table), paragraph("The encoder here is small on purpose: a ResNet-18 at 556 million multiply-adds would break even at some 200,000 memories (S7).")] }],
    files: [["table.md", markdownTable(table)], ["cost.svg", chart]],
  });
}
