/**
 * Autoencoders as experiments use them: pictures to codes and back. The beta-VAE is the one this package ships (fixtures/weights,
 * training/beta-vae.py); TAEF2 is published (madebyollin/taesd, MIT) and read from the user's folder of weights.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Encoder } from "../encoders/index.ts";
import { type Image, image, toRgb } from "../images/index.ts";
import { EngramError } from "../numeric/index.ts";
import { packageRoot } from "./data.ts";

export interface Autoencoder {
  /** Numbers of a code. */
  readonly dim: number;
  /** N x dim codes, channel-first. */
  encode(pictures: readonly Image[]): Float32Array;
  /** A picture per code, in [0, 1]. */
  decode(codes: ArrayLike<number>): Image[];
  dispose(): void;
}

/** The 10-d beta-VAE of digits; its codes are posterior means. @throws EngramError where the file of weights is missing or damaged */
export function openBetaVae(): Autoencoder {
  const path = join(packageRoot(), "fixtures", "weights", "beta-vae-mnist.safetensors");
  if (!existsSync(path)) throw new EngramError("beta-VAE", "its weights", `nothing at ${path}`, "Install the package whole, or train them with training/beta-vae.py.");
  const bytes = readFileSync(path);
  return halves(new Encoder("vae-encoder", bytes, { name: path }), new Encoder("vae-decoder", bytes, { name: path }), 28, 1, false);
}

/**
 * TAEF2 on pictures of 64 x 64. (L39) `plain`: z = enc(x), x^ = dec(z); `half-range`: z = enc((x + 1) / 2), x^ = 2 dec(z) - 1. Outputs are clamped.
 * @param folder holds taef2-encoder.safetensors and taef2-decoder.safetensors @throws EngramError where one is missing or damaged
 */
export function openTaef2(folder: string, halfRange: boolean): Autoencoder {
  const [encoder, decoder] = (["encoder", "decoder"] as const).map((half) => {
    const path = join(folder, `taef2-${half}.safetensors`);
    if (!existsSync(path)) throw new EngramError(folder, `taef2-${half}.safetensors`, "no such file", "TAEF2 is published by madebyollin/taesd; put both files there.");
    return new Encoder(`taef2-${half}`, readFileSync(path), { name: path });
  });
  return halves(encoder, decoder, 64, 3, halfRange);
}

/** Whether a folder has both files of TAEF2. */
export function hasTaef2(folder: string | undefined): folder is string {
  return folder !== undefined && ["encoder", "decoder"].every((half) => existsSync(join(folder, `taef2-${half}.safetensors`)));
}

/** No network: pictures of one size are their own codes. @param like one of them */
export function pixelsAsCodes(like: Image): Autoencoder {
  const { width, height, channels } = like;
  const dim = channels * width * height;
  return {
    dim,
    encode(pictures) {
      const out = new Float32Array(pictures.length * dim);
      pictures.forEach(({ data }, i) => out.set(data, i * dim));
      return out;
    },
    decode: (codes) => Array.from({ length: codes.length / dim }, (_, i) => image(width, height, channels, Float32Array.from({ length: dim }, (__, p) => codes[i * dim + p]))),
    dispose: () => {},
  };
}

function halves(encoder: Encoder, decoder: Encoder, side: number, channels: 1 | 3, halfRange: boolean): Autoencoder {
  const pixels = channels * side * side;
  return {
    dim: encoder.dim,
    encode: (pictures) => encoder.encode(pictures.map((given) => {
      const shown = channels === 3 ? toRgb(given) : given;
      return halfRange ? image(shown.width, shown.height, channels, shown.data.map((value) => (value + 1) / 2)) : shown;
    })),
    decode(codes) {
      const out = decoder.network.run(Float32Array.from(codes));
      return Array.from({ length: out.length / pixels }, (_, i) =>
        image(side, side, channels, out.slice(i * pixels, (i + 1) * pixels).map((value) => Math.min(1, Math.max(0, halfRange ? 2 * value - 1 : value)))));
    },
    dispose(): void {
      encoder.dispose();
      decoder.dispose();
    },
  };
}
