import fc from "fast-check";
import t from "tap";
import { readNpy, writeNpy } from "../../src/formats/npy.ts";
import { readNpz } from "../../src/formats/npz.ts";
import { DTYPES, tensor, toFloat64, type Tensor } from "../../src/formats/tensor.ts";
import { EngramError } from "../../src/numeric/errors.ts";
import { badCuts, expected, fixture, outcome, silentFlips, surviveNoise } from "./hostile.ts";

const golden = new Map(
  Object.entries(JSON.parse(new TextDecoder().decode(fixture("npy.json"))) as Record<string, string>)
    .map(([key, hex]) => [key, Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))]),
);
const file = (key: string): Uint8Array => golden.get(key)!;
const values = expected("npy values") as number[];

/** A version 1 file with any header text. */
function withHeader(header: string, data = 0): Uint8Array {
  const bytes = new Uint8Array(10 + header.length + data);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 255, header.length >> 8]);
  for (let i = 0; i < header.length; i++) bytes[10 + i] = header.charCodeAt(i);
  return bytes;
}

t.test("numpy's files: every dtype, byte order, memory order and version", async (t) => {
  let read = 0;
  for (const [key, bytes] of golden) {
    if (!/^([<>|].. [CF]|version \d)$/.test(key)) continue;
    const array = readNpy(bytes);
    t.same(array.shape, [2, 3, 4], key);
    t.same(Array.from(toFloat64(array)), values, key);
    read++;
  }
  t.equal(read, 20 * 2 + 3);
  for (const key of ["bool C", "bool F"]) t.same(readNpy(file(key)), tensor(Uint8Array.from(values, (v) => v % 2), [2, 3, 4], "bool"), key);
  t.same(readNpy(file("scalar")), tensor(Float64Array.of(6.25), []));
  t.same(readNpy(file("empty")), tensor(new Float32Array(0), [3, 0, 2]));
  t.same(readNpy(file("extremes")).data, Float64Array.of(NaN, Infinity, -Infinity, -0, 5e-324, Number.MAX_VALUE));
});

t.test("what we write is what numpy writes, byte for byte", async (t) => {
  const keys = [...golden.keys()].filter((key) => /^[<|].. C$|^bool C$|^version 1$|^scalar$|^empty$|^one dimension$/.test(key));
  t.equal(keys.length, 11 + 5);
  for (const key of keys) t.same(writeNpy(readNpy(file(key))), file(key), key);
  t.throws(() => writeNpy(tensor(Float32Array.of(1), [1], "bf16")), { message: /numpy has, got bf16/ });
});

t.test("round trip of any tensor", async (t) => {
  fc.assert(fc.property(fc.constantFrom(...DTYPES.filter((d) => d !== "bf16" && d !== "f16")), fc.array(fc.nat(4), { maxLength: 4 }), (dtype, shape) => {
    const count = shape.reduce((a, b) => a * b, 1);
    const wide = readNpy(writeNpy({ dtype, shape, data: make(dtype, count) }));
    return outcome(() => wide, new Uint8Array(0)) === outcome(() => ({ dtype, shape, data: make(dtype, count) }), new Uint8Array(0));
  }), { seed: 3 });
  t.pass("200 shapes");
});

function make(dtype: Tensor["dtype"], count: number): Tensor["data"] {
  const list = Array.from({ length: count }, (_, i) => (dtype === "bool" ? i % 2 : (i * 37) % 120));
  if (dtype === "i64") return BigInt64Array.from(list, (v) => BigInt(v) - 50n);
  if (dtype === "u64") return BigUint64Array.from(list, (v) => 2n ** 63n + BigInt(v));
  const classes = { f64: Float64Array, f32: Float32Array, i32: Int32Array, i16: Int16Array, i8: Int8Array, u32: Uint32Array, u16: Uint16Array, u8: Uint8Array, bool: Uint8Array };
  return classes[dtype as keyof typeof classes].from(list);
}

t.test("other arrays are refused and named", async (t) => {
  t.throws(() => readNpy(file("refused: complex")), { message: /got '<c8'/ });
  t.throws(() => readNpy(file("refused: strings")), { message: /got '<U1'/ });
  t.throws(() => readNpy(file("refused: datetime")), { message: /got '<M8\[s\]'/ });
  t.throws(() => readNpy(file("refused: structured")), EngramError);
  t.throws(() => readNpy(new Uint8Array(0), "a.npy"), { message: /^a\.npy: expected the npy magic/ });
});

t.test("hostile headers", async (t) => {
  const good = "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }";
  t.same(readNpy(withHeader(good, 2)).data, new Uint8Array(2));
  const hostile: [string, number][] = [
    [good, 1], [good, 3], // a byte short, a byte too many
    ["{'descr': '|u1', 'fortran_order': False, 'shape': (9007199254740993,), }", 8],
    ["{'descr': '<f8', 'fortran_order': False, 'shape': (4503599627370496,), }", 8],
    ["{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296), }", 0], // 2^64: 0 if it wrapped
    ["{'descr': '<f8', 'fortran_order': True, 'shape': (99999999999999999999, 0), }", 0],
    ["{'descr': '|u1', 'fortran_order': False, 'shape': (-2,), }", 2],
    ["{'descr': '|u1', 'fortran_order': False, 'shape': (2.0,), }", 2],
    ["{'descr': '|u1', 'fortran_order': False, 'shape': (2 2,), }", 4],
    ["{'descr': '|u1', 'fortran_order': False, 'shape': (,), }", 1],
    ["{'descr': '|u1', 'fortran_order': False, 'shape': '(2,)', }", 2],
    ["{'descr': '|u1', 'fortran_order': False, 'shape': (2,), 'shape': (2,), }", 2],
    ["{'descr': '|u1', 'fortran_order': False, }", 2],
    ["{'descr': '|u1', 'fortran_order': False, 'shape': (2,), 'more': 'x', }", 2],
    ["{'descr': '|O', 'fortran_order': False, 'shape': (2,), }", 2],
    ["{'descr': 'xu1', 'fortran_order': False, 'shape': (2,), }", 2],
    ["__import__('os').system('true')", 2],
    [`{'descr': '|u1', 'fortran_order': False, 'shape': (${"1, ".repeat(65)}), }`, 1],
    ["{".repeat(60000), 0],
    [" ".repeat(60000), 0],
    ["{'descr'" + " ".repeat(60000), 0],
  ];
  for (const [header, data] of hostile) t.equal(outcome(readNpy, withHeader(header, data)), "refused", header.slice(0, 75));
  const version2 = withHeader(good, 2);
  version2[6] = 2;
  version2.fill(255, 8, 12); // a header of 4 GiB
  t.equal(outcome(readNpy, version2), "refused");
  const long = withHeader(good.replace(")", `)${" ".repeat(70000)}`), 2);
  const version3 = new Uint8Array(long.length + 2);
  version3.set(long.subarray(10), 12);
  version3.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 3, 0, (long.length - 12) & 255, ((long.length - 12) >> 8) & 255, 1, 0]);
  t.throws(() => readNpy(version3), { message: /a header of at most 65536 bytes, got 70\d{3}/ });
});

t.test("damage: every cut is refused, no flip or noise crashes", async (t) => {
  for (const key of [">f4 F", "bool C", "version 2"]) t.same(badCuts(readNpy, file(key)), [], key);
  const header = 128 * 8;
  t.ok(silentFlips(readNpy, file("<i2 C")).length < header + 24 * 2 * 8, "survived all");
  t.same(silentFlips(readNpy, file("bool C")).filter((bit) => bit >= header && bit % 8 !== 0), [], "a bool byte of 2 or more is noticed");
  surviveNoise(readNpy, file("<f4 C"));
});

t.test("npz, stored and deflated", async (t) => {
  for (const name of ["stored.npz", "deflated.npz"]) {
    const arrays = readNpz(fixture(name));
    t.same([...arrays.keys()], ["Xi", "labels", "many"], name);
    t.same(arrays.get("Xi"), tensor(Float32Array.from(values), [2, 3, 4]), name);
    t.same(arrays.get("labels"), tensor(BigInt64Array.from(values, (_, i) => BigInt(i))), name);
    t.same(arrays.get("many"), tensor(new Float64Array(3000)), name);
    t.throws(() => readNpz(fixture(name), { limit: 24000 }), { message: /at most 24000 bytes inflated/ }, name);
  }
});

t.test("npz: damage never gives other numbers", async (t) => {
  const small = fixture("deflated.npz");
  t.same(badCuts(readNpz, small), []);
  // Only names of arrays and flags without meaning for us lie outside the checksums.
  const whole = readNpz(small);
  for (const bit of silentFlips(readNpz, small)) {
    const flipped = small.slice();
    flipped[bit >> 3] ^= 1 << (bit & 7);
    const arrays = readNpz(flipped);
    if (outcome(() => [...arrays.values()], small) !== outcome(() => [...whole.values()], small)) t.fail(`bit ${bit}`);
  }
  surviveNoise(readNpz, small, 100);
});

t.test("a zip that lies about a size allocates nothing for it and is refused", async (t) => {
  const bytes = fixture("deflated.npz");
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < bytes.length - 4; at++) if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 24, 0x3fffffff / 4, true);
  t.equal(outcome(readNpz, bytes), "refused");
  for (let at = 0; at < bytes.length - 4; at++) if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 24, 0xfffffffe, true);
  t.throws(() => readNpz(bytes), { message: /bytes inflated/ });
});
