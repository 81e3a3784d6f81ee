/**
 * What `--quick` runs the experiments of the CIFAR-10 memory on, with nothing but what the package ships: its slice of Fashion-MNIST in the fold
 * split of the protocol, 10 folds of 700 / 200 / 100. No number of it is comparable with the paper's.
 *
 *   encoder, decoder   the shipped autoencoders of Fashion-MNIST with 16 and 32 features, trained on none of these pictures
 *   classifier         the classes of the five nearest latents of the training corpus; ties to the class of the nearest
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Encoder } from "../encoders/index.ts";
import { loadFashion, packageRoot } from "./data.ts";
import { Fold, type Networks, type Protocol, type Records } from "./entropic-fold.ts";

const SIZES = [16, 32];
const FOLDS = [0, 1, 2];
const NEIGHBOURS = 5;
const CLASSES = 10;

/** @param seed of the noise on cues */
export function standIn(seed: number): Protocol {
  const records: Records = { name: "Fashion-MNIST, 1,000 pictures", set: loadFashion(), sizes: { train: 700, fill: 200, test: 100 } };
  return {
    records, comparable: false, note: `not comparable with the paper: ${records.name} instead of CIFAR-10`, sizes: SIZES, folds: () => FOLDS,
    open: (fold, n) => {
      const found: Fold = new Fold(records, fold, n, networks(n, () => ({ known: found.latents("train"), labels: found.labels("train") })), seed);
      return found;
    },
  };
}

function networks(n: number, training: () => { known: Float32Array; labels: Uint8Array }): Networks {
  const path = join(packageRoot(), "fixtures", "weights", `autoencoder-fashion-mnist-${n}.safetensors`);
  const bytes = readFileSync(path);
  const [encoder, decoder] = ["mlp-encoder", "mlp-decoder"].map((name) => new Encoder(name, bytes, { name: path }));
  return {
    identity: `autoencoder-fashion-mnist-${n}`,
    encode: (pictures) => encoder.network.run(pictures),
    decode: (latents) => decoder.network.run(latents),
    scores: (latents) => {
      const { known, labels } = training();
      const scores = new Float32Array((latents.length / n) * CLASSES);
      for (let i = 0; i < latents.length / n; i++) {
        neighbours(latents.subarray(i * n, (i + 1) * n), known, n).forEach((k, rank) => (scores[i * CLASSES + labels[k]] += rank === 0 ? 1.5 : 1));
      }
      return scores;
    },
    dispose: () => [encoder, decoder].forEach((one) => one.dispose()),
  };
}

/** Places of the nearest rows, nearest first, the earlier one on ties. */
function neighbours(z: Float32Array, known: Float32Array, n: number): number[] {
  const best: { d: number; k: number }[] = [];
  for (let k = 0; k < known.length / n; k++) {
    let d = 0;
    for (let j = 0; j < n; j++) d += (z[j] - known[k * n + j]) ** 2;
    if (best.length === NEIGHBOURS && d >= best[NEIGHBOURS - 1].d) continue;
    best.splice(best.findIndex((one) => d < one.d) >>> 0, 0, { d, k });
    best.length = Math.min(best.length, NEIGHBOURS);
  }
  return best.map(({ k }) => k);
}
