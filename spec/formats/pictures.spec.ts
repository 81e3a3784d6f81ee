import { gzipSync } from "node:zlib";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { readIdx, writeIdx } from "../../src/formats/idx.ts";
import { readPnm, writePnm } from "../../src/formats/pnm.ts";
import { readTar } from "../../src/formats/tar.ts";
import { tensor } from "../../src/formats/tensor.ts";
import { EngramError } from "../../src/numeric/errors.ts";
import { badCuts, fixture, outcome, silentFlips, surviveNoise } from "./hostile.ts";

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const data = process.env.ENGRAM_DATA ?? "../shared/data";
const skipWithout = (path: string): string | false => (existsSync(path) ? false : `no ${path}`);

t.test("IDX: every type, by hand from the format's description", async (t) => {
  const idx = (type: number, ...bytes: number[]): Uint8Array => Uint8Array.of(0, 0, type, 1, 0, 0, 0, 2, ...bytes);
  t.same(readIdx(idx(0x08, 1, 255)), tensor(Uint8Array.of(1, 255)));
  t.same(readIdx(idx(0x09, 1, 255)), tensor(Int8Array.of(1, -1)));
  t.same(readIdx(idx(0x0b, 1, 2, 255, 254)), tensor(Int16Array.of(258, -2)));
  t.same(readIdx(idx(0x0c, 0, 1, 0, 0, 255, 255, 255, 255)), tensor(Int32Array.of(65536, -1)));
  t.same(readIdx(idx(0x0d, 0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0)), tensor(Float32Array.of(1, -2)));
  t.same(readIdx(idx(0x0e, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0)), tensor(Float64Array.of(1, -2)));
  t.same(readIdx(gzipSync(idx(0x08, 1, 255))), tensor(Uint8Array.of(1, 255)));
});

t.test("IDX: round trip, damage, lies", async (t) => {
  const images = tensor(Uint8Array.from({ length: 2 * 3 * 5 }, (_, i) => i), [2, 3, 5]);
  const bytes = writeIdx(images);
  t.same(readIdx(bytes), images);
  t.same(badCuts(readIdx, bytes), []);
  t.same(silentFlips(readIdx, bytes).filter((bit) => bit < 16 * 8 && bit >> 3 !== 2), [], "a flip in the header is noticed, unless u8 becomes i8");
  surviveNoise(readIdx, bytes);
  t.throws(() => readIdx(Uint8Array.of(0, 0, 8, 3, ...new Array<number>(12).fill(255))), { message: /less than 2\^53|bytes of data/ });
  t.equal(outcome(readIdx, Uint8Array.of(0, 0, 0x0e, 255, ...new Uint8Array(4 * 255))), "refused");
  t.throws(() => readIdx(gzipSync(bytes), { limit: 45 }), { message: /at most 45 bytes/ });
  t.throws(() => writeIdx(tensor(Float32Array.of(1))), EngramError);
});

t.test("PNM: the four kinds", async (t) => {
  t.same(readPnm(fixture("p5-16.pgm")), { width: 3, height: 2, channels: 1, maxval: 1000, data: Uint16Array.of(0, 1, 500, 999, 1000, 7) });
  t.same(readPnm(fixture("p6.ppm")), { width: 2, height: 1, channels: 3, maxval: 255, data: Uint8Array.of(1, 2, 3, 250, 251, 255) });
  t.same(readPnm(fixture("p2.pgm")), { width: 3, height: 2, channels: 1, maxval: 15, data: Uint8Array.of(0, 1, 2, 13, 14, 15) });
  t.same(readPnm(fixture("p3.ppm")), { width: 1, height: 2, channels: 3, maxval: 255, data: Uint8Array.of(255, 0, 1, 2, 3, 4) });
  for (const name of ["p5-16.pgm", "p6.ppm", "p2.pgm", "p3.ppm"]) t.same(readPnm(writePnm(readPnm(fixture(name)))), readPnm(fixture(name)), name);
});

t.test("PNM: damage and lies", async (t) => {
  for (const name of ["p5-16.pgm", "p6.ppm"]) t.same(badCuts(readPnm, fixture(name)), [], name);
  for (const name of ["p5-16.pgm", "p6.ppm", "p2.pgm", "p3.ppm"]) {
    silentFlips(readPnm, fixture(name));
    surviveNoise(readPnm, fixture(name));
  }
  const hostile = [
    "", "P", "P5", "P1 1 1 1 0", "P7 1 1 255 0", "P5 0 1 255\n", "P5 1 0 255\n", "P5 1 1 0\n\0", "P5 1 1 65536\n\0\0", "P5 -1 1 255\na", "P5 1.5 1 255\na",
    "P5 30000 30000 255\na", "P5 9007199254740993 1 255\na", "P5 4294967296 4294967296 255\na", "P2 999999999 999999999 255\n0", "P5 1 1 255\nab", "P5 1 1 255",
    "P5 1 1 255#x", "P51 1 255\na", "P2 2 1 9\n1", "P2 2 1 9\n1 10", "P2 1 1 9\n1 2", "P2 1 1 9\nx", "P2 1 1 9\n-1", "P5 1 1 9\n\x0a", "P5 1 1 99999999999999999999\na",
  ];
  for (const text of hostile) t.equal(outcome(readPnm, ascii(text)), "refused", JSON.stringify(text));
  t.throws(() => readPnm(ascii("P5 2 2 9\n\x01\x0a\x01\x01"), "a.pgm"), { message: /^a\.pgm, sample 1: expected at most maxval 9, got 10/ });
  t.throws(() => writePnm({ width: 2, height: 1, channels: 1, maxval: 9, data: Uint8Array.of(1) }), EngramError);
  t.throws(() => writePnm({ width: 1, height: 1, channels: 1, maxval: 9, data: Uint8Array.of(10) }), EngramError);
});

const mnist = join(data, "mnist");
t.test("MNIST's own files", { skip: skipWithout(mnist) }, async (t) => {
  const images = readIdx(readFileSync(join(mnist, "t10k-images-idx3-ubyte.gz")));
  const labels = readIdx(readFileSync(join(mnist, "t10k-labels-idx1-ubyte.gz")));
  t.same(images.shape, [10000, 28, 28]);
  t.same(Array.from((labels.data as Uint8Array).subarray(0, 10)), [7, 2, 1, 0, 4, 1, 4, 9, 5, 9], "the well-known first test digits");
});

const orl = join(data, "orl-faces.tar.gz");
t.test("the ORL faces, PGM in a tar.gz", { skip: skipWithout(orl) }, async (t) => {
  let faces = 0;
  for (const { path, data } of readTar(readFileSync(orl), { accept: (path) => path.endsWith(".pgm") })) {
    const { width, height, channels, maxval } = readPnm(data, path);
    if (width === 92 && height === 112 && channels === 1 && maxval === 255) faces++;
  }
  t.equal(faces, 400);
});
