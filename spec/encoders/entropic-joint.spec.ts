/** The shipped networks of the entropic memories before CIFAR-10: PyTorch's numbers (fixtures/encoders/entropic_joint_weights.py), max|a - b| / max|b| <= 1e-4 as for every architecture; the files of their cards. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import t from "tap";
import { Encoder } from "../../src/encoders/index.ts";
import { loadFashion, rowsOf } from "../../src/experiments/data.ts";
import { openSafetensors, readSafetensors } from "../../src/formats/index.ts";

const golden = readSafetensors(readFileSync("fixtures/encoders/entropic-joint-weights.safetensors")).tensors;
const file = (name: string, part: string): Buffer => readFileSync(`fixtures/weights/entropic-${name}-${part}.safetensors`);

function apart(got: Float32Array, key: string): number {
  const want = golden.get(key)!.data as Float32Array;
  const largest = want.reduce((max, v) => Math.max(max, Math.abs(v)), 0);
  return got.length === want.length ? want.reduce((worst, v, i) => Math.max(worst, Math.abs(got[i] - v)), 0) / largest : Infinity;
}

for (const [name, family] of [["mnist", "mnist"], ["fashion", "fashion"], ["digits", "hetero"], ["letters", "hetero"]]) {
  t.test(`${name}: latents, logits and pixels`, async (t) => {
    const run = (part: string, rows: Float32Array): Float32Array => {
      const bytes = file(name, part);
      const { architecture, n, recipe } = openSafetensors(bytes).metadata;
      t.same([architecture, n, recipe], [`entropic-${family}-${part}`, "64", "training/entropic-joint.py"]);
      const network = new Encoder(architecture, bytes);
      const found = network.network.run(rows);
      network.dispose();
      return found;
    };
    const latents = run("encoder", rowsOf(loadFashion(), [0, 1, 2]));
    const want = golden.get(`${name}|latents`)!.data as Float32Array;
    const found = { latents, logits: run("classifier", want), pixels: run("decoder", want).filter((_, at) => (at % 784) % 7 === 0) };
    for (const [key, data] of Object.entries(found)) {
      const error = apart(data, `${name}|${key}`);
      t.ok(error <= 1e-4, `${key}: ${error.toExponential(1)}`);
    }
  });
  t.test(`${name}: the card names its three files, none of 1 MB`, async (t) => {
    const card = readFileSync(`fixtures/weights/entropic-${name}.md`, "utf8");
    for (const part of ["encoder", "decoder", "classifier"]) {
      const bytes = file(name, part);
      t.match(card, createHash("sha256").update(bytes).digest("hex"), part);
      t.ok(bytes.length < 1_000_000);
    }
  });
}
