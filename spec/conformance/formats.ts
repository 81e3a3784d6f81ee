/** Formats: the bytes written, and what is read from bytes of other programs; memory files of every model. */
import { rowsOf } from "./dense.ts";
import { plain, type Case, type Tools } from "./suite.ts";

/** Base64 without the host's decoder. */
export function fromBase64(text: string): Uint8Array {
  const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const out: number[] = [];
  let [bits, held] = [0, 0];
  for (const letter of text.replaceAll("=", "")) {
    bits = (bits << 6) | digits.indexOf(letter);
    held += 6;
    if (held >= 8) {
      held -= 8;
      out.push((bits >> held) & 255);
      bits &= (1 << held) - 1;
    }
  }
  return Uint8Array.from(out);
}

/** gzip of the bytes 0 to 99, three times (Python, level 9, no name or time). */
const GZIP = "H4sIAAAAAAACA2NgZGJmYWVj5+Dk4ubh5eMXEBQSFhEVE5eQlJKWkZWTV1BUUlZRVVPX0NTS1tHV0zcwNDI2MTUzt7C0sraxtbN3cHRydnF1c/fw9PL28fXzDwgMCg4JDQuPiIyKjomNi09ITEpmGCZ2AAAbN+5kLAEAAA==";
/** Pillow's JPEG of 8 x 8 grey pixels, (31 x + 17 y) mod 256, and of 16 x 8 in colour, (15 x, 31 y, 9 (x + y)) mod 256 at 4:2:0; quality 90. */
const JPEGS: Readonly<Record<string, string>> = {
  grey: "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/wAALCAAIAAgBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAAP/EAB4QAQACAgIDAQAAAAAAAAAAAAIBAwQFBxEGCBMi/9oACAEBAAA/AHEtGr9VeDrfM83D+21s61+ixFiq6vJ2TraoFkFHqqPmm5ln8BQZlySv/9k=",
  colour: "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/2wBDAQMEBAUEBQkFBQkUDQsNFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBT/wAARCAAIABADASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAf/xAAZEAABBQAAAAAAAAAAAAAAAAAABggkM6L/xAAUAQEAAAAAAAAAAAAAAAAAAAAG/8QAHBEAAQMFAAAAAAAAAAAAAAAABQAGIgQhI5Hw/9oADAMBAAIRAxEAPwCIo1qFcPJdUa1CuHkAMjStVaSHsF5GIZe2v//Z",
};

/** Where readers of decimal numbers went wrong: halfway between two doubles, and beyond 20 digits. */
const TEXTS = [
  "9007199254740993", "9007199254740992.99999999999999999999", "2.2250738585072011e-308", "2.2250738585072012e-308", "4.9406564584124654e-324", "2.4703282292062327e-324", "1.7976931348623158e308", "0.1000000000000000055511151231257827",
  "179769313486231580793728971405301e276", "6.0221407600000000000000001e23", "1e-400", "1e400", "0x10", " 12 ", "", "1_000", "١٢",
];
const KEYS = ["é", "e\u0301", "\ud800", "\udfff", "__proto__", "constructor", "1", "01", "", "\u0000", "İ", "i\u0307", "ı", "I", "ß", "ẞ", "Z", "a", "ä", "😀", "\uffff", "\ufeff"];

const KINDS = {
  f64: (v: Float64Array) => v, f32: (v: Float64Array) => Float32Array.from(v), i32: (v: Float64Array) => Int32Array.from(v, (x) => x * 1e9), u16: (v: Float64Array) => Uint16Array.from(v, (x) => (x + 1) * 30000),
  u8: (v: Float64Array) => Uint8Array.from(v, (x) => (x + 1) * 127), i64: (v: Float64Array) => BigInt64Array.from(v, (x) => BigInt(Math.trunc(x * 2 ** 50))),
};

export const FORMATS: readonly Case[] = [
  plain("formats/sha256", "FIPS 180-4 of nothing, of `abc`, of 1,000 bytes (the hex digits as bytes)", {}, (tools) => {
    const digest = (bytes: Uint8Array): Uint8Array => new TextEncoder().encode(tools.engram.formats.sha256Hex(bytes));
    return { nothing: digest(new Uint8Array(0)), abc: digest(Uint8Array.of(97, 98, 99)), long: digest(Uint8Array.from(tools.integers("bytes", 1000, 256))) };
  }),
  plain("formats/npy", ".npy bytes of every kind of number, and what is read back", { kinds: Object.keys(KINDS), shape: [3, 5] }, (tools, { kinds, shape }) => {
    const { readNpy, tensor, toFloat64, writeNpy } = tools.engram.formats;
    return Object.fromEntries(kinds.flatMap((kind) => {
      const bytes = writeNpy(tensor(KINDS[kind as "f64"](tools.numbers("array", 15)), shape));
      return [[kind, bytes], [`${kind} read`, toFloat64(readNpy(bytes))]];
    }));
  }),
  plain("formats/idx", "IDX bytes and what is read back; big-endian numbers of another program", { big: "AAAMAgAAAAIAAAADAAAAAf////8AAAACf////4AAAAAAAQAA" }, (tools, { big }) => {
    const { readIdx, tensor, toFloat64, writeIdx } = tools.engram.formats;
    const bytes = writeIdx(tensor(Uint8Array.from(tools.integers("idx", 15, 256)), [3, 5]));
    return { bytes, read: toFloat64(readIdx(bytes)), big: toFloat64(readIdx(fromBase64(big))) };
  }),
  plain("formats/safetensors", "a file of six tensors with metadata; every number read back", {}, (tools) => {
    const { readSafetensors, tensor, toFloat64, writeSafetensors } = tools.engram.formats;
    const tensors = Object.fromEntries(Object.entries(KINDS).map(([kind, make]) => [kind, tensor(make(tools.numbers("array", 15)), [3, 5])]));
    const bytes = writeSafetensors(tensors, { name: "Straße ı İ", two: "2" });
    return { bytes, ...Object.fromEntries([...readSafetensors(bytes).tensors].map(([name, one]) => [`${name} read`, toFloat64(one)])) };
  }),
  plain("formats/half", "rounding to f16 and bf16 and widening", {}, (tools) => {
    const { roundToBf16, roundToF16, widenBf16, widenF16 } = tools.engram.formats;
    const x = Float64Array.from([...tools.given("halves", [0, -0, NaN, Infinity, -Infinity, 65504, 65519, 65520, 2 ** -24, 2 ** -25, 1.0009765625, 3e38, 1e-40]), ...tools.numbers("half", 50, 8)]);
    const [f16, bf16] = [roundToF16(x), roundToBf16(x)];
    return { f16: widenF16(f16), bf16: widenBf16(bf16) };
  }),
  plain("formats/pnm", "PGM and PPM, 8 and 16 bits", {}, (tools) => {
    const { readPnm, writePnm } = tools.engram.formats;
    const grey = writePnm({ width: 5, height: 3, channels: 1, maxval: 255, data: Uint8Array.from(tools.integers("grey", 15, 256)) });
    const colour = writePnm({ width: 4, height: 2, channels: 3, maxval: 65535, data: Uint16Array.from(tools.integers("colour", 24, 65536)) });
    return { grey, colour, "grey read": Float64Array.from(readPnm(grey).data), "colour read": Float64Array.from(readPnm(colour).data) };
  }),
  plain("formats/gzip", "what gzip of another program holds; CRC-32", { gzip: GZIP }, (tools, { gzip }) => {
    const bytes = tools.engram.formats.gunzip(fromBase64(gzip));
    return { bytes, crc: [tools.engram.formats.crc32(bytes)] };
  }),
  plain("formats/jpeg", "JPEG of another program, grey and colour with halved chroma", { jpegs: JPEGS }, (tools, { jpegs }) => (
    Object.fromEntries(Object.entries(jpegs).map(([name, text]) => [name, tools.engram.images.decodeJpeg(fromBase64(text)).data]))
  )),
  plain("text/numbers", "numbers as text and back: shortest digits, fixed, precision, exponent; texts of 17 digits and more as numbers (UTF-8, lines)", { texts: TEXTS }, (tools, { texts }) => {
    const x = [...tools.given("numbers as text", [0, -0, 5e-324, 1.7976931348623157e308, 0.1, 1 / 3, 1e21, 123456789012345680000, 1e-7, 2 ** 53, 4.35, 1.005, 0.000001, -1.5]), ...tools.numbers("text", 30), ...tools.numbers("large text", 30, 2 ** 70)];
    const lines = (f: (value: number) => string): Uint8Array => new TextEncoder().encode(x.map(f).join("\n"));
    return {
      shortest: lines(String), json: lines((value) => JSON.stringify(value)), fixed: lines((value) => value.toFixed(4)), precision: lines((value) => value.toPrecision(6)), exponent: lines((value) => value.toExponential(3)),
      again: x.map((value) => Number(String(value))), read: texts.map(Number), rounded: x.map(Math.round), single: Float32Array.from(x),
    };
  }),
  plain("text/keys", "keys of every kind in a memory file: as they were, in UTF-8, nothing normalised; sorted by code units", { keys: KEYS }, (tools, { keys }) => {
    const memory = new tools.engram.DenseMemory({ beta: 1 });
    memory.store(rowsOf(tools.numbers("rows of keys", 2 * keys.length), 2), { keys });
    const file = memory.toBytes();
    const again = tools.engram.DenseMemory.fromBytes(file);
    const utf8 = (list: readonly unknown[]): Uint8Array => new TextEncoder().encode(JSON.stringify(list));
    return { stored: tools.engram.formats.readEngram(file).tensors.get("keys")!.data as Uint8Array, again: utf8(again.keys), sorted: utf8([...keys].sort()), lower: utf8(keys.map((key) => key.toLowerCase())) };
  }),
  plain("formats/memory-files", ".engram files of four models: what is read answers alike, and is written as the same bytes", { N: 9, dim: 5, beta: 2 }, (tools, { N, dim, beta }) => {
    const rows = rowsOf(tools.numbers("kept", N * dim), dim);
    const keys = rows.map((_, i) => (i % 2 === 0 ? i : `Schlüssel ${i} ı`));
    const cue = rows[4].map((value) => value + 0.0625);
    return { ...kept(tools, "dense", rows, keys, cue, beta), ...kept(tools, "universal", rows, keys, cue, beta), ...entropic(tools, rows, cue) };
  }),
];

function kept(tools: Tools, model: "dense" | "universal", rows: number[][], keys: (string | number)[], cue: number[], beta: number): Record<string, ArrayLike<number>> {
  const Memory = model === "dense" ? tools.engram.DenseMemory : tools.engram.UniversalMemory;
  const memory = new Memory({ beta });
  memory.store(rows, { keys });
  const again = Memory.fromBytes(memory.toBytes());
  return { [`${model} state`]: again.recall(cue).state, [`${model} key`]: new TextEncoder().encode(String(again.recall(cue).ranking[0].key)), [`${model} tensors`]: tensorsOf(tools, again.toBytes()), [`${model} same`]: [Number(tools.engram.formats.sha256Hex(again.toBytes()) === tools.engram.formats.sha256Hex(memory.toBytes()))] };
}

function entropic(tools: Tools, rows: number[][], cue: number[]): Record<string, ArrayLike<number>> {
  const memory = new tools.engram.EntropicMemory({ xi: 5 });
  memory.store(rows);
  const again = tools.engram.EntropicMemory.fromBytes(memory.toBytes());
  return { "entropic state": again.recall(cue).state, "entropic tensors": tensorsOf(tools, again.toBytes()) };
}

/** All tensors of a memory file, one after the other, as numbers: the wording of its metadata may change. */
function tensorsOf(tools: Tools, file: Uint8Array): Float64Array {
  const { readEngram, toFloat64 } = tools.engram.formats;
  return Float64Array.from([...readEngram(file).tensors].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, one]) => Array.from(toFloat64(one))));
}
