/**
 * From a picture to the numbers a network was trained on. Every stage is pinned, as torchvision does it on float tensors:
 *
 *   resize     to cover `margin` times the network's rows and columns: one side is that, cut to a whole number, the other in proportion, cut too
 *              (of a square network, torchvision's rule for the shorter side); without a margin to the network's size. With antialiasing
 *              (images/resize.ts). On 8-bit pictures PIL rounds to a level after each of two passes: up to one level of 255 apart
 *   crop       the network's rows x columns, top = (H - rows) / 2 rounded half to even, left likewise
 *   channels   grey becomes three equal channels, colour one by ITU-R BT.601; then in the order red, green, blue, or blue, green, red
 *   normalise  (range x - mean) / std, x in [0, 1]
 */
import { image as picture, resize, toGrey, toRgb } from "../images/index.ts";
import type { Image, ResizeFilter } from "../images/index.ts";
import { FILTERS } from "../images/resize.ts";
import { checkNames, EngramError, roundHalfEven, unknownName } from "../numeric/index.ts";
import type { Shape } from "./graph.ts";

export interface Preprocessing {
  /** What the resized picture covers before the centre crop, as a multiple of the network's size, from 1; undefined: resized to that size, no crop. */
  readonly margin?: number;
  readonly filter: ResizeFilter;
  readonly order: "rgb" | "bgr";
  /** What 1 becomes before the mean is taken off. */
  readonly range: number;
  /** In the order of the channels after `order`. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

const NONE = { mean: [0, 0, 0], std: [1, 1, 1] } as const;
const TORCHVISION = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;

export type PreprocessingName = "imagenet" | "imagenet-whole" | "caffe" | "unit" | "unit-crop";

/** What published weights were trained with. */
export const PREPROCESSINGS: Readonly<Record<PreprocessingName, Preprocessing>> = {
  /** torchvision's classifiers: 256 of 224, centre crop, mean and deviation of ImageNet. */
  imagenet: { margin: 256 / 224, filter: "bilinear", order: "rgb", range: 1, ...TORCHVISION },
  /** The same means on the whole picture: CIFAR networks. */
  "imagenet-whole": { filter: "bilinear", order: "rgb", range: 1, ...TORCHVISION },
  /** Blue, green, red in 0..255 less the mean, as Caffe and older Keras models. */
  caffe: { filter: "bilinear", order: "bgr", range: 255, mean: [103.939, 116.779, 123.68], std: [1, 1, 1] },
  /** [0, 1] as it is: SimCLR, tiny autoencoders, and our own encoders. */
  unit: { filter: "bilinear", order: "rgb", range: 1, ...NONE },
  /** The same, 256 of 224 and a centre crop: SimCLR on ImageNet. */
  "unit-crop": { margin: 256 / 224, filter: "bilinear", order: "rgb", range: 1, ...NONE },
};

/** @throws EngramError for names that no preprocessing has, numbers that are missing, of another count or out of range */
export function checkPreprocessing(how: Preprocessing, channels: number): void {
  checkNames("preprocessing", how, ["margin", "filter", "order", "range", "mean", "std"] satisfies (keyof Preprocessing)[]);
  const { margin, filter, order, range, mean, std } = how;
  const wrong = (name: string, expected: string, got: unknown): EngramError => new EngramError(`preprocessing, ${name}`, expected, String(got), "PREPROCESSINGS has those of published weights.");
  if (margin !== undefined && !(margin >= 1 && margin < Infinity)) throw wrong("margin", "a number from 1, or none", margin);
  if (!FILTERS.includes(filter)) throw unknownName("preprocessing, filter", String(filter), FILTERS);
  if (order !== "rgb" && order !== "bgr") throw unknownName("preprocessing, order", String(order), ["rgb", "bgr"]);
  if (!(Number.isFinite(range) && range > 0)) throw wrong("range", "a number above 0", range);
  const numbers = (values: readonly number[]): boolean => Array.isArray(values) && values.length >= channels && values.every(Number.isFinite);
  if (!numbers(mean)) throw wrong("mean", `${channels} finite numbers, one for each channel`, mean);
  if (!numbers(std) || std.some((s) => s <= 0)) throw wrong("std", `${channels} numbers above 0, one for each channel`, std);
}

/**
 * C x H x W numbers, channel-first.
 * @param shape the network's input: 1 or 3 channels
 * @param out where they go; default: a new array
 * @throws EngramError for a preprocessing that is none, or a network of other channels
 */
export function preprocess(image: Image, how: Preprocessing, shape: Shape, out: Float32Array = new Float32Array(shape[0] * shape[1] * shape[2])): Float32Array {
  const [channels, rows, columns] = shape;
  if (channels !== 1 && channels !== 3) throw new EngramError("preprocess", "a network that takes 1 or 3 channels", `${channels}`, "Give this network numbers, not pictures.");
  checkPreprocessing(how, channels);
  const toned = channels === 1 ? toGrey(image) : toRgb(image);
  const { margin, filter } = how;
  const { data } = margin === undefined ? sized(toned, rows, columns, filter) : centreCrop(resizeToCover(toned, Math.floor(margin * rows), Math.floor(margin * columns), filter), rows, columns);
  const area = rows * columns;
  for (let c = 0; c < channels; c++) {
    const from = how.order === "bgr" ? channels - 1 - c : c;
    for (let i = 0; i < area; i++) out[c * area + i] = (how.range * data[from * area + i] - how.mean[c]) / how.std[c];
  }
  return out;
}

function sized(image: Image, rows: number, columns: number, filter: ResizeFilter): Image {
  return image.height === rows && image.width === columns ? image : resize(image, columns, rows, filter);
}

/** The smallest picture of the same proportions that covers rows x columns, its longer side cut to a whole number. */
export function resizeToCover(image: Image, rows: number, columns: number, filter: ResizeFilter = "bilinear"): Image {
  const { width, height } = image;
  return width * rows >= height * columns ? sized(image, rows, Math.floor((rows * width) / height), filter) : sized(image, Math.floor((columns * height) / width), columns, filter);
}

/** The middle of a picture. @throws EngramError where it is smaller */
export function centreCrop(image: Image, rows: number, columns: number): Image {
  const { width, height, channels, data } = image;
  if (height < rows || width < columns) throw new EngramError("crop", `a picture of at least ${columns} x ${rows}`, `${width} x ${height}`, "Resize it first.");
  const top = roundHalfEven((height - rows) / 2);
  const left = roundHalfEven((width - columns) / 2);
  const out = new Float32Array(channels * rows * columns);
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < rows; y++) {
      const from = (c * height + top + y) * width + left;
      out.set(data.subarray(from, from + columns), (c * rows + y) * columns);
    }
  }
  return picture(columns, rows, channels, out);
}
