import { readFileSync } from "node:fs";
import fc from "fast-check";
import t from "tap";
import { decodePng, encodePng } from "../../src/images/png.ts";
import { image, toBytes, type Image } from "../../src/images/image.ts";
import { passes } from "../../src/images/png-chunks.ts";
import { crc32 } from "../../src/formats/gzip.ts";
import { EngramError } from "../../src/numeric/errors.ts";
import { zlibSync } from "fflate";

interface Case { colour: number; depth: number; interlaced: boolean; keyed: boolean; width: number; height: number; png: string; rgba: number[] }
interface PillowCase { mode: string; width: number; height: number; maxval: number; png: string; pixels: number[] }
const { cases, pillowCases } = JSON.parse(readFileSync("fixtures/pictures/png.json", "utf8")) as { cases: Case[]; pillowCases: PillowCase[] };
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "base64"));
const DECODERS = ["pngjs", "portable"] as const;

/** The samples in red, green, blue, alpha, back in 0..maxval. */
function rgba({ width, height, channels, data, alpha }: Image, maxval: number): number[] {
  const pixels = width * height;
  const out: number[] = [];
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < 3; c++) out.push(Math.round(data[(channels === 3 ? c : 0) * pixels + i] * maxval));
    out.push(Math.round((alpha?.[i] ?? 1) * maxval));
  }
  return out;
}

function chunk(type: string, body: Uint8Array): Buffer {
  const head = Buffer.concat([Buffer.from(type, "latin1"), body]);
  const out = Buffer.alloc(head.length + 8);
  out.writeUInt32BE(body.length);
  head.copy(out, 4);
  out.writeInt32BE(crc32(head), head.length + 4);
  return out;
}

function png(header: number[], ...chunks: [string, Uint8Array][]): Uint8Array {
  const ihdr = Buffer.alloc(13);
  ihdr.writeUInt32BE(header[0]);
  ihdr.writeUInt32BE(header[1], 4);
  ihdr.set(header.slice(2), 8);
  return new Uint8Array(Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), chunk("IHDR", ihdr), ...chunks.map(([type, body]) => chunk(type, body)), chunk("IEND", new Uint8Array(0))]));
}

const GREY8 = [8, 0, 0, 0, 0];
const good = png([2, 2, ...GREY8], ["IDAT", zlibSync(Uint8Array.of(0, 10, 20, 0, 30, 40))]);
const without = (type: string, bytes: Uint8Array): Uint8Array => {
  const at = Buffer.from(bytes).indexOf(type) - 4;
  const length = Buffer.from(bytes).readUInt32BE(at) + 12;
  return Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + length)]);
};

t.test("every colour type, bit depth, transparency and Adam7, by both decoders, exactly", async (t) => {
  t.equal(cases.length, (15 + 11) * 2 * 3, "all combinations are there, at three sizes");
  for (const { colour, depth, interlaced, keyed, width, height, png, rgba: want } of cases) {
    for (const decoder of DECODERS) {
      const got = decodePng(bytesOf(png), { decoder });
      t.same([got.width, got.height, got.channels, got.alpha !== undefined], [width, height, colour === 0 || colour === 4 ? 1 : 3, keyed || colour > 3]);
      t.same(rgba(got, colour === 3 ? 255 : 2 ** depth - 1), want, `type ${colour}, ${depth} bits, ${width} x ${height}${interlaced ? ", Adam7" : ""}${keyed ? ", tRNS" : ""}, ${decoder}`);
    }
  }
});

t.test("files written by Pillow", async (t) => {
  for (const { mode, width, height, maxval, png, pixels } of pillowCases) {
    const results = DECODERS.map((decoder) => decodePng(bytesOf(png), { decoder }));
    t.same(results[0].data, results[1].data, `${mode}: the same bits from both`);
    t.same([results[0].width, results[0].height], [width, height]);
    const all = rgba(results[0], maxval);
    const take = { L: [0], "I;16": [0], "1": [0], LA: [0, 3], RGB: [0, 1, 2], P: [0, 1, 2], RGBA: [0, 1, 2, 3] }[mode] as number[];
    t.same(Array.from({ length: width * height }, (_, i) => take.map((k) => all[4 * i + k])).flat(), pixels, mode);
  }
});

t.test("what is written is read back, and is small", async (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 17 }), fc.integer({ min: 1, max: 13 }), fc.constantFrom(1 as const, 3 as const), fc.boolean(), fc.infiniteStream(fc.integer({ min: 0, max: 255 })), (w, h, c, hasAlpha, bytes) => {
      const draw = (n: number): Float32Array => Float32Array.from([...bytes.take(n)], (b) => b / 255);
      const before = image(w, h, c, draw(w * h * c), hasAlpha ? draw(w * h) : undefined);
      for (const decoder of DECODERS) t.same(decodePng(encodePng(before), { decoder }), before);
    }),
    { seed: 5, numRuns: 40 },
  );
  const flat = image(300, 200, 3, new Float32Array(300 * 200 * 3).fill(1));
  t.ok(encodePng(flat).length < 1000, "a white picture takes less than 1 kB");
  const halves = image(4, 1, 1, Float32Array.of(0.5 / 255, 1.4999 / 255, -3, 7));
  t.same([...toBytes(decodePng(encodePng(halves)))], [1, 1, 0, 255], "half up, clipped");
  t.throws(() => encodePng(image(1, 1, 1, Float32Array.of(NaN))), EngramError);
});

t.test("a header that promises too much is refused before memory is taken", async (t) => {
  const hostile = png([30000, 30000, 8, 6, 0, 0, 0], ["IDAT", zlibSync(new Uint8Array(0))]);
  t.ok(hostile.length < 70, `${hostile.length} bytes`);
  t.throws(() => decodePng(hostile), { message: /at most 64000000 pixels, got 30000 x 30000/ });
  const before = process.memoryUsage().arrayBuffers;
  // Below a raised limit the samples themselves are missing: nothing near 3.6 GB is taken to find that out.
  t.throws(() => decodePng(hostile, { maxPixels: 1e9 }), { message: /3600030000 bytes of samples, got 0/ });
  t.ok(process.memoryUsage().arrayBuffers - before < 1e8);
  // 117 kB of compressed zeros hold 60 million rows, and decoders keep something for each: 4 GB and minutes.
  for (const [width, height] of [[1, 1_000_001], [1_000_001, 1], [1, 60_000_000]]) {
    for (const decoder of DECODERS) t.throws(() => decodePng(png([width, height, ...GREY8], ["IDAT", zlibSync(new Uint8Array(0))]), { decoder }), { message: /width and height in 1\.\.1000000/ });
  }
  const bomb = png([8, 8, ...GREY8], ["IDAT", zlibSync(new Uint8Array(1e8))]);
  t.throws(() => decodePng(bomb), { message: /72 bytes of samples, got more/ });
});

t.test("every damage has its message", async (t) => {
  t.same([...toBytes(decodePng(good))], [10, 20, 30, 40], "the file before damage");
  const idat: [string, Uint8Array] = ["IDAT", zlibSync(Uint8Array.of(0, 10, 20, 0, 30, 40))];
  const plte: [string, Uint8Array] = ["PLTE", Uint8Array.of(1, 2, 3)];
  const damagedAdler = Uint8Array.from(idat[1]);
  damagedAdler[damagedAdler.length - 1] ^= 1;
  const cases: [string, Uint8Array, RegExp][] = [
    ["no PNG", Uint8Array.of(1, 2, 3), /a PNG file/],
    ["no samples", png([2, 2, ...GREY8]), /compressed samples, got 0/],
    ["too few", png([2, 3, ...GREY8], idat), /9 bytes of samples, got 6/],
    ["too many", png([2, 1, ...GREY8], idat), /3 bytes of samples, got more/],
    ["width 0", png([0, 2, ...GREY8], idat), /width and height/],
    ["depth 3", png([2, 2, 3, 0, 0, 0, 0], idat), /bit depth/],
    ["colour type 5", png([2, 2, 8, 5, 0, 0, 0], idat), /colour type/],
    ["interlace 2", png([2, 2, 8, 0, 0, 0, 2], idat), /interlace/],
    ["filter 5", png([2, 2, ...GREY8], ["IDAT", zlibSync(Uint8Array.of(5, 10, 20, 0, 30, 40))]), /filter/i],
    ["checksum of samples", png([2, 2, ...GREY8], ["IDAT", damagedAdler]), /checksum of the samples/],
    ["two headers", png([2, 2, ...GREY8], ["IHDR", new Uint8Array(13)], idat), /one IHDR/],
    ["no header", without("IHDR", good), /one IHDR/],
    ["no end", without("IEND", good), /chunk length/],
    ["bytes after", Uint8Array.from([...good, 0]), /nothing after IEND/],
    ["unknown critical chunk", png([2, 2, ...GREY8], ["ABCD", new Uint8Array(0)], idat), /critical/],
    ["samples apart", png([2, 2, ...GREY8], idat, ["tEXt", new Uint8Array(2)], ["IDAT", new Uint8Array(0)]), /in a row/],
    ["no palette", png([2, 2, 8, 3, 0, 0, 0], idat), /a palette/],
    ["palette in grey", png([2, 2, ...GREY8], plte, idat), /no palette/],
    ["palette of 4 bytes", png([2, 2, 8, 3, 0, 0, 0], ["PLTE", new Uint8Array(4)], idat), /PLTE/],
    ["entry beyond the palette", png([2, 2, 8, 3, 0, 0, 0], plte, idat), /palette/],
    ["tRNS with alpha", png([1, 1, 8, 4, 0, 0, 0], ["tRNS", new Uint8Array(4)], ["IDAT", zlibSync(Uint8Array.of(0, 1, 2))]), /tRNS of no/],
    ["tRNS longer than the palette", png([2, 2, 8, 3, 0, 0, 0], plte, ["tRNS", new Uint8Array(2)], idat), /tRNS of 1/],
  ];
  for (const [what, bytes, message] of cases) {
    for (const decoder of DECODERS) {
      t.throws(() => decodePng(bytes, { decoder }), { message, name: "EngramError" }, `${what}, ${decoder}`);
    }
  }
});

t.test("cut anywhere or with any bit flipped: EngramError or a picture, never anything else", async (t) => {
  const files = [cases[3], cases.find((c) => c.colour === 3 && c.interlaced)!, cases.find((c) => c.depth === 16 && c.keyed)!].map((c) => bytesOf(c.png));
  for (const file of files) {
    for (let end = 0; end < file.length; end++) t.throws(() => decodePng(file.subarray(0, end)), EngramError);
    let refused = 0;
    for (let bit = 0; bit < file.length * 8; bit++) {
      const bad = Uint8Array.from(file);
      bad[bit >> 3] ^= 1 << (bit & 7);
      try {
        decodePng(bad);
      } catch (error) {
        if (!(error instanceof EngramError)) throw error;
        refused++;
      }
    }
    t.equal(refused, file.length * 8, "checksums see every single bit");
  }
});

t.test("headers with right checksums over wild numbers: EngramError or a picture, and both decoders agree", async (t) => {
  let pictures = 0;
  fc.assert(
    fc.property(
      fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }), fc.constantFrom(1, 2, 4, 8, 16), fc.constantFrom(0, 2, 3, 4, 6), fc.constant(0), fc.constant(0), fc.constantFrom(0, 1)),
      fc.infiniteStream(fc.integer({ min: 0, max: 255 })), fc.uint8Array({ minLength: 3, maxLength: 9 }).map((p) => p.subarray(0, p.length - (p.length % 3))), fc.uint8Array({ minLength: 0, maxLength: 6 }), fc.nat(7),
      (header, body, palette, transparency, which) => {
        // As many bytes as the header implies, or a few off; each row begins with a filter that exists, or one time in 32 may not.
        const [width, height, depth, colorType] = header;
        const rows = passes({ width, height, depth, colorType, samples: [1, 0, 3, 1, 2, 0, 4][colorType], interlaced: header[6] === 1 });
        const [off, wild] = [...body.take(2)];
        const samples = Uint8Array.from(rows.flatMap(({ rowBytes, height: count }) =>
          Array.from({ length: count }, () => {
            const line = [...body.take(rowBytes + 1)];
            return [wild < 8 ? line[0] % 8 : line[0] % 5, ...line.slice(1)];
          }).flat(),
        ).slice(0, off < 16 ? -1 : undefined));
        const chunks: [string, Uint8Array][] = [];
        if ((colorType === 3) === which > 0) chunks.push(["PLTE", palette]);
        if (which > 5) chunks.push(["tRNS", transparency]);
        const bytes = png([...header], ...chunks, ["IDAT", zlibSync(samples)]);
        const [a, b] = DECODERS.map((decoder) => {
          try {
            return decodePng(bytes, { decoder });
          } catch (error) {
            if (!(error instanceof EngramError)) throw error;
            return "refused";
          }
        });
        t.same(a, b);
        if (a !== "refused") pictures++;
      },
    ),
    { seed: 11, numRuns: 400 },
  );
  t.ok(pictures > 50 && pictures < 350, `${pictures} of 400 were pictures`);
});
