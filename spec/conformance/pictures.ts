/** Pictures: PNG and JPEG, resizing, every corruption, metrics, mosaics, preprocessing, charts. */
import { plain, type Case, type Engram, type Tools } from "./suite.ts";

type Image = ReturnType<Engram["images"]["image"]>;

function picture(tools: Tools, width: number, height: number, channels: 1 | 3, alpha = false): Image {
  const unit = (name: string, n: number): Float32Array => Float32Array.from(tools.numbers(`${name} ${width}x${height}x${channels}`, n), (u) => (u + 1) / 2);
  return tools.engram.images.image(width, height, channels, unit("picture", width * height * channels), alpha ? unit("alpha", width * height).map(Math.round) : undefined);
}

const shown = (name: string, { data, alpha }: Image): Record<string, ArrayLike<number>> => ({ [name]: data, ...(alpha === undefined ? {} : { [`${name} alpha`]: alpha }) });

/** UTF-8 of a text: what a hash of it means. */
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

export const PICTURES: readonly Case[] = [
  plain("images/png", "PNG bytes of grey, colour and transparent pictures; read again by the host's decoder and by the portable one", { pictures: [[7, 5, 1, false], [13, 9, 3, false], [8, 8, 3, true], [1, 1, 1, true]] }, (tools, { pictures }) => {
    const { decodePng, encodePng } = tools.engram.images;
    return Object.assign({}, ...pictures.map(([width, height, channels, alpha]) => {
      const name = `${String(width)}x${String(height)}x${String(channels)}${alpha === true ? " alpha" : ""}`;
      const bytes = encodePng(picture(tools, width as number, height as number, channels as 1 | 3, alpha as boolean));
      return { [name]: bytes, ...shown(`${name} read`, decodePng(bytes)), ...shown(`${name} portable`, decodePng(bytes, { decoder: "portable" })) };
    })) as Record<string, ArrayLike<number>>;
  }),
  plain("images/resize", "every filter, up and down, even and odd", { filters: ["bilinear", "box", "nearest", "lanczos3"], sizes: [[5, 4], [13, 9], [20, 31], [1, 1]] }, (tools, { filters, sizes }) => (
    Object.assign({}, ...filters.flatMap((filter) => sizes.map(([w, h]) => shown(`${filter} ${w}x${h}`, tools.engram.images.resize(picture(tools, 13, 9, 3), w, h, filter as "box"))))) as Record<string, ArrayLike<number>>
  )),
  plain("images/corruptions", "(C1) to (C12) with a seeded generator", { seed: 5 }, (tools, { seed }) => {
    const i = tools.engram.images;
    const all = {
      foldedGaussian: i.foldedGaussian(0.25), gaussian: i.gaussian(0.25), clippedGaussian: i.clippedGaussian(0.25), maskBottom: i.maskBottom(0.5), maskTopReversed: i.maskTopReversed(0.25), randomMask: i.randomMask(0.5),
      inpaint: i.inpaint(0.25), square: i.square(3), rotate: i.rotate(30), cropResize: i.cropResize(0.5), flip: i.flip, bipolar: i.bipolar,
    };
    return Object.assign({ eightBit: i.eightBit(picture(tools, 13, 9, 3)).data }, ...Object.entries(all).flatMap(([name, corruption]) => {
      const damaged = corruption(picture(tools, 11, 11, 3), tools.engram.seeded(seed));
      return [shown(name, damaged), damaged.visible === undefined ? {} : { [`${name} visible`]: Float64Array.from(damaged.visible as ArrayLike<number>) }];
    })) as Record<string, ArrayLike<number>>;
  }),
  plain("images/metrics", "mean squared error, PSNR, SSIM; grey and colour; a mosaic with labels", {}, (tools) => {
    const i = tools.engram.images;
    const [a, b] = [picture(tools, 16, 16, 3), i.eightBit(i.gaussian(0.125)(picture(tools, 16, 16, 3), tools.engram.seeded(2)))];
    const board = i.mosaic([a, b, undefined, picture(tools, 8, 8, 3, true)], { columns: 2, scale: 2, columnLabels: ["one", "two"], rowLabels: ["A", "B"] });
    return { metrics: [i.mse(a, b), i.psnr(a, b), i.ssim(a, b)], grey: i.toGrey(a).data, rgb: i.toRgb(i.toGrey(a)).data, mosaic: i.encodePng(board), checkerboard: i.onCheckerboard(picture(tools, 8, 8, 3, true)).data };
  }),
  plain("images/preprocess", "the five preprocessings of encoders, to 3 x 12 x 10", { names: ["imagenet", "imagenet-whole", "caffe", "unit", "unit-crop"] }, (tools, { names }) => {
    const { preprocess, PREPROCESSINGS } = tools.engram.encoders;
    return Object.fromEntries(names.map((name) => [name, preprocess(picture(tools, 20, 16, 3), PREPROCESSINGS[name as "unit"], [3, 12, 10])]));
  }),
  plain("report/charts", "SVG of a chart on linear and logarithmic axes, of bars, of a heat map with contours (bytes of UTF-8)", {}, (tools) => {
    const { barChart, heatMap, lineChart } = tools.engram.report;
    const y = tools.numbers("curve", 12);
    const x = Float64Array.from(y, (_, i) => (i + 1) * 37.5);
    const line = (xScale: "linear" | "log"): Uint8Array => utf8(lineChart({ title: "Ä & 1 < 2", xLabel: "N", yLabel: "share", xScale, series: [{ name: "one", x, y }, { name: "two", x, y: y.map((v) => v * v), band: { low: y.map((v) => v * v - 0.1), high: y.map((v) => v * v + 0.1) } }] }));
    const wide = utf8(lineChart({ title: "wide", xLabel: "beta", yLabel: "energy", xScale: "log", yScale: "log", series: [{ name: "one", x: [1e-4, 3e-3, 0.1, 7, 1e4], y: [2e-5, 3e-2, 0.5, 40, 1e7] }] }));
    return {
      linear: line("linear"), log: line("log"), wide, bars: utf8(barChart({ title: "bars", yLabel: "percent", groups: ["a", "b"], series: [{ name: "one", values: [y[0], null] }, { name: "two", values: [0.25, y[1]] }] })),
      heat: utf8(heatMap({ title: "heat", xLabel: "x", yLabel: "y", columns: 6, rows: 5, values: tools.numbers("heat", 30), x: { from: -1, to: 1 }, y: { from: 0, to: 2 }, contours: [-0.25, 0, 0.25] })),
      numbers: utf8([0, 1, -1, 0.1, 1 / 3, 1234567.891, 1e-7, 1e21, NaN, Infinity].map((value) => tools.engram.report.formatNumber(value)).join(" ")),
    };
  }),
];
