/** The weights of fixtures/weights load and give PyTorch's numbers: max|a - b| / max|b| <= 1e-4, as for every architecture (golden.ts). */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import t from "tap";
import { architectureOf, Encoder } from "../../src/encoders/index.ts";
import { openSafetensors, readSafetensors } from "../../src/formats/index.ts";
import { imageOf, loadFashion } from "../../src/experiments/data.ts";
import { emoji } from "./pictures.ts";
import { inferShapes } from "../../src/encoders/shapes.ts";

const FOLDER = "fixtures/weights";
const TOLERANCE = 1e-4;
const shipped = readdirSync(FOLDER).filter((file) => /^(contrastive|autoencoder|colour-autoencoder)-.*\.safetensors$/.test(file)).map((file) => file.slice(0, -".safetensors".length));
const golden = readSafetensors(readFileSync(`${FOLDER}/golden.safetensors`)).tensors;

function apart(layer: string, got: Float32Array): number {
  const want = golden.get(layer)!.data as Float32Array;
  t.equal(got.length, want.length, `${layer}: as many numbers`);
  const largest = want.reduce((max, v) => Math.max(max, Math.abs(v)), 0);
  return want.reduce((worst, v, i) => Math.max(worst, Math.abs(got[i] - v)), 0) / largest;
}

t.test("something is shipped, and all of it is in the golden file", async (t) => {
  t.ok(shipped.includes("contrastive-small"));
  t.same([...new Set([...golden.keys()].map((key) => key.split("|")[0]))].sort(), [...shipped].sort());
});

for (const name of shipped) {
  const bytes = readFileSync(`${FOLDER}/${name}.safetensors`);
  t.test(`${name}: PyTorch's numbers`, async (t) => {
    const about = openSafetensors(bytes).metadata;
    if (name.startsWith("contrastive-")) {
      const encoder = new Encoder(about.architecture, bytes, { layers: ["avgpool", "projection.2"] });
      for (const [layer, { data }] of encoder.encodeLayers(emoji([0, 700, 1400]))) {
        const error = apart(`${name}|${layer}`, data);
        t.ok(error <= TOLERANCE, `${layer}: ${error.toExponential(1)}`);
      }
      encoder.dispose();
      return;
    }
    if (name.startsWith("colour-")) {
      const encoder = new Encoder("colour-encoder", bytes);
      const decoder = new Encoder("colour-decoder", bytes);
      t.equal(`${encoder.dim}`, about.code);
      const codes = encoder.encode(emoji([0, 700, 1400]));
      const painted = decoder.network.run(codes);
      for (const [layer, data] of [["encoder.code", codes], ["decoder.sigmoid", painted.filter((_, i) => (i % 3072) % 7 === 0)]] as const) {
        const error = apart(`${name}|${layer}`, data);
        t.ok(error <= TOLERANCE, `${layer}: ${error.toExponential(1)}`);
      }
      encoder.dispose();
      decoder.dispose();
      return;
    }
    const clothes = loadFashion();
    const encoder = new Encoder("mlp-encoder", bytes);
    const decoder = new Encoder("mlp-decoder", bytes);
    t.equal(`${encoder.dim}`, about.code);
    const codes = encoder.encode([0, 1, 2].map((i) => imageOf(clothes, i)));
    const pixels = decoder.network.run(codes);
    for (const [layer, data] of [["encoder.4", codes], ["decoder.5", pixels.filter((_, i) => (i % 784) % 7 === 0)]] as const) {
      const error = apart(`${name}|${layer}`, data);
      t.ok(error <= TOLERANCE, `${layer}: ${error.toExponential(1)}`);
    }
    encoder.dispose();
    decoder.dispose();
  });
  t.test(`${name}: its card names the file it describes`, async (t) => {
    const card = `${FOLDER}/${name}.md`;
    t.ok(existsSync(card), card);
    t.match(readFileSync(card, "utf8"), createHash("sha256").update(bytes).digest("hex"));
  });
}

t.test("a CIFAR ResNet has the head of its file, and none where the file has none", async (t) => {
  const { graph, input } = architectureOf("resnet18-cifar");
  const sizes: Record<string, number> = { "projection.0.weight": 512, "projection.2.weight": 128 };
  const withHead = graph((tensor, axis, otherwise) => (axis === 0 ? sizes[tensor] ?? otherwise : otherwise), input((_t, _a, o) => o));
  t.same(inferShapes(withHead.layers, [3, 32, 32]).get("projection.2"), [128, 1, 1]);
  const without = graph((_tensor, _axis, otherwise) => otherwise, input((_t, _a, o) => o));
  t.equal(without.layers.at(-1)!.name, "avgpool");
});
