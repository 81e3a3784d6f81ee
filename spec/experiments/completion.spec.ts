/** What et-completion stands on: the shipped weights against torch, the baselines against exact solutions, the weights missing; graph scores and the hierarchy's training gradient. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import t from "tap";
import { constant, grad, item, variable } from "../../src/autodiff/index.ts";
import { harmonicFill, inserted, meanFill, memoryFills } from "../../src/experiments/completion-baselines.ts";
import { GEOMETRY, PIXELS_OF_CIFAR, readTransformer, shippedTransformer } from "../../src/experiments/et-completion.ts";
import { anomalyGraph, splitOf } from "../../src/experiments/graph-anomalies.ts";
import { areaUnderCurve, macroF1, scoreOf } from "../../src/experiments/graph-scores.ts";
import { completionLoss, cuesOf, hierarchy, occlusion, OCCLUSIONS, PIXELS } from "../../src/experiments/hierarchy-model.ts";
import { writeSafetensors } from "../../src/formats/index.ts";
import { HAM } from "../../src/hamux/index.ts";
import { image } from "../../src/images/index.ts";
import { EngramError, seeded } from "../../src/numeric/index.ts";
import { readCheckpoint } from "../../src/transformer/index.ts";

interface Golden {
  weights_sha256: string;
  predictions: { picture: number; steps: number; values: number[]; masked_mse: number }[];
  harmonic: { shape: number[]; x: number[]; hidden: number[]; filled: number[] };
}
const golden = JSON.parse(readFileSync("fixtures/transformer/completion.json", "utf8")) as Golden;
const FILE = "fixtures/weights/energy-transformer.safetensors";

t.test("the shipped weights predict what torch predicts with them", async (t) => {
  const bytes = readFileSync(FILE);
  t.equal(createHash("sha256").update(bytes).digest("hex"), golden.weights_sha256, "golden values and card belong to these weights: run fixtures/transformer/completion.py");
  t.match(readFileSync("fixtures/weights/energy-transformer.md", "utf8"), golden.weights_sha256, "the card too");
  const { steps, alpha } = shippedTransformer();
  t.ok(golden.predictions.some((one) => one.steps === steps));
  const model = readCheckpoint(bytes, { geometry: GEOMETRY, ...PIXELS_OF_CIFAR, precision: "f64" });
  for (const { picture, steps: depth, values, masked_mse } of golden.predictions) {
    const data = Float32Array.from({ length: 3072 }, (_, i) => Math.sin(0.013 * i * (picture + 1) + 0.3 * picture) ** 2);
    const hidden = Array.from({ length: 64 }, (_, n) => ((5 * n + 3 * picture) % 8 < 4 ? 1 : 0));
    const patches = model.patches([image(32, 32, 3, data)]);
    const out = model.predict(patches, hidden, model.params, depth, alpha).data;
    // Pixels pass through f32 here (6e-8), and a few hundred sums of either program differ in order.
    const far = values.reduce((most, value, i) => Math.max(most, Math.abs(value - out[37 * i])), 0);
    t.ok(far < 1e-4, `picture ${picture}, ${depth} steps: ${far}`);
    let [squares, count] = [0, 0];
    out.forEach((value, i) => {
      if (hidden[Math.floor(i / 48)] === 1) [squares, count] = [squares + (value - patches.data[i]) ** 2, count + 1];
    });
    t.ok(Math.abs(squares / count - masked_mse) < 1e-5 * masked_mse, "masked MSE, normalised pixels");
  }
});

t.test("weights that are missing or say no depth", async (t) => {
  t.throws(() => readTransformer("fixtures/weights/none.safetensors"), /none\.safetensors.*no such file/s);
  const bare = t.testdir({ "bare.safetensors": Buffer.from(writeSafetensors({})) });
  t.throws(() => readTransformer(`${bare}/bare.safetensors`), EngramError);
  t.throws(() => readTransformer(`${bare}/bare.safetensors`), /steps and alpha/);
});

t.test("harmonic interpolation is the exact solution; what has no visible neighbour stays at the mean", async (t) => {
  const { shape, x, hidden, filled } = golden.harmonic;
  const out = harmonicFill(Float32Array.from(x), Uint8Array.from(hidden), shape);
  const far = filled.reduce((most, value, i) => Math.max(most, Math.abs(value - out[i])), 0);
  t.ok(far < 1e-5, `${far}: residual 1e-6 of the first, condition below 10 here`);
  // A whole channel hidden: nothing to interpolate from.
  const lost = harmonicFill(Float32Array.from([0.25, 0.75, 9, 9]), Uint8Array.from([0, 0, 1, 1]), [2, 1, 2]);
  t.same([...lost], [0.25, 0.75, 0.5, 0.5]);
  // Between two walls on a line: the straight line.
  const line = harmonicFill(Float32Array.from([0, 7, 7, 7, 1]), Uint8Array.from([0, 1, 1, 1, 0]), [1, 1, 5]);
  [0, 0.25, 0.5, 0.75, 1].forEach((value, i) => t.ok(Math.abs(line[i] - value) < 1e-6));
});

t.test("mean and memory", async (t) => {
  const x = Float32Array.from([0.5, 1, 9, 0.25, 9, 9]);
  const hidden = Uint8Array.from([0, 0, 1, 0, 1, 1]);
  t.same([...meanFill(x, hidden, 2)], [0.5, 1, 0.75, 0.25, 0.25, 0.25]);
  t.same([...meanFill(x, Uint8Array.from([1, 1, 1, 1, 1, 1]), 2)], [0.5, 0.5, 0.5, 0.5, 0.5, 0.5], "nothing visible: grey");
  t.same([...inserted(x, [1, 2, 3, 4, 5, 6], hidden)], [0.5, 1, 3, 0.25, 5, 6]);
  const bytes = Uint8Array.from([0, 255, 51, 255, 0, 255]);
  const [fills] = memoryFills({ count: 2, shape: [1, 1, 3], bytes, labels: new Uint8Array(2), names: [] }, [Float32Array.from([0.1, 0.8, 9])], [Uint8Array.from([0, 0, 1])], () => {});
  t.ok(Math.abs(fills.nearest[2] - 0.2) < 1e-6, "the first is nearer");
  // S = -(.01 + .04) and -(.81 + .64): weights at beta = 2
  const w = 1 / (1 + Math.exp(-2 * (1.45 - 0.05)));
  t.ok(Math.abs(fills.softmax[5][2] - (0.2 * w + (1 - w))) < 1e-6, "softmax of the squared distances over the visible");
});

t.test("graph: scores by hand, the split, and what an anomaly is", async (t) => {
  t.equal(areaUnderCurve([3, 1, 2, 2], [1, 0, 1, 0]), 0.875, "(1 + 1 + 1 + .5) / 4");
  t.ok(Number.isNaN(areaUnderCurve([1, 2], [0, 0])));
  t.equal(macroF1([1, 1, 0, 0], [1, 0, 0, 0]), (2 / 3 + 4 / 5) / 2);
  t.equal(macroF1([0, 0], [0, 0]), 0.5, "a class that is not there counts 0");
  t.equal(scoreOf([5, -5, 5, -5, -5], [1, 0, 1, 0, 0], Uint8Array.from([2, 2, 3, 3, 3])).f1, 1);
  const part = splitOf(100, 0.4, seeded(1));
  t.same([1, 2, 3].map((which) => part.filter((p) => p === which).length), [40, 20, 40]);
  const { edges, features, labels, N, C } = anomalyGraph({ nodes: 60, communities: 3, channels: 4, degree: 10, inside: 1, anomalies: 0.2, noise: 0 }, seeded(2));
  for (let i = 0; i < N; i++) for (let j = 0; j < N; j++) {
    t.equal(edges.data[i * N + j], edges.data[j * N + i]);
    if (edges.data[i * N + j] === 1) t.ok(i !== j && i % 3 === j % 3, "inside = 1: within the community");
  }
  for (let i = 0; i < N; i++) for (let j = i + 3; j < N; j += 3) {
    if (labels[i] + labels[j] === 0) t.same(features.slice(i * C, (i + 1) * C), features.slice(j * C, (j + 1) * C), "one centre");
    if (labels[i] + labels[j] === 1) t.notSame(features.slice(i * C, (i + 1) * C), features.slice(j * C, (j + 1) * C), "another centre");
  }
});

t.test("hierarchy: the training gradient is a finite difference through all steps, in f64; masks and cues", async (t) => {
  const rng = seeded(4);
  const settings = { features: 2, parts: 3, topics: 4, batch: 2, epochs: 1, rate: 1e-2, steps: 3, dt: 0.7 };
  const b = Float32Array.from({ length: PIXELS }, () => rng.uniform());
  const one = hierarchy(settings, b, rng);
  const ham = new HAM({ layers: one.graph.layers, synapses: one.graph.synapses, connections: one.graph.connections });
  const pictures = Float32Array.from({ length: 2 * PIXELS }, () => rng.uniform());
  const hidden = occlusion("square", [3, 9]);
  for (const name of ["strokes.kernel", "shapes.kernel", "context.WQ", "context.WK", "naming.W", "portrait.W"]) {
    const { shape, data } = ham.parameters[name];
    const lossOf = (numbers: Float64Array): ReturnType<typeof completionLoss> => completionLoss(ham, { ...ham.params, [name]: constant(numbers, shape) }, pictures, b, hidden, 3, 0.7);
    const w = variable(Float64Array.from(data), shape);
    const [g] = grad(completionLoss(ham, { ...ham.params, [name]: w }, pictures, b, hidden, 3, 0.7), [w]);
    const at = Array.from(g.data).reduce((best, value, i) => (Math.abs(value) > Math.abs(g.data[best]) ? i : best), 0);
    const [up, down] = [1e-5, -1e-5].map((h) => item(lossOf(Float64Array.from(data, (value, i) => (i === at ? value + h : value)))));
    const slope = (up - down) / 2e-5;
    // Central differences: h^2 and rounding / h, each about 1e-10; the largest slope of every weight is far above.
    t.ok(Math.abs(g.data[at] - slope) < 1e-8 + 1e-4 * Math.abs(slope), `${name}: ${g.data[at]} and ${slope}`);
  }
  let squares = 0;
  pictures.forEach((value, i) => (squares += hidden[i % PIXELS] * (value - b[i % PIXELS]) ** 2));
  // The mean over 2 x 196 hidden pixels; numbers of f32, summed in f64 in one order or another.
  t.ok(Math.abs(item(completionLoss(ham, ham.params, pictures, b, hidden, 0, 0.7)) - squares / 392) < 1e-12, "no step: the mean picture");
  for (const kind of OCCLUSIONS) t.equal(occlusion(kind).reduce((n, bit) => n + bit, 0), kind === "square" ? 196 : 392, kind);
  const cues = cuesOf(pictures, b, hidden);
  cues.forEach((value, i) => t.equal(value, hidden[i % PIXELS] === 1 ? b[i % PIXELS] : pictures[i]));
});
