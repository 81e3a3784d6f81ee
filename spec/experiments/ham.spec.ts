/** The HAM and Energy Transformer experiments: quick runs, the same bytes from the same seed, what a full run needs, and the training step against finite differences. */
import t from "tap";
import { constant, grad, item, mean, square, sub, variable } from "../../src/autodiff/index.ts";
import { type Context, experiments, type Report } from "../../src/experiments/index.ts";
import { denoise, type Denoising, denoisingLoss, noisy, trainDenoiser, unitRows, untrained } from "../../src/experiments/ham-training.ts";
import { HAM } from "../../src/hamux/index.ts";
import { decodePng } from "../../src/images/index.ts";
import { EngramError, seeded } from "../../src/numeric/index.ts";

const quick: Context = { quick: true, seed: 3, progress: () => {}, now: () => 0 };

async function run(name: string, context: Partial<Context> = {}): Promise<Report> {
  return experiments.find((experiment) => experiment.name === name)!.run({ ...quick, ...context });
}

const FILES: Record<string, string[]> = {
  "ham-zero-state": [], "ham-exercise": ["limit.svg"], "ham-denoise": ["loss.svg", "memories.png", "cues.png", "denoiser.engram"], "inference-objectives": [], "et-toy": ["energy.svg"],
  "ham-hierarchy": ["energy.svg", "recall.png", "hierarchy.engram"], "et-graph": ["loss.svg", "energy.svg"], "et-completion": ["steps.svg", "completions.png", "film.png"],
};

for (const [name, more] of Object.entries(FILES)) {
  t.test(`${name} --quick`, async (t) => {
    const { result, files } = await run(name);
    t.equal(result.experiment, name);
    t.ok(result.checks.length >= 3 && result.pass, JSON.stringify(result.checks.filter(({ pass }) => !pass)));
    t.same([...files.keys()].sort(), ["index.html", "result.json", ...more].sort());
    for (const file of more.filter((one) => one.endsWith(".png"))) t.ok(decodePng(files.get(file)!).width > 200, file);
    if (name === "ham-denoise") t.same(HAM.fromBytes(files.get("denoiser.engram")!).parameters["memory.W"].shape, [784, 100], "the trained memory can be opened");
  });
}

t.test("the same seed gives the same bytes, another seed other numbers", async (t) => {
  const [a, b, c] = [await run("ham-exercise"), await run("ham-exercise"), await run("ham-exercise", { seed: 4 })];
  for (const [file, bytes] of a.files) t.equal(Buffer.compare(Buffer.from(bytes), Buffer.from(b.files.get(file)!)), 0, file);
  t.not(JSON.stringify(a.result.rows), JSON.stringify(c.result.rows));
});

t.test("the full denoiser needs its data", async (t) => {
  await t.rejects(run("ham-denoise", { quick: false }), EngramError);
  await t.rejects(run("ham-denoise", { quick: false, data: "fixtures" }), /train-images-idx3-ubyte/);
});

const SMALL: Denoising = { dim: 17, memories: 5, beta: 10, sd: 0.5, mean: 0.2, noise: 0.2, batch: 7, epochs: 12, rate: 0.04 };

t.test("the gradient of the training loss is a finite difference, in f64; a step of 1 is the equation", async (t) => {
  const rng = seeded(2);
  const ham = untrained(SMALL, rng);
  const double = new HAM({ layers: ham.graph.layers, synapses: ham.graph.synapses, connections: ham.graph.connections });
  const pictures = unitRows(Float32Array.from({ length: 7 * 17 }, () => rng.uniform()), 17);
  const cues = constant(Float64Array.from(noisy(pictures, 0.2, rng)), [7, 17]);
  const wanted = constant(Float64Array.from(pictures), [7, 17]);
  const W = double.parameters["memory.W"];
  const lossOf = (data: Float64Array): ReturnType<typeof mean> => {
    const params = { ...double.params, "memory.W": variable(data, W.shape) };
    const after = double.graph.step({ image: cues }, params, 1);
    return mean(square(sub(double.graph.activations(after, params).image, wanted)));
  };
  const w = variable(W);
  const params = { ...double.params, "memory.W": w };
  const out = double.graph.activations(double.graph.step({ image: cues }, params, 1), params).image;
  const [g] = grad(mean(square(sub(out, wanted))), [w]);
  for (const at of [0, 3, 40, 84]) {
    const [up, down] = [1e-6, -1e-6].map((h) => item(lossOf(Float64Array.from(W.data, (value, i) => (i === at ? value + h : value)))));
    t.ok(Math.abs(g.data[at] - (up - down) / 2e-6) < 1e-8, `weight ${at}: ${g.data[at]}`);
  }
  // xhat -> Wn softmax(beta Wn^T xhat), of length 1
  const data = W.data;
  const lengths = Array.from({ length: 5 }, (_, mu) => Math.sqrt(Array.from({ length: 17 }, (__, i) => data[5 * i + mu] ** 2).reduce((a, b) => a + b)));
  const unit = (x: number[]): number[] => x.map((value) => value / Math.sqrt(x.reduce((sum, one) => sum + one * one, 1e-5)));
  const x = unit(Array.from(cues.data.slice(0, 17)));
  const scores = lengths.map((length, mu) => (10 * x.reduce((sum, value, i) => sum + value * data[5 * i + mu], 0)) / length);
  const p = scores.map((s) => Math.exp(s - Math.max(...scores)));
  const signal = x.map((_, i) => p.reduce((sum, weight, mu) => sum + (weight * data[5 * i + mu]) / lengths[mu], 0) / p.reduce((a, b) => a + b));
  unit(signal).forEach((value, i) => t.ok(Math.abs(out.data[i] - value) < 1e-12));
});

t.test("training brings the loss down, the same way every time", async (t) => {
  const rng = seeded(5);
  const centres = Array.from({ length: 5 }, () => Array.from({ length: 17 }, () => rng.uniform()));
  const pictures = unitRows(Float32Array.from(Array.from({ length: 70 }, (_, i) => centres[i % 5]).flat()), 17);
  const cues = noisy(pictures, SMALL.noise, seeded(6));
  const train = (): ReturnType<typeof trainDenoiser> => trainDenoiser(pictures, SMALL, seeded(7), () => {});
  const [a, b] = [train(), train()];
  t.same(a.losses, b.losses);
  t.same(a.ham.parameters["memory.W"].data, b.ham.parameters["memory.W"].data);
  const before = denoisingLoss(untrained(SMALL, seeded(7)), pictures, cues);
  const after = denoisingLoss(a.ham, pictures, cues);
  t.ok(after < before / 3, `${before} to ${after}: five memories for five pictures`);
  t.equal(denoisingLoss(a.ham, pictures, cues, 3), after, "whatever the pieces");
  t.same(denoise(a.ham, cues.subarray(0, 17)).data, denoise(a.ham, cues).data.slice(0, 17));
});
