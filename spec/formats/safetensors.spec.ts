import fc from "fast-check";
import t from "tap";
import { openSafetensors, readSafetensors, safetensorsChunks, writeSafetensors } from "../../src/formats/safetensors.ts";
import { DTYPES, tensor, toFloat64, type Tensor } from "../../src/formats/tensor.ts";
import { EngramError } from "../../src/numeric/errors.ts";
import { badCuts, expected, fixture, outcome, show, silentFlips, surviveNoise } from "./hostile.ts";

const golden = fixture("all.safetensors");
const six = (expected("npy values") as number[]).slice(0, 6);

/** A file with any header text and `data` zero bytes. */
function withHeader(header: string, data: number, length?: bigint): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + data);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

t.test("a file made by hand in Python: every dtype", async (t) => {
  const { metadata, tensors } = readSafetensors(golden);
  t.same(metadata, { framework: "none", größe: 'naïve "quoted" \\ \n' });
  t.equal(tensors.size, 15);
  for (const dtype of DTYPES) {
    const found = tensors.get(dtype)!;
    t.same([found.dtype, found.shape], [dtype, [2, 3]]);
    t.same(Array.from(toFloat64(found)), dtype === "bool" ? six.map((v) => v % 2) : six, dtype);
  }
  t.same(tensors.get("scalar"), tensor(Float32Array.of(6.25), []));
  t.same(tensors.get("nothing"), tensor(new Float32Array(0), [0, 7]));
});

t.test("written again it is the same file, byte for byte, in any order of arrival", async (t) => {
  const { metadata, tensors } = readSafetensors(golden);
  t.same(writeSafetensors(tensors, metadata), golden);
  t.same(writeSafetensors(Object.fromEntries([...tensors].reverse()), metadata), golden);
});

t.test("round trip of any tensors", async (t) => {
  const anyTensor = fc.tuple(fc.constantFrom<Tensor["dtype"]>("f64", "f32", "f16", "bf16"), fc.array(fc.nat(3), { maxLength: 4 })).map(([dtype, shape]) =>
    tensor(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => (i % 17) / 8 - 1), shape, dtype));
  fc.assert(fc.property(fc.dictionary(fc.string(), anyTensor, { maxKeys: 6 }), fc.dictionary(fc.string(), fc.string(), { maxKeys: 4 }), (tensors, metadata) => {
    const back = readSafetensors(writeSafetensors(tensors, metadata));
    const plain = (list: Iterable<[string, Tensor]>): string =>
      show([...list].map(([key, { dtype, shape, data }]) => [key, dtype, shape, Array.from(data as Float32Array)]).sort(([a], [b]) => (a! < b! ? -1 : 1)));
    return plain(back.tensors) === plain(Object.entries(tensors)) && show(Object.entries(back.metadata).sort()) === show(Object.entries(metadata).sort());
  }), { seed: 4, numRuns: 300 });
  t.pass("300 files");
});

t.test("names from a hostile file stay names", async (t) => {
  const bytes = withHeader('{"__metadata__":{"__proto__":"x"},"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', 1);
  const { metadata, tensors } = readSafetensors(bytes);
  t.same([...tensors.keys()], ["__proto__"]);
  t.same(Object.keys(metadata), ["__proto__"]);
  t.equal(({} as Record<string, unknown>).x, undefined);
});

t.test("one tensor at a time, from any source, without reading the rest", async (t) => {
  const reads: [number, number][] = [];
  const source = { size: golden.length, read: (offset: number, length: number) => (reads.push([offset, length]), golden.slice(offset, offset + length)) };
  const file = openSafetensors(source);
  const before = reads.length;
  t.same(Array.from(file.read("bf16").data as Float32Array), six);
  t.equal(reads.length - before, 1);
  t.equal(reads[before][1], 12);
  t.throws(() => file.read("bf17"), { message: /a tensor "bf17"/ });
  t.throws(() => openSafetensors({ size: 1000, read: () => new Uint8Array(3) }), { message: /expected 8 bytes at offset 0, got 3/ });
});

t.test("lazy tensors and chunks give the same bytes", async (t) => {
  const data = Float32Array.from({ length: 5_000_003 }, (_, i) => i);
  const halves = { dtype: "f32", shape: [5_000_003], data: () => [data.subarray(0, 1001), data.subarray(1001)] } as const;
  const whole = writeSafetensors({ data: tensor(data) });
  const chunks = [...safetensorsChunks({ data: halves })];
  t.ok(chunks.every((chunk) => chunk.length <= 1 << 24));
  t.ok(Buffer.concat(chunks).equals(whole));
  t.throws(() => writeSafetensors({ data: { ...halves, shape: [5_000_004] } }), { message: /expected 20000016 bytes/ });
});

t.test("hostile headers", async (t) => {
  const place = (more: string): string => `{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]${more}}}`;
  t.not(outcome(readSafetensors, withHeader(place(""), 8)), "refused");
  t.not(outcome(readSafetensors, withHeader("{}", 0)), "refused");
  const one = (dtype: string, shape: string, offsets: string): string => `{"a":{"dtype":${dtype},"shape":${shape},"data_offsets":${offsets}}}`;
  const hostile: [string, number, bigint?][] = [
    [place(""), 7], [place(""), 9], [place(',"more":1'), 8],
    [place(""), 8, 1n << 63n], [place(""), 8, (1n << 64n) - 1n], [place(""), 8, 100_000_001n], [place(""), 8, 0n], [place(""), 8, 5n],
    [one('"F32"', "[9007199254740993]", "[0,8]"), 8], [one('"F32"', "[4294967296,4294967296]", "[0,0]"), 0],
    [one('"F64"', "[2305843009213693952]", "[0,0]"), 0], [one('"F32"', "[-2]", "[0,8]"), 8], [one('"F32"', "[-1,-2]", "[0,8]"), 8],
    [one('"F32"', "[1.5]", "[0,6]"), 6], [one('"F32"', '"2"', "[0,8]"), 8], [one('"F32"', "[2]", "[-8,0]"), 8], [one('"F32"', "[2]", "[8,0]"), 8],
    [one('"F32"', "[2]", "[8,16]"), 8], [one('"F32"', "[2]", "[0,8,16]"), 8], [one('"F32"', "[2]", "[0,1e400]"), 8], [one('"F32"', "[2]", "null"), 8],
    [one('"F33"', "[2]", "[0,8]"), 8], [one("7", "[2]", "[0,8]"), 8], [one("null", "[2]", "[0,8]"), 8], [one('"toString"', "[2]", "[0,8]"), 8],
    [`{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}`, 6], // overlap
    [`{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[2],"data_offsets":[6,8]}}`, 8], // hole
    [`{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}`, 4], // shared
    [`{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}`, 2],
    [`{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"\\u0061" :{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}`, 2],
    [`{"a":{"dtype":"U8","dtype":"I8","shape":[2],"data_offsets":[0,2]}}`, 2],
    [`{"__metadata__":{"x":"1","x":"2"}}`, 0], [`{"__metadata__":{"x":1}}`, 0], [`{"__metadata__":[]}`, 0], [`{"__metadata__":{"x":{"y":"z"}}}`, 0],
    [` {}`, 0], [`[]`, 0], [`null`, 0], [`{"a":1}`, 0], [`{"a":null}`, 0], [`{"a":[]}`, 0], [`{} {}`, 0], [`{"a`, 0], [`{"\\u00"`, 0], [`{"\\q":1}`, 0],
    ['{"a":'.repeat(50000), 0], ["{" + "[".repeat(200000), 0], ['{"' + "\\".repeat(99999), 0],
    [`{"a":{"dtype":"U8","shape":[${"1,".repeat(64)}2],"data_offsets":[0,2]}}`, 2],
  ];
  for (const [header, data, length] of hostile) t.equal(outcome(readSafetensors, withHeader(header, data, length)), "refused", header.slice(0, 90));
  t.equal(outcome(readSafetensors, withHeader("{\xff}", 0)), "refused");
  t.equal(outcome(readSafetensors, new Uint8Array(0)), "refused");
});

t.test("damage: every cut is refused, no flip or noise crashes", async (t) => {
  t.same(badCuts(readSafetensors, golden), []);
  silentFlips(readSafetensors, golden);
  surviveNoise(readSafetensors, golden);
});

t.test("what cannot be written is refused", async (t) => {
  t.throws(() => writeSafetensors({ __metadata__: tensor(Uint8Array.of(1)) }), { message: /other than __metadata__/ });
  t.throws(() => writeSafetensors({ "\ud800": tensor(Uint8Array.of(1)) }), { message: /well-formed Unicode/ });
  t.throws(() => writeSafetensors({}, { a: 1 as unknown as string }), { message: /expected strings/ });
  t.throws(() => tensor(Float32Array.of(1, 2), [3]), { message: /3 elements for shape \[3\], got 2/ });
  t.throws(() => tensor(Float32Array.of(1), [1], "i8"), EngramError);
  t.throws(() => tensor(Int8Array.of(1), [1], "f32"), EngramError);
  t.throws(() => tensor(Int8Array.of(1), [1], "f33" as "f32"), { message: /Did you mean "f32"|one of/ });
  t.throws(() => toFloat64(tensor(BigInt64Array.of(2n ** 53n))), { message: /element 0: expected an integer within/ });
});

t.test("what torch.save makes is named, with the way to convert it", async (t) => {
  const zip = Uint8Array.from({ length: 600 }, (_, i) => [0x50, 0x4b, 3, 4, 0, 0, 8, 8][i] ?? 0);
  // protocol 2, a long of ten bytes: the magic number of files before PyTorch 1.6
  const pickle = Uint8Array.from({ length: 600 }, (_, i) => [0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46][i] ?? 0);
  for (const [bytes, what] of [[zip, "a zip archive"], [pickle, "a pickle"]] as const) {
    t.throws(() => openSafetensors(bytes, "r18.pth"), { name: "EngramError", message: `r18.pth: expected a safetensors file, got ${what}, as torch.save makes them. Convert it in Python: safetensors.torch.save_file(torch.load("W.pth", map_location="cpu"), "W.safetensors").` });
  }
  // a header of 640 bytes also begins with 80 02 hexadecimal
  const metadata = { filler: "x".repeat(604) };
  const bytes = writeSafetensors({}, metadata);
  t.same([bytes[0], bytes[1]], [0x80, 2]);
  t.same(openSafetensors(bytes).metadata, metadata);
});
