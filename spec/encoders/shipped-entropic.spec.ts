/**
 * The networks of the entropic memory that are shipped: the files are those of their card, and give PyTorch's numbers (fixtures/weights/entropic-golden.py)
 * to 1e-4 of the largest, the tolerance the library states for every layer.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import t from "tap";
import { Encoder } from "../../src/encoders/index.ts";
import { protocolOf, weightFiles } from "../../src/experiments/entropic-cifar.ts";
import { openSafetensors } from "../../src/formats/index.ts";
import { emoji } from "./pictures.ts";

const FOLDER = "fixtures/weights";
const PARTS = ["encoder", "decoder", "classifier"] as const;
const file = (part: string, n: number): Uint8Array => readFileSync(`${FOLDER}/entropic-cifar-${part}-${n}.safetensors`);
const golden = JSON.parse(readFileSync(`${FOLDER}/entropic-golden.json`, "utf8")) as Record<string, { latents: number[][]; logits: number[][]; decoded: number[][] }>;

t.test("the files are those of the card", async (t) => {
  const card = readFileSync(`${FOLDER}/entropic-cifar.md`, "utf8");
  for (const n of [64, 1024]) {
    for (const part of PARTS) {
      const bytes = file(part, n);
      t.match(card, new RegExp(`entropic-cifar-${part}-${n} \\| ${bytes.length.toLocaleString("en-GB")} \\| ${createHash("sha256").update(bytes).digest("hex")}`));
      const { metadata, places } = openSafetensors(bytes);
      t.same([metadata.architecture, metadata.fold, metadata.n], [`entropic-cifar-${part}-${n}`, "0", String(n)]);
      if (part === "classifier") t.same([places.get("dense1.weight")!.dtype, places.get("dense1.weight_scale")!.shape], ["i8", [512]]);
    }
  }
  t.same([...weightFiles().keys()].sort(), ["0/1024", "0/64"], "what an experiment finds without --weights");
});

for (const n of [64, 1024]) {
  for (const accuracy of ["fast", "exact"] as const) {
    t.test(`n = ${n}, ${accuracy}: PyTorch's latents, logits and pictures of three emoji`, async (t) => {
      const want = golden[n];
      const near = (what: string, got: Float32Array, rows: readonly number[][], every = 1): void => {
        const flat = rows.flat();
        const largest = Math.max(...flat.map(Math.abs));
        const width = got.length / 3;
        const own = [0, 1, 2].flatMap((i) => [...got.subarray(i * width, (i + 1) * width)].filter((_, k) => k % every === 0));
        t.equal(own.length, flat.length);
        const worst = Math.max(...flat.map((v, k) => Math.abs(own[k] - v))) / largest;
        t.ok(worst <= 1e-4, `${what}: ${worst.toExponential(1)}`);
      };
      const nets = Object.fromEntries(PARTS.map((part) => [part, new Encoder(`entropic-cifar-${part}-${n}`, file(part, n), { accuracy })]));
      const z = nets.encoder.encode(emoji([0, 700, 1400]));
      near("latents", z, want.latents);
      const given = Float32Array.from(want.latents.flat());
      near("logits", nets.classifier.network.run(given), want.logits);
      near("decoded", nets.decoder.network.run(given), want.decoded, 23);
      for (const net of Object.values(nets)) net.dispose();
    });
  }
}

const DATA = process.env.ENGRAM_DATA ?? "../shared/data";
const archive = `${DATA}/cifar-10-binary.tar.gz`;
t.test("n = 64: the accuracy of the card on all test cues of fold 0, and training that says it was short", { skip: existsSync(archive) ? false : `${archive} is not here` }, async (t) => {
  const protocol = protocolOf({ quick: false, data: DATA, seed: 0, progress: () => undefined, now: () => 0 }, "x");
  t.match(protocol.note, /not comparable with the paper: reduced training, 54 epochs of the autoencoder and 25 of the classifier/);
  t.same([protocol.sizes, protocol.folds(64)], [[64, 1024], [0]]);
  const fold = protocol.open(0, 64);
  const labels = fold.labels("test");
  const right = fold.classify(fold.latents("test")).filter((label, i) => label === labels[i]).length;
  // 2,687 of 6,000 by PyTorch; a logit in a thousand could fall the other way.
  t.ok(Math.abs(right - 2687) <= 6, `${right} of 6,000`);
  t.throws(() => protocol.open(1, 64), { name: "EngramError", message: /weights of fold 1, n = 64, got none\. There are folds 0 for it/ });
  fold.dispose();
});
