import { readFileSync } from "node:fs";
import fc from "fast-check";
import t from "tap";
import { decodeImage, decodeJpeg, encodePng, fromBytes, image, toBytes, toGrey, toRgb } from "../../src/images/index.ts";
import { writePnm } from "../../src/formats/index.ts";
import { EngramError } from "../../src/numeric/errors.ts";

interface Jpeg { label: string; channels: number; width: number; height: number; jpeg: string; pixels: number[] }
const jpegs = JSON.parse(readFileSync("fixtures/pictures/jpeg.json", "utf8")) as Jpeg[];
const bytesOf = ({ jpeg }: Jpeg): Uint8Array => new Uint8Array(Buffer.from(jpeg, "base64"));

t.test("bytes to numbers and back", async (t) => {
  const all = Uint8Array.from({ length: 256 }, (_, i) => i);
  t.same(toBytes(fromBytes(all, 16, 16, 1)), all, "every byte comes back");
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 5 }), fc.constantFrom(1 as const, 2 as const, 3 as const, 4 as const), fc.infiniteStream(fc.nat(255)), (w, h, n, stream) => {
      const bytes = Uint8Array.from([...stream.take(w * h * n)]);
      t.same(toBytes(fromBytes(bytes, w, h, n), true), bytes);
    }),
    { seed: 3, numRuns: 50 },
  );
  const two = fromBytes(Uint8Array.of(1, 2, 3, 4, 5, 6), 2, 1, 3);
  t.same([...two.data].map((v) => Math.round(v * 255)), [1, 4, 2, 5, 3, 6], "channel-first");
  t.throws(() => fromBytes(new Uint8Array(5), 2, 1, 3), EngramError);
  t.throws(() => image(2, 2, 1, new Float32Array(3)), EngramError);
  t.throws(() => image(2, 2, 1, new Float32Array(4), new Float32Array(3)), EngramError);
  t.throws(() => image(0, 2, 1, new Float32Array(0)), EngramError);
  t.throws(() => image(1, 1, 2 as 1, new Float32Array(2)), EngramError);
});

t.test("grey and colour", async (t) => {
  const grey = toGrey(image(2, 2, 3, Float32Array.of(1, 0, 0, 1, 0, 1, 0, 1, 0, 0, 1, 1)));
  t.same([...grey.data], [0.299, 0.587, 0.114, 1].map(Math.fround));
  t.same(toRgb(grey).data, Float32Array.from([...grey.data, ...grey.data, ...grey.data]));
  t.equal(toGrey(grey), grey);
  const alpha = Float32Array.of(0, 1, 1, 0);
  t.equal(toGrey(image(2, 2, 3, new Float32Array(12), alpha)).alpha, alpha);
});

t.test("JPEG files of Pillow: grey, colour, four colours, progressive, named RGB, turned, with restarts", async (t) => {
  t.equal(jpegs.length, 6 + 3 + 16 + 5);
  for (const file of jpegs) {
    const got = decodeJpeg(bytesOf(file));
    t.same([got.width, got.height, got.channels], [file.width, file.height, file.channels], file.label);
    const errors = Array.from(toBytes(got), (value, i) => Math.abs(value - file.pixels[i]));
    // Decoders may round the cosine transform and the colour change by one each, and blue takes 1.8 times the change of its plane.
    t.ok(Math.max(...errors) <= 4, `${file.label}: most ${Math.max(...errors)}`);
    t.ok(errors.reduce((a, b) => a + b, 0) / errors.length <= 1, `${file.label}: mean ${errors.reduce((a, b) => a + b, 0) / errors.length}`);
  }
});

t.test("JPEG with halved colour planes, of any size: libjpeg's smoothing, to the rounding of the planes", async (t) => {
  const cases = JSON.parse(readFileSync("fixtures/pictures/jpeg-chroma.json", "utf8")) as { label: string; width: number; height: number; jpeg: string; pixels: string }[];
  t.equal(cases.length, 19);
  for (const { label, width, height, jpeg, pixels } of cases) {
    const got = decodeJpeg(new Uint8Array(Buffer.from(jpeg, "base64")));
    t.same([got.width, got.height, got.channels], [width, height, 3], label);
    const want = Buffer.from(pixels, "base64");
    const errors = Array.from(toBytes(got), (value, i) => Math.abs(value - want[i]));
    // The cosine transforms differ by one in each plane, and blue takes 1.8 times the change of its plane. Repeated samples are up to 50 off on photographs.
    t.ok(Math.max(...errors) <= 4, `${label}: most ${Math.max(...errors)}`);
    t.ok(errors.reduce((a, b) => a + b, 0) / errors.length <= 0.5, `${label}: mean ${errors.reduce((a, b) => a + b, 0) / errors.length}`);
  }
});

t.test("JPEG: orientations that make no sense are left alone, four colours without Adobe's mark refused", async (t) => {
  const file = jpegs.find(({ label }) => label === "L orientation 6")!;
  const good = bytesOf(file);
  const exif = Buffer.from(good).indexOf("Exif");
  const lying = [file.height, file.width];
  const change = (at: number, ...bytes: number[]): Uint8Array => {
    const bad = Uint8Array.from(good);
    bad.set(bytes, exif + 6 + at);
    return bad;
  };
  // byte order, 42, start of the directory (outside, at its last byte), number of entries, type, value (entries begin at 8 + 2, the second is ours)
  for (const bad of [change(0, 0x58), change(2, 43), change(4, 255, 255, 255, 255), change(4, 37), change(8, 0, 0), change(24, 4), change(30, 0), change(30, 9)]) {
    const { width, height } = decodeJpeg(bad);
    t.same([width, height], lying);
  }
  t.same(decodeJpeg(change(8, 255, 255)).width, file.width, "more entries than there are");
  const cmyk = bytesOf(jpegs.find(({ label }) => label === "cmyk")!);
  const adobe = Buffer.from(cmyk).indexOf("Adobe");
  t.throws(() => decodeJpeg(cmyk.map((byte, i) => (i === adobe ? 0 : byte))), { message: /Adobe's mark in a picture of four colours, got none/ });
});

t.test("JPEG: a small file cannot ask for much memory or time", async (t) => {
  const file = bytesOf(jpegs[0]);
  const frame = Buffer.from(file).indexOf(Buffer.from([0xff, 0xc0]));
  const claim = (side: number): Uint8Array => {
    const bad = Uint8Array.from(file);
    bad.set([side >> 8, side & 255, side >> 8, side & 255], frame + 5);
    return bad;
  };
  const before = process.memoryUsage().arrayBuffers;
  // 1000 x 1000 blocks of at least 2 bits
  t.throws(() => decodeJpeg(claim(8000)), { message: /at least 250000 bytes of samples for 8000 x 8000 pixels, got \d{3,4}\b/ });
  t.ok(process.memoryUsage().arrayBuffers - before < 1e7);
  const progressive = bytesOf(jpegs.find(({ label }) => label === "progressive")!);
  const scan = Buffer.from(progressive).indexOf(Buffer.from([0xff, 0xda]));
  const scans = Buffer.concat([progressive.subarray(0, scan), ...Array.from({ length: 200 }, () => progressive.subarray(scan, -2)), progressive.subarray(-2)]);
  t.throws(() => decodeJpeg(scans), { message: /at most 100 scans, got more/ });
});

t.test("JPEG: cut, huge and broken", async (t) => {
  const good = bytesOf(jpegs[0]);
  for (let end = 0; end < good.length; end++) t.throws(() => decodeJpeg(good.subarray(0, end)), EngramError, `cut at ${end}`);
  const huge = Uint8Array.from(good);
  const frame = Buffer.from(huge).indexOf(Buffer.from([0xff, 0xc0]));
  huge.fill(0xff, frame + 5, frame + 9);
  t.throws(() => decodeJpeg(huge), { message: /at most 64000000 pixels, got 65535 x 65535/ });
  t.throws(() => decodeJpeg(good, { maxPixels: 959 }), { message: /at most 959/ });
  t.ok(decodeJpeg(good, { maxPixels: 960 }));
  let refused = 0;
  for (let at = 2; at < good.length; at++) {
    const bad = Uint8Array.from(good);
    bad[at] ^= 0x55;
    try {
      decodeJpeg(bad, { maxPixels: 1e6 });
    } catch (error) {
      if (!(error instanceof EngramError)) throw error;
      refused++;
    }
  }
  t.ok(refused > 20, `${refused} of ${good.length - 2} changed bytes were noticed, none did anything but throw EngramError`);
});

t.test("each format is told by its first bytes", async (t) => {
  const picture = fromBytes(Uint8Array.from({ length: 18 }, (_, i) => i * 14), 3, 2, 3);
  t.same(decodeImage(encodePng(picture)), picture);
  t.same(decodeImage(writePnm({ width: 3, height: 2, channels: 3, maxval: 255, data: toBytes(picture) })), picture);
  t.same(decodeImage(new TextEncoder().encode("P2 2 1 4 # grey\n1 4\n")), image(2, 1, 1, Float32Array.of(0.25, 1)));
  t.same(decodeImage(bytesOf(jpegs[0])).channels, 1);
  for (const [begin, named] of [["", "an empty file"], ["GIF87a", "a GIF picture"], ["RIFF\0\0\0\0WEBPVP8 ", "a WebP"], ["BM", "a BMP"], ["II*\0", "a TIFF"], ["\0\0\0\x18ftypheic", "a HEIC"], ["\0\0\0\x18ftypavif", "an AVIF"], ["\0\0\0\x18ftypisom", "a film"], ["P4\n1 1\n", "netpbm picture of another kind"], ["\0\0", "bytes that begin with 00 00"]]) {
    t.throws(() => decodeImage(new TextEncoder().encode(begin), { name: "a.png" }), { message: new RegExp(`a\\.png: expected a PNG, JPEG, PGM or PPM file, got .*${named}`) }, named);
  }
  for (const bytes of [[], [71, 73, 70, 56], [0x50, 0x37], [0xff]]) t.throws(() => decodeImage(Uint8Array.from(bytes)), { message: /a PNG, JPEG, PGM or PPM file/, name: "EngramError" });
  t.throws(() => decodeImage(new TextEncoder().encode("P2 2 1 4 1 4"), { maxPixels: 1 }), { message: /at most 1 pixels/ });
  t.throws(() => decodeImage(Buffer.concat([Buffer.from("P5 1 1000001 1\n"), Buffer.alloc(1000001)])), { message: /width and height in 1\.\.1000000, got 1 x 1000001/ });
});
