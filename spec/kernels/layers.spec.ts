/** Every layer kernel but the convolutions: against the definition, the same bits in both twins, on awkward sizes and special values. */
import t from "tap";
import { readFileSync } from "node:fs";
import { erf, exp, seeded, tanh } from "../../src/numeric/index.ts";
import { GEOMETRY_BYTES, outputSize, padded, writeGeometry } from "../../src/kernels/geometry.ts";
import type { Geometry } from "../../src/kernels/geometry.ts";
import { LAYER_KERNELS, layerHost } from "../../src/kernels/layers.ts";
import type { LayerHost } from "../../src/kernels/layers.ts";

const hosts = [layerHost(), layerHost("scalar")];
const numbers = (n: number, seed: number): Float32Array => {
  const rng = seeded(seed);
  return Float32Array.from({ length: n }, () => rng.normal());
};
const same = (a: ArrayLike<number>, b: ArrayLike<number>): boolean => a.length === b.length && Array.from(a).every((x, i) => Object.is(x, b[i]));

/** Places the inputs, calls, and gives back what stands at an output of n numbers (NaN before), on each host. */
function twins(inputs: readonly Float32Array[], n: number, call: (host: LayerHost, at: number[], out: number, scratch: number) => void): [Float32Array, boolean] {
  const [simd, scalar] = hosts.map((host) => {
    const at = inputs.map((input) => host.arena.allocate(4 * input.length));
    const out = host.arena.allocate(4 * n);
    const scratch = host.arena.allocate(1 << 14);
    inputs.forEach((input, i) => host.arena.f32.set(input, at[i] / 4));
    host.arena.f32.fill(NaN, out / 4, out / 4 + n);
    call(host, at, out, scratch);
    const result = host.arena.f32.slice(out / 4, out / 4 + n);
    for (const address of [...at, out, scratch]) host.arena.free(address);
    return result;
  });
  return [simd, same(simd, scalar)];
}

/** Largest difference, relative to the largest number. */
function apart(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [worst, most] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    if (Object.is(a[i], b[i]) || a[i] === b[i]) continue;
    worst = Math.max(worst, Math.abs(a[i] - b[i]) || Infinity);
    most = Math.max(most, Math.abs(b[i]));
  }
  return worst === 0 ? 0 : worst / most;
}

const SPECIAL = [0, -0, Infinity, -Infinity, NaN, 1e-40, -1e-40, 3.4e38, -3.4e38, 88, -88, 104, -104, 6, -6];
const half = 2 ** -24;

t.test("elementwise layers: the definition in f64 rounded once, in both twins, on special values too", async (t) => {
  const x = Float32Array.from([...SPECIAL, ...numbers(4096 - SPECIAL.length, 1).map((v) => 4 * v)]);
  const y = Float32Array.from([...SPECIAL].reverse().concat(...numbers(4096 - SPECIAL.length, 2)));
  const definitions: [string, (host: LayerHost, a: number, b: number, out: number, n: number) => void, (v: number, w: number) => number][] = [
    ["relu", (h, a, _b, out, n) => h.exports.clamp_f32(a, out, n, 0, Infinity), (v) => Math.max(v, 0)],
    ["relu6", (h, a, _b, out, n) => h.exports.clamp_f32(a, out, n, 0, 6), (v) => Math.min(6, Math.max(v, 0))],
    ["add", (h, a, b, out, n) => h.exports.add_f32(a, b, out, n, -Infinity, Infinity), (v, w) => v + w],
    ["add and relu", (h, a, b, out, n) => h.exports.add_f32(a, b, out, n, 0, Infinity), (v, w) => Math.max(0, v + w)],
    ["leaky", (h, a, _b, out, n) => h.exports.leaky_f32(a, out, n, 0.2), (v) => (v > 0 ? v : v * Math.fround(0.2))],
    ["sigmoid", (h, a, _b, out, n) => h.exports.sigmoid_f32(a, out, n), (v) => 1 / (1 + exp(-v))],
    ["silu", (h, a, _b, out, n) => h.exports.silu_f32(a, out, n), (v) => v / (1 + exp(-v))],
    ["gelu", (h, a, _b, out, n) => h.exports.gelu_f32(a, out, n), (v) => 0.5 * v * (1 + erf(v * Math.SQRT1_2))],
    ["tanh", (h, a, _b, out, n) => h.exports.tanh_f32(a, out, n, 1), (v) => tanh(v)],
    ["3 tanh(x / 3)", (h, a, _b, out, n) => h.exports.tanh_f32(a, out, n, 3), (v) => 3 * tanh(v / 3)],
  ];
  for (const [name, call, f] of definitions) {
    const wanted = Float32Array.from(x, (v, i) => f(v, y[i]));
    for (const n of [4, 8, 20, 4096]) {
      const [got, equal] = twins([x.slice(0, n), y.slice(0, n)], n, (host, [a, b], out) => call(host, a, b, out, n));
      t.ok(equal, `${name} ${n}: twins`);
      t.ok(same(got, wanted.subarray(0, n)), `${name} ${n}: the definition`);
      const [own] = twins([x.slice(0, n), y.slice(0, n)], n, (host, [a, b], out) => {
        call(host, a, b, a, n);
        host.arena.f32.copyWithin(out / 4, a / 4, a / 4 + n);
      });
      t.ok(same(own, got), `${name} ${n}: out may be x`);
    }
  }
  for (const [pixels, channels] of [[1, 8], [7, 24], [13, 64]]) {
    const [x, scale, shift] = [numbers(pixels * channels, 3), numbers(channels, 4), numbers(channels, 5)];
    const [got, equal] = twins([x, scale, shift], x.length, (host, [a, s, b], out) => host.exports.affine_f32(a, out, pixels, channels, s, b, -1, 1));
    t.ok(equal && same(got, x.map((v, i) => Math.max(-1, Math.min(1, Math.fround(Math.fround(v * scale[i % channels]) + shift[i % channels]))))), `affine ${pixels}x${channels}`);
  }
});

t.test("pooling: the taps inside the image, whatever the padding, stride and dilation", async (t) => {
  const cases: [number, number, number, number, number, number, boolean][] = [
    [1, 1, 1, 1, 0, 1, false], [7, 5, 2, 2, 0, 1, false], [8, 9, 3, 2, 1, 1, false], [11, 7, 3, 2, 0, 1, true], [9, 6, 3, 1, 1, 2, false], [13, 13, 3, 2, 0, 1, true], [4, 4, 5, 3, 2, 1, true], [5, 3, 2, 3, 1, 1, true],
  ];
  for (const [rows, columns, k, stride, padding, dilation, ceil] of cases) {
    for (const channels of [8, 24]) {
      const [outRows, outColumns] = [outputSize(rows, k, stride, padding, dilation, ceil), outputSize(columns, k, stride, padding, dilation, ceil)];
      const g: Geometry = { rows, columns, pixel: channels, channels, kernel: [k, k], stride: [stride, stride], dilation: [dilation, dilation], padding: [padding, padding], outRows, outColumns };
      const x = numbers(rows * columns * channels, rows + k);
      const n = outRows * outColumns * channels;
      const windows = Array.from({ length: n }, (_, i) => {
        const [y, c, ch] = [Math.floor(i / channels / outColumns), Math.floor(i / channels) % outColumns, i % channels];
        const values: number[] = [];
        for (let a = 0; a < k; a++) for (let b = 0; b < k; b++) {
          const [iy, ix] = [y * stride - padding + a * dilation, c * stride - padding + b * dilation];
          if (iy >= 0 && iy < rows && ix >= 0 && ix < columns) values.push(x[(iy * columns + ix) * channels + ch]);
        }
        return values;
      });
      // The taps in the image and as much padding after it as before.
      const reached = (at: number, size: number): number => Array.from({ length: k }, (_, a) => at * stride - padding + a * dilation).filter((place) => place < size + padding).length;
      const counted = windows.map((_, i) => reached(Math.floor(i / channels / outColumns), rows) * reached(Math.floor(i / channels) % outColumns, columns));
      const pool = (call: (host: LayerHost, x: number, g: number, out: number) => void): [Float32Array, boolean] => twins([x, new Float32Array(GEOMETRY_BYTES / 4)], n, (host, [a, record], out) => {
        writeGeometry(host.arena, record, g);
        call(host, a, record, out);
      });
      const what = `${rows}x${columns} window ${k} stride ${stride} padding ${padding} dilation ${dilation}${ceil ? " ceil" : ""} ${channels} channels`;
      const [most, equal] = pool((host, a, record, out) => host.exports.maxPool_f32(a, record, out));
      t.ok(equal && same(most, windows.map((values) => Math.max(...values))), `maximum ${what}`);
      for (const whole of [0, 1]) {
        const [mean, twin] = pool((host, a, record, out) => host.exports.averagePool_f32(a, record, whole, out));
        const wanted = windows.map((values, i) => values.reduce((a, b) => a + b, 0) / (whole === 1 ? counted[i] : values.length));
        // 25 additions and a division
        t.ok(twin && apart(mean, wanted) <= 26 * half, `average ${what}: ${apart(mean, wanted)}`);
      }
    }
  }
});

t.test("averages that count the padding: PyTorch's numbers where the last window reaches beyond it", async (t) => {
  // Pixel (y, x) holds 10 y + x + 1. fixtures/encoders/pools.py
  const golden = JSON.parse(readFileSync("fixtures/encoders/pools.json", "utf8")) as { size: [number, number]; kernel: [number, number]; stride: [number, number]; padding: [number, number]; out: number[][] }[];
  for (const { size: [rows, columns], kernel, stride, padding, out } of golden) {
    const what = `${rows}x${columns} window ${kernel.join("x")} stride ${stride.join("x")} padding ${padding.join("x")}`;
    const [outRows, outColumns] = [outputSize(rows, kernel[0], stride[0], padding[0], 1, true), outputSize(columns, kernel[1], stride[1], padding[1], 1, true)];
    t.same([outRows, outColumns], [out.length, out[0].length], what);
    const g: Geometry = { rows, columns, pixel: 8, channels: 8, kernel, stride, dilation: [1, 1], padding, outRows, outColumns };
    const x = Float32Array.from({ length: rows * columns * 8 }, (_, i) => 10 * Math.floor((i >> 3) / columns) + ((i >> 3) % columns) + 1);
    const [mean, equal] = twins([x, new Float32Array(GEOMETRY_BYTES / 4)], outRows * outColumns * 8, (host, [a, record], to) => {
      writeGeometry(host.arena, record, g);
      host.exports.averagePool_f32(a, record, 1, to);
    });
    // Sums of small whole numbers are exact: one division, rounded once, in both.
    t.ok(equal && same(mean, out.flat().flatMap((v) => new Array<number>(8).fill(Math.fround(v)))), what);
  }
});

t.test("means over pixels, group norm, layer norm: the definitions in f64", async (t) => {
  for (const [pixels, channels, width] of [[1, 8, 8], [7, 8, 2], [13, 24, 3], [49, 64, 16], [5, 6, 3], [3, 5, 1]]) {
    const pixel = padded(channels);
    // A mean of 100 deviations: differences of squares would lose 4 digits.
    const x = numbers(pixels * pixel, pixels).map((v) => v + 100);
    const value = (p: number, c: number): number => x[p * pixel + c];
    const all = Array.from({ length: pixels }, (_, p) => p);
    const [mean, equal] = twins([x], pixel, (host, [a], out, scratch) => host.exports.globalAverage_f32(a, pixels, 4 * pixel, pixel, out, scratch));
    t.ok(equal && apart(mean, Array.from({ length: pixel }, (_, c) => all.reduce((sum, p) => sum + value(p, c), 0) / pixels)) <= half, `global average ${pixels}x${channels}`);

    const [gamma, beta] = [numbers(channels, 8), numbers(channels, 9)];
    const [factors, twin] = twins([x, gamma, beta], 2 * channels, (host, [a, g, b], out, scratch) => host.exports.groupFactors_f32(a, pixels, 4 * pixel, channels, width, g, b, 1e-5, out, out + 4 * channels, scratch));
    const wanted = new Float64Array(2 * channels);
    for (let c = 0; c < channels; c++) {
      const group = Array.from({ length: width }, (_, i) => c - (c % width) + i).flatMap((k) => all.map((p) => value(p, k)));
      const m = group.reduce((a, b) => a + b, 0) / group.length;
      const s = gamma[c] / Math.sqrt(group.reduce((sum, v) => sum + (v - m) ** 2, 0) / group.length + 1e-5);
      wanted[c] = s;
      wanted[channels + c] = beta[c] - m * s;
    }
    t.ok(twin && apart(factors.subarray(0, channels), wanted.subarray(0, channels)) <= 2 * half && apart(factors.subarray(channels), wanted.subarray(channels)) <= 2 * half, `group norm ${pixels}x${channels} by ${width}`);

    const [rows, alike] = twins([x, gamma, beta], pixels * pixel, (host, [a, g, b], out) => {
      host.arena.f32.fill(0, out / 4, out / 4 + pixels * pixel);
      host.exports.layerNorm_f32(a, pixels, 4 * pixel, channels, g, b, 1e-5, out);
    });
    const normed = Float64Array.from({ length: pixels * pixel }, (_, i) => {
      const [p, c] = [Math.floor(i / pixel), i % pixel];
      if (c >= channels) return 0;
      const row = Array.from({ length: channels }, (_, k) => value(p, k));
      const m = row.reduce((a, b) => a + b, 0) / channels;
      return ((value(p, c) - m) / Math.sqrt(row.reduce((sum, v) => sum + (v - m) ** 2, 0) / channels + 1e-5)) * gamma[c] + beta[c];
    });
    t.ok(alike && apart(rows, normed) <= half, `layer norm ${pixels}x${channels}: ${apart(rows, normed)}`);
  }
});

t.test("upsampling: nearest takes pixels, bilinear weighs four; corners on corners or centres on centres", async (t) => {
  for (const [rows, columns, outRows, outColumns] of [[1, 1, 1, 1], [1, 1, 3, 2], [2, 3, 4, 6], [5, 3, 10, 6], [3, 5, 7, 11], [7, 6, 4, 3]]) {
    const channels = 8;
    const x = numbers(rows * columns * channels, rows);
    const n = outRows * outColumns * channels;
    const value = (y: number, c: number, k: number): number => x[(Math.min(rows - 1, y) * columns + Math.min(columns - 1, c)) * channels + k];
    const [near, equal] = twins([x], n, (host, [a], out) => host.exports.nearest_f32(a, rows, columns, 32, outRows, outColumns, out));
    t.ok(equal && same(near, Float32Array.from({ length: n }, (_, i) => value(Math.floor((Math.floor(i / channels / outColumns) * rows) / outRows), Math.floor(((Math.floor(i / channels) % outColumns) * columns) / outColumns), i % channels))), `nearest ${rows}x${columns} to ${outRows}x${outColumns}`);
    for (const aligned of [0, 1]) {
      const place = (i: number, size: number, to: number): number => (aligned === 1 ? (to > 1 ? (i * (size - 1)) / (to - 1) : 0) : Math.max(0, ((i + 0.5) * size) / to - 0.5));
      const wanted = Float64Array.from({ length: n }, (_, i) => {
        const [fy, fx, k] = [place(Math.floor(i / channels / outColumns), rows, outRows), place(Math.floor(i / channels) % outColumns, columns, outColumns), i % channels];
        const [y, c] = [Math.floor(fy), Math.floor(fx)];
        const [v, u] = [fy - y, fx - c];
        return (1 - v) * ((1 - u) * value(y, c, k) + u * value(y, c + 1, k)) + v * ((1 - u) * value(y + 1, c, k) + u * value(y + 1, c + 1, k));
      });
      const [got, twin] = twins([x], n, (host, [a], out) => host.exports.bilinear_f32(a, rows, columns, 32, outRows, outColumns, aligned, out));
      // Two weights rounded once each, and six operations
      t.ok(twin && apart(got, wanted) <= 8 * half, `bilinear ${rows}x${columns} to ${outRows}x${outColumns} aligned ${aligned}: ${apart(got, wanted)}`);
    }
  }
});

t.test("windows as rows and by fours: the definition, cut anywhere, across images, in both twins", async (t) => {
  const cases: readonly (Pick<Geometry, "rows" | "columns" | "channels" | "kernel" | "stride" | "dilation" | "padding"> & { spare?: number })[] = [
    { rows: 1, columns: 1, channels: 1, kernel: [1, 1], stride: [1, 1], dilation: [1, 1], padding: [0, 0] },
    { rows: 1, columns: 1, channels: 8, kernel: [3, 3], stride: [1, 1], dilation: [1, 1], padding: [1, 1] },
    { rows: 11, columns: 7, channels: 3, kernel: [7, 7], stride: [2, 2], dilation: [1, 1], padding: [3, 3] },
    { rows: 5, columns: 9, channels: 17, kernel: [3, 2], stride: [1, 3], dilation: [2, 3], padding: [2, 0] },
    // a group's channels: some of a wider pixel
    { rows: 4, columns: 5, channels: 5, kernel: [2, 2], stride: [1, 1], dilation: [1, 1], padding: [0, 1], spare: 9 },
    { rows: 6, columns: 5, channels: 64, kernel: [2, 2], stride: [1, 1], dilation: [1, 1], padding: [1, 0] },
    // windows that begin inside the image, as those of a transposed convolution may
    { rows: 6, columns: 6, channels: 4, kernel: [2, 1], stride: [1, 1], dilation: [1, 1], padding: [-1, -2] },
  ];
  for (const [i, { spare = 0, ...c }] of cases.entries()) {
    const { rows, columns, channels, kernel, stride, dilation, padding } = c;
    const g: Geometry = {
      ...c, pixel: padded(channels + spare), outRows: outputSize(rows, kernel[0], stride[0], padding[0], dilation[0]), outColumns: outputSize(columns, kernel[1], stride[1], padding[1], dilation[1]),
    };
    const area = g.outRows * g.outColumns;
    const images = 3;
    const x = numbers(images * rows * columns * g.pixel, i + 1);
    const K = kernel[0] * kernel[1] * channels;
    const value = (pixel: number, k: number): number => {
      const tap = Math.floor(k / channels);
      const [y, at] = [Math.floor((pixel % area) / g.outColumns) * stride[0] - padding[0] + Math.floor(tap / kernel[1]) * dilation[0], (pixel % g.outColumns) * stride[1] - padding[1] + (tap % kernel[1]) * dilation[1]];
      return y < 0 || y >= rows || at < 0 || at >= columns ? 0 : x[((Math.floor(pixel / area) * rows + y) * columns + at) * g.pixel + (k % channels)];
    };
    for (const [pixel, count, k, depth] of [[0, 1, 0, K], [0, images * area, 0, K], [Math.max(0, area - 2), Math.min(7, 2 * area), 0, K], [images * area - 1, 1, K - 1, 1], [1 % area, Math.min(5, area), Math.floor(K / 3), K - Math.floor(K / 3)]]) {
      const what = `${rows}x${columns}x${channels} kernel ${kernel.join("x")} stride ${stride.join()} padding ${padding.join()}: ${count} from ${pixel}, columns ${depth} from ${k}`;
      const write = (host: LayerHost, record: number): void => writeGeometry(host.arena, record, g);
      const [lines, equal] = twins([x, new Float32Array(GEOMETRY_BYTES / 4)], count * depth, (host, [a, record], out) => {
        write(host, record);
        host.exports.patches_f32(a, record, pixel, count, k, depth, out);
      });
      t.ok(equal && same(lines, Array.from({ length: count * depth }, (_, n) => value(pixel + Math.floor(n / depth), k + (n % depth)))), `${what}, rows`);
      const groups = Math.ceil(count / 4);
      const [fours, alike] = twins([x, new Float32Array(GEOMETRY_BYTES / 4), new Float32Array(16 + channels)], 4 * groups * depth, (host, [a, record, work], out) => {
        write(host, record);
        host.exports.windowFours_f32(a, record, pixel, count, k, depth, work + 64, out);
      });
      const wanted = Array.from({ length: 4 * groups * depth }, (_, n) => {
        const of = 4 * Math.floor(n / (4 * depth)) + (n % 4);
        return of < count ? value(pixel + of, k + (Math.floor(n / 4) % depth)) : 0;
      });
      t.ok(alike && same(fours, wanted), `${what}, by fours`);
    }
  }
});

t.test("the first number that is not finite, wherever it stands", async (t) => {
  const largest = 3.4028234663852886e38;
  for (const n of [0, 1, 3, 4, 5, 7, 8, 9, 16, 17, 64, 1009]) {
    const x = Float32Array.from({ length: n }, (_, i) => [0, -0, 1e-45, largest, -largest, 1][i % 6]);
    const found = (): number[] => hosts.map((host) => {
      const at = host.arena.allocate(4 * n + 32);
      // What lies behind takes no part.
      host.arena.f32.fill(NaN, at / 4, at / 4 + n + 8);
      host.arena.f32.set(x, at / 4);
      const place = host.exports.firstNotFinite_f32(at, n);
      host.arena.free(at);
      return place;
    });
    t.same(found(), [n, n], `${n} finite numbers`);
    for (const bad of [NaN, Infinity, -Infinity]) {
      for (const place of [0, 2, n >> 1, n - 1].filter((i) => i >= 0 && i < n)) {
        const kept = x.slice();
        x[place] = bad;
        x[n - 1] = NaN;
        t.same(found(), [place, place], `${bad} at ${place} of ${n}`);
        x.set(kept);
      }
    }
  }
});

t.test("copies with any strides", async (t) => {
  for (const [rows, columns] of [[1, 1], [3, 5], [7, 17], [5, 64]]) {
    const x = numbers(rows * columns * 2, 3);
    for (const [fromRow, fromColumn, toRow, toColumn] of [[columns, 1, columns, 1], [2 * columns, 1, columns, 1], [1, rows, columns, 1], [columns, 1, 1, rows], [2 * columns, 2, columns, 1]]) {
      const [got, equal] = twins([x], rows * columns, (host, [a], out) => host.exports.copy_f32(a, 4 * fromRow, 4 * fromColumn, out, 4 * toRow, 4 * toColumn, rows, columns));
      const wanted = new Float32Array(rows * columns);
      for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) wanted[r * toRow + c * toColumn] = x[r * fromRow + c * fromColumn];
      t.ok(equal && same(got, wanted), `${rows}x${columns} from ${fromRow},${fromColumn} to ${toRow},${toColumn}`);
    }
  }
});

t.test("the twin has every layer kernel the module has", async (t) => {
  t.same(Object.keys(hosts[1].exports).sort(), [...LAYER_KERNELS].sort());
  for (const name of LAYER_KERNELS) t.type(hosts[0].exports[name], "function", name);
  t.same(hosts.map((host) => host.backend), ["simd", "scalar"]);
});
