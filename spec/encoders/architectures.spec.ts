/** Every architecture but the larger residual networks (residual-networks.spec.ts) and those of the entropic memory (entropic-cifar.spec.ts) against PyTorch, and published weights on pictures. */
import { existsSync, readFileSync } from "node:fs";
import t from "tap";
import { openSafetensors } from "../../src/formats/index.ts";
import { ARCHITECTURES, architectureOf, Encoder, Network } from "../../src/encoders/index.ts";
import type { Shape } from "../../src/encoders/index.ts";
import { compare, golden, withRuleWeights } from "./golden.ts";
import { board, emoji, repeated } from "./pictures.ts";

const SHARED = process.env.ENGRAM_WEIGHTS ?? "../shared/weights";

for (const architecture of ARCHITECTURES) if (!/^(resnet|entropic-cifar)/.test(architecture.name)) withRuleWeights(t, architecture);

/** Pictures for the published networks, as in the generator. */
const PUBLISHED: readonly [architecture: string, file: string, times: number, preprocessing: "imagenet-whole" | "caffe" | "unit"][] = [
  ["cifar-resnet20", "cifar10-resnet20", 1, "imagenet-whole"], ["squeezenet1_1", "imagenet-squeezenet1_1-features", 3, "caffe"], ["taef2-encoder", "taef2-encoder", 2, "unit"],
];

for (const [name, file, times, preprocessing] of PUBLISHED) {
  const path = `${SHARED}/${file}.safetensors`;
  t.test(`${name} with published weights: every layer on three pictures`, { skip: existsSync(path) ? false : `${path} is not here` }, async (t) => {
    const pictures = emoji([0, 700, 1400]).map((picture) => repeated(picture, times));
    const size = [32 * times, 32 * times] as const;
    const weights = openSafetensors(readFileSync(path));
    const encoder = new Encoder(name, weights, { size, preprocessing, layers: ["input"] });
    const images = encoder.encode(pictures);
    encoder.dispose();
    const sizeOf = (tensor: string, axis: number, otherwise: number): number => weights.places.get(tensor)?.shape[axis] ?? otherwise;
    const input: Shape = [3, ...size];
    const graph = architectureOf(name).graph(sizeOf, input);
    // Of TAEF2, f16 in the file; of SqueezeNet, no classifier.
    compare(t, `published/${name}`, graph, images, (options) => new Network(graph, input, weights, options));
  });
}

t.test("TAEF2 there and back: the PSNR is PyTorch's within .01 dB", { skip: existsSync(`${SHARED}/taef2-encoder.safetensors`) ? false : `${SHARED}/taef2-*.safetensors are not here` }, async (t) => {
  const picture = board();
  const size = [picture.height, picture.width] as const;
  const encoder = new Encoder("taef2-encoder", readFileSync(`${SHARED}/taef2-encoder.safetensors`), { size });
  const decoder = new Encoder("taef2-decoder", readFileSync(`${SHARED}/taef2-decoder.safetensors`), { size: [size[0] / 8, size[1] / 8] });
  const latents = encoder.encode([picture]);
  t.same(encoder.shape, [32, 24, 32]);
  const back = decoder.network.run(latents);
  const squares = back.reduce((sum, v, i) => sum + (Math.min(1, Math.max(0, v)) - picture.data[i]) ** 2, 0);
  const psnr = 10 * Math.log10(back.length / squares);
  const want = (golden.get("published/taef2|psnr")!.data as Float32Array)[0];
  t.ok(Math.abs(psnr - want) <= 0.01, `${psnr} dB, PyTorch ${want}`);
  encoder.dispose();
  decoder.dispose();
});
