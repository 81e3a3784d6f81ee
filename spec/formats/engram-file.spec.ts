import t from "tap";
import { engramChunks, openEngram, readEngram, writeEngram } from "../../src/formats/engram-file.ts";
import { writeSafetensors } from "../../src/formats/safetensors.ts";
import { sha256Hex } from "../../src/formats/sha256.ts";
import { tensor } from "../../src/formats/tensor.ts";
import { badCuts, fixture, silentFlips, surviveNoise } from "./hostile.ts";

const golden = fixture("golden.engram");
const content = {
  model: "dense",
  parameters: { energy: "lse", beta: "4" },
  tensors: { labels: tensor(Uint8Array.of(2, 1, 0)), Xi: tensor(Float32Array.from({ length: 12 }, (_, i) => i / 8), [3, 4]) },
};

t.test("a file made by hand in Python is read, and written again byte for byte", async (t) => {
  const file = readEngram(golden);
  t.equal(file.model, "dense");
  t.equal(file.version, "1");
  t.same(file.parameters, { beta: "4", energy: "lse" });
  t.same(Object.fromEntries(file.tensors), content.tensors);
  t.same(writeEngram(content), golden);
  t.same(writeEngram({ ...content, parameters: { beta: "4", energy: "lse" } }), golden, "whatever the order of the parameters");
});

t.test("the stated digest is that of the file with the digest blanked", async (t) => {
  const blank = golden.slice().fill(48, 35, 99);
  t.equal(new TextDecoder().decode(golden.subarray(35, 99)), sha256Hex(blank));
  t.equal(sha256Hex(new TextEncoder().encode("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "FIPS 180-4 example");
});

t.test("any single flipped bit is noticed", async (t) => {
  t.same(silentFlips(readEngram, golden), []);
  t.same(badCuts(readEngram, golden), []);
  surviveNoise(readEngram, golden);
});

t.test("the errors tell what happened", async (t) => {
  t.throws(() => readEngram(golden.subarray(0, 360), "album.engram"), { message: /^album\.engram: expected 51 bytes of data.*got 40/ });
  t.throws(() => readEngram(golden.subarray(0, 50)), { message: /another kind, or cut short/ });
  t.throws(() => readEngram(new Uint8Array(0)), { message: /an empty file/ });
  t.throws(() => readEngram(writeSafetensors(content.tensors)), { message: /expected an \.engram file/ });
  t.throws(() => readEngram(Uint8Array.of(0x89, 0x50, 0x4e, 0x47)), { message: /expected an \.engram file/ });
  const flipped = golden.slice();
  flipped[370] ^= 1;
  t.throws(() => readEngram(flipped), { message: /expected sha256 .*was damaged or changed/ });
  const longer = new Uint8Array(golden.length + 1);
  longer.set(golden);
  t.throws(() => readEngram(longer), { message: /expected 51 bytes of data after the header, got 52/ });
});

/** The golden file with its text changed and a digest that is right again. */
function forged(from: string, to: string): Uint8Array {
  const text = Array.from(golden, (byte) => String.fromCharCode(byte)).join("").replace(from, to);
  const bytes = Uint8Array.from(text, (c) => c.charCodeAt(0));
  const digest = sha256Hex(bytes.slice().fill(48, 35, 99));
  for (let i = 0; i < 64; i++) bytes[35 + i] = digest.charCodeAt(i);
  return bytes;
}

t.test("another version, and another format with a right digest", async (t) => {
  t.throws(() => readEngram(forged('"version":"1"', '"version":"2"')), { message: /expected memory file version 1, got 2\. Read it with the release/ });
  t.throws(() => readEngram(forged('"format":"engram"', '"format":"engrim"')), { message: /format "engrim"/ });
  t.throws(() => readEngram(forged('"model"', '"mudel"')), { message: /format, version and model/ });
});

t.test("chunks and a source give the same as whole arrays, in a few bounded reads", async (t) => {
  const big = Float32Array.from({ length: 9_000_000 }, (_, i) => i % 1013);
  const chunks = [...engramChunks({ ...content, tensors: { big: tensor(big) } })];
  t.ok(chunks.every((chunk) => chunk.length <= 1 << 24));
  const whole = Buffer.concat(chunks);
  let most = 0;
  const file = openEngram({
    size: whole.length,
    read(offset, length) {
      t.ok(offset >= 0 && offset + length <= whole.length);
      most = Math.max(most, length);
      return new Uint8Array(whole.subarray(offset, offset + length));
    },
  });
  t.same(file.names, ["big"]);
  t.equal(Buffer.compare(Buffer.from(file.read("big").data.buffer), Buffer.from(big.buffer)), 0);
  t.ok(most <= 1 << 24);
});

t.test("the bytes handed in are not changed", async (t) => {
  const bytes = golden.slice();
  const before = new Float32Array(12);
  const tensors = { Xi: tensor(before, [3, 4]) };
  readEngram(bytes).tensors.get("labels")!.data.fill(9 as never);
  writeEngram({ ...content, tensors });
  t.same(bytes, golden);
  t.same(before, new Float32Array(12));
  // a Buffer, as readFileSync gives it: its slice() is a view
  const buffer = Buffer.from(golden);
  t.equal(readEngram(buffer).model, "dense");
  t.equal(buffer.compare(golden), 0);
});
