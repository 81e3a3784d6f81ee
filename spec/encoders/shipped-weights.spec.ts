/**
 * The beta-VAE this package ships: its file is what its card says, and both halves give PyTorch's numbers (fixtures/weights/generate.py).
 *
 * Tolerance 1e-4 of the largest magnitude, the one the library states for every layer: f32 sums of up to 784 products in another order.
 */
import t from "tap";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Encoder } from "../../src/encoders/index.ts";
import { imageOf, loadFashion, loadMnist } from "../../src/experiments/data.ts";
import { openSafetensors } from "../../src/formats/index.ts";

const folder = "fixtures/weights";
const bytes = readFileSync(`${folder}/beta-vae-mnist.safetensors`);
const golden = JSON.parse(readFileSync(`${folder}/beta-vae-mnist.json`, "utf8")) as {
  fashion: { mu: number[][]; logvar: number[][]; decoded: number[][]; sums: number[] };
  mnist: { indices: number[]; mu: number[][] };
};

/** Largest difference over the largest magnitude. */
function apart(ours: ArrayLike<number>, theirs: readonly number[]): number {
  const largest = Math.max(...theirs.map(Math.abs));
  return Math.max(...theirs.map((value, i) => Math.abs(ours[i] - value))) / largest;
}

t.test("the file is the one of its card", async (t) => {
  const card = readFileSync(`${folder}/beta-vae-mnist.md`, "utf8");
  t.match(card, createHash("sha256").update(bytes).digest("hex"), "sha256");
  t.match(card, bytes.length.toLocaleString("en-GB"), "bytes");
  t.ok(bytes.length <= 3_000_000, "at most 3 MB");
  const { places } = openSafetensors(bytes);
  const trainable = [...places].filter(([name]) => !/running|num_batches/.test(name));
  t.equal(trainable.reduce((sum, [, { shape }]) => sum + shape.reduce((a, b) => a * b, 1), 0), 1_349_412, "trainable parameters");
  t.ok([...places].every(([name, { dtype }]) => dtype === (name.endsWith("num_batches_tracked") ? "i64" : "f16")), "f16");
});

for (const accuracy of ["fast", "exact"] as const) {
  t.test(`codes, log variances and decoded pictures are PyTorch's (${accuracy})`, async (t) => {
    const encoder = new Encoder("vae-encoder", bytes, { layers: ["fc_mu", "fc_logvar"], accuracy });
    const decoder = new Encoder("vae-decoder", bytes, { accuracy });
    const pictures = [0, 1, 2, 3, 4].map((i) => imageOf(loadFashion(), i));
    const found = encoder.encodeLayers(pictures);
    for (const [layer, want] of [["fc_mu", golden.fashion.mu], ["fc_logvar", golden.fashion.logvar]] as const) {
      const worst = apart(found.get(layer)!.data, want.flat());
      t.ok(worst <= 1e-4, `${layer}: ${worst.toExponential(1)}`);
    }
    const decoded = decoder.network.run(Float32Array.from(golden.fashion.mu.flat()));
    golden.fashion.decoded.forEach((want, i) => {
      const own = decoded.subarray(784 * i, 784 * (i + 1));
      const worst = apart(want.map((_, j) => own[23 * j]), want);
      t.ok(worst <= 1e-4, `picture ${i}: ${worst.toExponential(1)}`);
      t.ok(Math.abs(own.reduce((a, b) => a + b, 0) - golden.fashion.sums[i]) <= 784 * 1e-4, `its sum ${golden.fashion.sums[i]}`);
    });
    encoder.dispose();
    decoder.dispose();
  });
}

const mnist = join(process.env.ENGRAM_DATA ?? "../shared/data", "mnist");

t.test("codes of the 24 digits of Figure 4", { skip: existsSync(mnist) ? false : `${mnist} is not here` }, async (t) => {
  const encoder = new Encoder("vae-encoder", bytes);
  const set = loadMnist(mnist, "train");
  const codes = encoder.encode(golden.mnist.indices.map((i) => imageOf(set, i)));
  const worst = apart(codes, golden.mnist.mu.flat());
  t.ok(worst <= 1e-4, worst.toExponential(1));
  const decoder = new Encoder("vae-decoder", bytes);
  const pictures = decoder.network.run(codes);
  // What the network is for: a digit comes back nearer to itself than to any of the 23 others, pixel by pixel.
  const stored = golden.mnist.indices.map((i) => imageOf(set, i).data);
  const between = (i: number, j: number): number => stored[i].reduce((sum, value, p) => sum + (pictures[784 * j + p] - value) ** 2, 0);
  const right = stored.filter((_, i) => stored.every((__, j) => j === i || between(i, i) < between(i, j))).length;
  t.ok(right >= 22, `${right} of 24 digits are nearest to their own reconstruction`);
  encoder.dispose();
  decoder.dispose();
});
