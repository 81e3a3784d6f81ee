/** The encoder, decoder and classifier of one joint training, run by our engine: shipped ones, or files of training/entropic-joint.py in a folder. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Encoder } from "../encoders/index.ts";
import { EngramError } from "../numeric/index.ts";
import { packageRoot } from "./data.ts";

export type JointName = "mnist" | "fashion" | "digits" | "letters";

/** Features of a picture. */
export const FEATURES = 64;
const PIXELS = 784;
/** Rows run at once. */
const BATCH = 500;

export interface JointNetworks {
  /** N x 784 in [0, 1] to N x 64. */
  encode(pictures: Float32Array): Float32Array;
  /** N x 64 to N x 784 in [0, 1]. */
  decode(latents: ArrayLike<number>): Float32Array;
  /** The class of each latent, the first on ties. */
  classify(latents: ArrayLike<number>): Uint8Array;
  dispose(): void;
}

/** @param folder with `entropic-NAME-{encoder,decoder,classifier}.safetensors`; default: what the package ships @throws EngramError where a file is missing or no such network */
export function openJoint(name: JointName, folder: string = join(packageRoot(), "fixtures", "weights")): JointNetworks {
  const family = name === "digits" || name === "letters" ? "hetero" : name;
  const [encoder, decoder, classifier] = (["encoder", "decoder", "classifier"] as const).map((part) => {
    const path = join(folder, `entropic-${name}-${part}.safetensors`);
    if (!existsSync(path)) throw new EngramError(path, "weights of training/entropic-joint.py", "no such file", `Train them: python3 training/entropic-joint.py ${name}, or leave --weights out for the shipped ones.`);
    return new Encoder(`entropic-${family}-${part}`, readFileSync(path));
  });
  const run = (network: Encoder, rows: Float32Array, width: number, out: number): Float32Array => {
    const found = new Float32Array((rows.length / width) * out);
    for (let from = 0; from * width < rows.length; from += BATCH) found.set(network.network.run(rows.subarray(from * width, (from + BATCH) * width)), from * out);
    return found;
  };
  return {
    encode: (pictures) => run(encoder, pictures, PIXELS, FEATURES),
    decode: (latents) => run(decoder, Float32Array.from(latents), FEATURES, PIXELS),
    classify: (latents) => {
      const scores = run(classifier, Float32Array.from(latents), FEATURES, 10);
      return Uint8Array.from({ length: latents.length / FEATURES }, (_, i) => {
        let best = 0;
        for (let c = 1; c < 10; c++) if (scores[i * 10 + c] > scores[i * 10 + best]) best = c;
        return best;
      });
    },
    dispose: () => [encoder, decoder, classifier].forEach((network) => network.dispose()),
  };
}

/** Share of equal entries. */
export function agreement(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let equal = 0;
  for (let i = 0; i < a.length; i++) if (a[i] === b[i]) equal++;
  return equal / a.length;
}
