import t from "tap";
import { roundToBf16, roundToF16, widenBf16, widenF16 } from "../../src/formats/half.ts";
import { readNpy } from "../../src/formats/npy.ts";
import { sha256Hex } from "../../src/formats/sha256.ts";
import { expected, fixture } from "./hostile.ts";

const formats = [
  { name: "f16", widen: widenF16, round: roundToF16, nan: 0x7e00, infinity: 0x7c00 },
  { name: "bf16", widen: widenBf16, round: roundToBf16, nan: 0x7fc0, infinity: 0x7f80 },
];
const every = Uint16Array.from({ length: 65536 }, (_, i) => i);

for (const { name, widen, round, nan, infinity } of formats) {
  t.test(`${name}: all 65536 patterns widen as numpy's do`, async (t) => {
    const wide = widen(every).map((x) => (x !== x ? 0 : x));
    t.equal(sha256Hex(new Uint8Array(wide.buffer)), expected(`${name} widened sha256, NaN as 0`));
  });

  t.test(`${name}: every pattern survives widening and rounding; NaN becomes the quiet one`, async (t) => {
    const back = round(widen(every));
    const isNan = (bits: number): boolean => (bits & 0x7fff) > infinity;
    t.same(Array.from(back), Array.from(every, (bits) => (isNan(bits) ? nan : bits)));
  });

  t.test(`${name}: ties, their neighbours, subnormals and overflow round as rational arithmetic says`, async (t) => {
    const x = readNpy(fixture(`${name}-input.npy`)).data as Float64Array;
    const bits = readNpy(fixture(`${name}-bits.npy`)).data as Uint16Array;
    t.ok(x.length > 1400);
    t.same(Array.from(round(x)), Array.from(bits));
  });
}

t.test("no double rounding through f32", async (t) => {
  // 1 + 2^-11 is halfway between two f16; a hair above it is lost in f32, and the tie would then go down to even.
  const x = 1 + 2 ** -11 + 2 ** -40;
  t.equal(Math.fround(x), 1 + 2 ** -11);
  t.same(Array.from(roundToF16([x])), [0x3c01]);
});
