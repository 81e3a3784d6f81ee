/**
 * A network of `encoders/` as a feature map or a decoder. The memory's patterns are pictures of one shape, C x H x W numbers in [0, 1], and go
 * through the network's own preprocessing: where their size is not the network's, they are resized (bilinear, antialiased).
 *
 * The identity of such a map is the sha256 of the weights' file together with all else that decides the features: architecture, layer, input
 * size, preprocessing, accuracy, and the shape of the patterns.
 */
import { ARCHITECTURES, Encoder } from "../encoders/index.ts";
import type { Architecture, EncoderOptions, Shape } from "../encoders/index.ts";
import { openSafetensors, sha256Hex } from "../formats/index.ts";
import { image } from "../images/index.ts";
import { EngramError, norm, unknownName } from "../numeric/index.ts";
import type { FeatureMap } from "./feature-map.ts";

/** What becomes of a network's features. */
export type FeatureScale = "raw" | "unit" | "root";

const SCALES: readonly FeatureScale[] = ["raw", "unit", "root"];

export interface NetworkMapOptions extends EncoderOptions {
  /** C, H, W of the patterns. Default: the network's input. */
  readonly shape?: Shape;
  /**
   * `unit`: features of length 1 (those of length 0 stay 0). What contrastive losses compare has no length, and damage shortens features.
   * `root`: the same of sign(x) sqrt|x|, so that a few large features do not decide alone. Default `raw`.
   */
  readonly scale?: FeatureScale;
  /** For people. Default: the architecture's. */
  readonly label?: string;
}

export interface NetworkMap extends FeatureMap {
  readonly encoder: Encoder;
  /** sha256 of the weights' file, as sha256sum prints it. */
  readonly weights: string;
}

/** Pictures that are made of rows at once. */
const PIECE = 32;

/**
 * @param architecture a name of {@link ARCHITECTURES}, or one of one's own, whose layers are then part of the identity
 * @param weights the bytes of a safetensors file
 * @throws EngramError on unknown names, weights of another network (lists all that is wrong), NaN in them, pictures of other channels
 */
export function networkMap(architecture: string | Architecture, weights: Uint8Array, options: NetworkMapOptions = {}): NetworkMap {
  const { shape: given, label, scale = "raw", ...rest } = options;
  if (rest.layers !== undefined && rest.layers.length > 1) throw new EngramError("layers", "one layer, whose values are the features", rest.layers.join(", "), "Name one; Encoder reads several at once.");
  if (!SCALES.includes(scale)) throw unknownName("scale", String(scale), SCALES);
  if (!(weights instanceof Uint8Array)) throw new EngramError("weights", "the bytes of a safetensors file", typeof weights, "Read the file: its digest is the encoder's identity.");
  const digest = sha256Hex(weights);
  const file = openSafetensors(weights, options.name ?? "weights");
  let numbers = 0;
  // Only the tensors that the network reads are counted: a file may hold the decoder, too.
  const counted = { places: file.places, read: (name: string): ReturnType<typeof file.read> => {
    const tensor = file.read(name);
    numbers += tensor.data.length;
    return tensor;
  } };
  const encoder = new Encoder(architecture, counted, rest);
  const { network, preprocessing, architecture: { name } } = encoder;
  const own: Readonly<Record<string, string>> = typeof architecture === "string" || ARCHITECTURES.includes(architecture) ? {} : { graph: sha256Hex(new TextEncoder().encode(JSON.stringify(encoder.graph.layers))) };
  const shape = given ?? network.input;
  if (!Array.isArray(shape) || shape.length !== 3 || shape.some((n) => !Number.isInteger(n) || n < 1) || (preprocessing !== undefined && shape[0] !== 1 && shape[0] !== 3)) {
    throw new EngramError("shape", "channels (1 or 3), rows, columns", Array.isArray(shape) ? `[${shape.join(", ")}]` : String(shape), "Give the shape of the patterns.");
  }
  if (preprocessing === undefined && shape.join() !== network.input.join()) {
    throw new EngramError("shape", `${network.input.join(" x ")}, what ${name} takes`, shape.join(" x "), "Only pictures are resized.");
  }
  const [C, H, W] = shape;
  const inputs = C * H * W;
  const parameters = {
    weights: digest, architecture: name, ...own, layer: network.outputs[0].name, input: network.input.join(" x "), patterns: shape.join(" x "),
    accuracy: options.accuracy ?? "fast", preprocessing: JSON.stringify(preprocessing ?? null), scale,
  };
  return {
    name: label ?? name, encoder, weights: digest, inputs, dim: encoder.dim, numbers,
    sha256: sha256Hex(new TextEncoder().encode(JSON.stringify(parameters))),
    saved: { kind: "network", parameters, tensors: {} },
    map: (X, rows) => {
      if (preprocessing === undefined) return scaled(network.run(Float32Array.from(X)), encoder.dim, scale);
      const out = new Float32Array(rows * encoder.dim);
      for (let from = 0; from < rows; from += PIECE) {
        const pictures = Array.from({ length: Math.min(PIECE, rows - from) }, (_, i) => image(W, H, C as 1 | 3, Float32Array.from(X.subarray((from + i) * inputs, (from + i + 1) * inputs))));
        out.set(encoder.encode(pictures), from * encoder.dim);
      }
      return scaled(out, encoder.dim, scale);
    },
  };
}

function scaled(features: Float32Array, e: number, scale: FeatureScale): ArrayLike<number> {
  if (scale === "raw") return features;
  const out = Float64Array.from(features);
  for (let at = 0; at < out.length; at += e) {
    const row = out.subarray(at, at + e);
    if (scale === "root") row.forEach((x, i) => (row[i] = Math.sign(x) * Math.sqrt(Math.abs(x))));
    const length = norm(row);
    if (length > 0) row.forEach((x, i) => (row[i] = x / length));
  }
  return out;
}
