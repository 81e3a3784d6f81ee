/**
 * Tensors by the names of a PyTorch state dict. All of a network's tensors are checked at once, by name, shape and dtype, before the first
 * is read: one error lists whatever is missing, extra or of another shape. f16, bf16 and f64 become f32 when they are read, and so does a
 * tensor W of i8 with a companion `W_scale` of one number per row (its first axis), which is
 *
 *   W[r, ...] = W_scale[r] q[r, ...]      rounded to f32 once
 */
import { openSafetensors } from "../formats/index.ts";
import type { ByteSource, Tensor, Dtype } from "../formats/index.ts";
import { EngramError } from "../numeric/index.ts";
import type { Layer, Shape } from "./graph.ts";

/** Tensors that are read one at a time: an open safetensors file is one. */
export interface TensorSource {
  readonly places: ReadonlyMap<string, { readonly dtype: Dtype; readonly shape: readonly number[] }>;
  read(name: string): Tensor;
}

/** Bytes of a safetensors file, an open one, or tensors by name. */
export type Weights = Uint8Array | ByteSource | TensorSource | ReadonlyMap<string, Tensor>;

const FLOATS: readonly Dtype[] = ["f32", "f16", "bf16", "f64"];
/** How many names an error lists of each kind. */
const LISTED = 12;
/** What the name of a tensor of scales ends in. */
const SCALE = "_scale";

/** @throws EngramError for what are no weights, and where the scales of a tensor of i8 are not one float per row */
export function tensorSource(weights: Weights, name = "weights"): TensorSource {
  if (typeof weights !== "object" || weights === null) {
    throw new EngramError(name, "the bytes of a safetensors file, an open one, or a map of tensors", typeof weights === "string" ? `the text "${String(weights).slice(0, 80)}"` : String(weights), "Read the file first: new Encoder(architecture, readFileSync(path)).");
  }
  if (weights instanceof Map) return widened({ places: weights, read: (key) => (weights as ReadonlyMap<string, Tensor>).get(key)! }, name);
  return widened("places" in weights ? weights : openSafetensors(weights as Uint8Array | ByteSource, name), name);
}

/** Tensors of i8 with their scales as f32. */
function widened(source: TensorSource, name: string): TensorSource {
  const scaled = new Set<string>();
  for (const [key, { dtype, shape }] of source.places) {
    const scale = source.places.get(`${key}${SCALE}`);
    if (dtype !== "i8" || scale === undefined) continue;
    if (shape.length === 0 || !FLOATS.includes(scale.dtype) || scale.shape.join() !== `${shape[0]}`) {
      throw new EngramError(`${name}, tensor "${key}${SCALE}"`, `${shape[0] ?? "no"} floats, one for each row of ${key}`, `${scale.dtype} [${scale.shape.join(", ")}]`, "Quantise the weights again, one scale per row.");
    }
    scaled.add(key);
  }
  if (scaled.size === 0) return source;
  const isScale = (key: string): boolean => key.endsWith(SCALE) && scaled.has(key.slice(0, -SCALE.length));
  return {
    places: new Map([...source.places].filter(([key]) => !isScale(key)).map(([key, place]) => [key, scaled.has(key) ? { dtype: "f32", shape: place.shape } : place])),
    read: (key) => {
      if (!scaled.has(key)) return source.read(key);
      const { shape, data } = source.read(key);
      const scales = readNumbers(source, `${key}${SCALE}`, name);
      const row = data.length / shape[0];
      const numbers = new Float32Array(data.length);
      for (let r = 0, at = 0; r < shape[0]; r++) for (let k = 0; k < row; k++, at++) numbers[at] = scales[r] * Number(data[at]);
      return { dtype: "f32", shape, data: numbers };
    },
  };
}

/** The same tensors under other names; undefined leaves one out. */
export function renamed(source: TensorSource, rename: (name: string) => string | undefined): TensorSource {
  const names = new Map<string, string>();
  for (const name of source.places.keys()) {
    const to = rename(name);
    if (to !== undefined) names.set(to, name);
  }
  return { places: new Map([...names].map(([to, name]) => [to, source.places.get(name)!])), read: (to) => source.read(names.get(to)!) };
}

/** Names and shapes of the tensors a network has. */
export function expectedTensors(layers: readonly Layer[], shapes: ReadonlyMap<string, Shape>): Map<string, readonly number[]> {
  const wanted = new Map<string, readonly number[]>();
  for (const { name, inputs, operation } of layers) {
    const C = inputs.length === 0 ? 0 : shapes.get(inputs[0])![0];
    switch (operation.kind) {
      case "convolution": {
        const { channels, groups, kernel, bias, transposed } = operation;
        wanted.set(`${name}.weight`, transposed ? [C, channels / groups, ...kernel] : [channels, C / groups, ...kernel]);
        if (bias) wanted.set(`${name}.bias`, [channels]);
        break;
      }
      case "linear":
        wanted.set(`${name}.weight`, [operation.features, C]);
        if (operation.bias) wanted.set(`${name}.bias`, [operation.features]);
        break;
      case "batchNorm":
        for (const part of ["weight", "bias", "running_mean", "running_var"]) wanted.set(`${name}.${part}`, [C]);
        break;
      case "groupNorm":
      case "layerNorm":
        for (const part of ["weight", "bias"]) wanted.set(`${name}.${part}`, [C]);
        break;
      default:
    }
  }
  return wanted;
}

/**
 * @param name what the weights are called
 * @throws EngramError that lists all tensors which are missing, extra, of another shape, or no floats
 */
export function checkTensors(source: TensorSource, wanted: ReadonlyMap<string, readonly number[]>, name: string, architecture: string): void {
  const complaints: string[] = [];
  const complain = (what: string, names: readonly string[]): void => {
    if (names.length === 0) return;
    complaints.push(`${names.length} ${what}: ${names.slice(0, LISTED).join(", ")}${names.length > LISTED ? ", ..." : ""}`);
  };
  const { places } = source;
  // Counts training steps; says nothing about the network.
  const given = [...places.keys()].filter((key) => !key.endsWith("num_batches_tracked"));
  const present = [...wanted].filter(([key]) => places.has(key));
  complain("missing", [...wanted.keys()].filter((key) => !places.has(key)));
  complain("not part of it", given.filter((key) => !wanted.has(key)));
  complain("of another shape", present.filter(([key, shape]) => places.get(key)!.shape.join() !== shape.join()).map(([key, shape]) => `${key} [${places.get(key)!.shape.join(", ")}] instead of [${shape.join(", ")}]`));
  complain("that are no floats", present.filter(([key]) => !FLOATS.includes(places.get(key)!.dtype)).map(([key]) => `${key} ${places.get(key)!.dtype}`));
  if (complaints.length > 0) throw new EngramError(name, `the ${wanted.size} tensors of ${architecture}`, complaints.join("; "), "Choose the architecture the weights were made for, or export the whole state dict.");
}

/** One tensor as f32. @param called what the weights are called @throws EngramError on NaN, infinities, and numbers beyond f32 */
export function readNumbers(source: TensorSource, name: string, called: string): Float32Array {
  const { data, shape } = source.read(name);
  const length = shape.reduce((product, n) => product * n, 1);
  if (data.length !== length) throw new EngramError(`${called}, tensor "${name}"`, `${length} numbers`, `${data.length}`, "Make tensors with formats.tensor, which checks them.");
  const numbers = data instanceof Float32Array ? data : Float32Array.from(data as Float64Array);
  let bad = 0;
  while (bad < numbers.length && Number.isFinite(numbers[bad])) bad++;
  if (bad < numbers.length) {
    const given = Number(data[bad]);
    const [expected, todo] = Number.isFinite(given) ? ["a number that f32 can hold, up to 3.4e38", "Scale the weights, or check what they are."] : ["a finite number", "The training diverged or the file is damaged."];
    throw new EngramError(`${called}, tensor "${name}", element ${bad}`, expected, String(given), todo);
  }
  return numbers;
}
