/**
 * The protocol that all experiments on the CIFAR-10 memory share (arXiv 2405.12500; entropic-memory.md section 7): records, folds, damaged cues,
 * latents. What a memory does with them stands in entropic-scores.ts.
 *
 *   records   60,000: the training pictures and then the test pictures of CIFAR-10 in the order of the files, not shuffled, in [0, 1]
 *   fold f    starts at record 6000 f, modulo 60,000: 42,000 to train the networks, 12,000 to be remembered, 6,000 as test cues
 *   noisy     + N(0, .3^2) for each number of each record, the same in every fold, clipped to [0, 1]
 *   occluded  a black square, pixels 5 .. 26 of both axes;   two-tone   the same square, pink above its diagonal and turquoise below
 *
 * Weights: `entropic-cifar-encoder-N.safetensors`, -decoder-N, -classifier-N in `fold-F/` of the folder of weights, or fold 0 in the folder itself;
 * where it has none, fold 0 as the package ships it. The records' order of a copy of CIFAR-10 need not be the official one: folds then hold other pictures.
 *
 * --quick has no CIFAR-10: entropic-stand-in.ts. Its numbers are not comparable with the paper's.
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Encoder } from "../encoders/index.ts";
import { openSafetensors, sha256Hex } from "../formats/index.ts";
import { EngramError } from "../numeric/index.ts";
import { type LabelledImages, loadCifar10, packageRoot } from "./data.ts";
import { Fold, type Networks, type Protocol, type Records } from "./entropic-fold.ts";
import { standIn } from "./entropic-stand-in.ts";
import { type Context, dataFolder } from "./experiment.ts";

/** The protocol of a run. @throws EngramError where a full run lacks data or weights */
export function protocolOf(context: Context, experiment: string): Protocol {
  return context.quick ? standIn(context.seed) : cifarProtocol(context, experiment);
}

function cifarProtocol(context: Context, experiment: string): Protocol {
  const path = join(dataFolder(context, experiment), "cifar-10-binary.tar.gz");
  const files = weightFiles(context.weights);
  const records: Records = { name: "CIFAR-10", set: joined(loadCifar10(path, "train"), loadCifar10(path, "test")), sizes: { train: 42000, fill: 12000, test: 6000 } };
  const sizes = [...new Set([...files.keys()].map((key) => Number(key.split("/")[1])))].sort((a, b) => a - b);
  const folds = (n: number): number[] => [...files.keys()].filter((key) => Number(key.split("/")[1]) === n).map((key) => Number(key.split("/")[0])).sort((a, b) => a - b);
  return {
    records, comparable: true, note: trainingNote(files), sizes, folds,
    open: (fold, n) => {
      const folder = files.get(`${fold}/${n}`);
      if (folder === undefined) throw new EngramError(experiment, `weights of fold ${fold}, n = ${n}`, "none", `There are folds ${folds(n).join(", ") || "none"} for it, and n = ${sizes.join(", ")}.`);
      return new Fold(records, fold, n, cifarNetworks(folder, n), context.seed);
    },
  };
}

/** Both halves one after the other. */
function joined(a: LabelledImages, b: LabelledImages): LabelledImages {
  const bytes = new Uint8Array(a.bytes.length + b.bytes.length);
  bytes.set(a.bytes);
  bytes.set(b.bytes, a.bytes.length);
  return { ...a, count: a.count + b.count, bytes, labels: Uint8Array.from([...a.labels, ...b.labels]) };
}

/**
 * Folders that hold an encoder and a classifier, by `fold/n`.
 * @param given the user's folder @throws EngramError where neither it nor the package has any
 */
export function weightFiles(given?: string): Map<string, string> {
  const shipped = join(packageRoot(), "fixtures", "weights");
  const found = new Map<string, string>();
  const look = (folder: string, fold: number): void => {
    for (const file of existsSync(folder) && statSync(folder).isDirectory() ? readdirSync(folder) : []) {
      const n = /^entropic-cifar-encoder-(\d+)\.safetensors$/.exec(file)?.[1];
      if (n !== undefined && existsSync(join(folder, `entropic-cifar-classifier-${n}.safetensors`))) found.set(`${fold}/${n}`, folder);
    }
  };
  for (const base of given === undefined ? [shipped] : [given, shipped]) {
    look(base, 0);
    for (let fold = 0; fold < 10; fold++) look(join(base, `fold-${fold}`), fold);
    if (found.size > 0) return found;
  }
  throw new EngramError("weights", "entropic-cifar-encoder-N.safetensors and entropic-cifar-classifier-N.safetensors, in the folder or in fold-F/", given === undefined ? `none in ${shipped}` : `none in ${given} or ${shipped}`, "Give --weights DIR, or train them with the recipe in training/.");
}

/** The least epochs that the authors' rule of stopping took at n = 1024 (entropic-memory.md section 6). */
const LEAST_EPOCHS = { encoder: 48, classifier: 39 };

/** What is to be said of weights whose training was shorter than any of the authors'. */
function trainingNote(files: ReadonlyMap<string, string>): string {
  const epochs = (part: keyof typeof LEAST_EPOCHS): number[] => [...files].map(([key, folder]) => {
    const path = join(folder, `entropic-cifar-${part}-${key.split("/")[1]}.safetensors`);
    return Number(openSafetensors(readFileSync(path), path).metadata.epochs ?? Infinity);
  });
  const span = (list: readonly number[]): string => (Math.min(...list) === Math.max(...list) ? `${list[0]}` : `${Math.min(...list)} to ${Math.max(...list)}`);
  const [encoders, classifiers] = [epochs("encoder"), epochs("classifier")];
  if (Math.min(...encoders) >= LEAST_EPOCHS.encoder && Math.min(...classifiers) >= LEAST_EPOCHS.classifier) return "";
  return `not comparable with the paper: reduced training, ${span(encoders)} epochs of the autoencoder and ${span(classifiers)} of the classifier (the authors: 48 to 196 and 39 to 152)`;
}

/** The networks of one folder, each loaded when it is first used. */
function cifarNetworks(folder: string, n: number): Networks {
  const loaded = new Map<string, Encoder>();
  const network = (part: "encoder" | "decoder" | "classifier"): Encoder => {
    const name = `entropic-cifar-${part}-${n}`;
    const path = join(folder, `${name}.safetensors`);
    if (!loaded.has(part)) {
      if (!existsSync(path)) throw new EngramError(path, "weights", "no such file", "Put the three files of a fold side by side.");
      loaded.set(part, new Encoder(name, readFileSync(path), { name: path }));
    }
    return loaded.get(part)!;
  };
  return {
    identity: ["encoder", "classifier"].map((part) => sha256Hex(readFileSync(join(folder, `entropic-cifar-${part}-${n}.safetensors`))).slice(0, 12)).join(" "),
    encode: (pictures) => network("encoder").network.run(pictures),
    decode: (latents) => network("decoder").network.run(latents),
    scores: (latents) => network("classifier").network.run(latents),
    dispose: () => loaded.forEach((one) => one.dispose()),
  };
}
