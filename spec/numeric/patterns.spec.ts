import t from "tap";
import { Matrix } from "ml-matrix";
import { EngramError, nearestName, unknownName } from "../../src/numeric/errors.ts";
import { toRow, toRows, visibleOf } from "../../src/numeric/patterns.ts";

const expected = { rows: 2, dim: 3, data: Float64Array.of(1, 2, 3, 4, 5, 6) };

t.test("every accepted form gives the same rows", async (t) => {
  t.same(toRows([[1, 2, 3], [4, 5, 6]]), expected);
  t.same(toRows([Float32Array.of(1, 2, 3), Float64Array.of(4, 5, 6)]), expected);
  t.same(toRows(new Matrix([[1, 2, 3], [4, 5, 6]])), expected);
  t.same(toRows({ rows: 2, dim: 3, data: [1, 2, 3, 4, 5, 6] }), expected);
  const image = (data: number[]) => ({ width: 3, height: 1, channels: 1, data: Float32Array.from(data) });
  t.same(toRows([image([1, 2, 3]), image([4, 5, 6])]), expected);
});

t.test("results are copies", async (t) => {
  const source = { rows: 1, dim: 2, data: Float64Array.of(1, 2) };
  toRows(source).data[0] = 9;
  t.equal(source.data[0], 1);
});

t.test("nothing stored is legal and keeps the width asked for", async (t) => {
  t.same(toRows([], "patterns", 7), { rows: 0, dim: 7, data: new Float64Array(0) });
});

t.test("bad input says where", async (t) => {
  t.throws(() => toRows([[1, 2], [3]]), { message: /row 1: expected 2 numbers, got 1/ });
  t.throws(() => toRows([[1, 2]], "cues", 3), { message: /cues/ });
  t.throws(() => toRows([[1, 2], [3, NaN]]), { message: /row 1, column 1: expected a finite number, got NaN/ });
  t.throws(() => toRow([1, -Infinity], "cue"), { message: /cue, row 0, column 1.*-Infinity/ });
  t.throws(() => toRow([1], "cue", 2), EngramError);
  t.throws(() => toRows([1, 2] as unknown as number[][]), { message: /array of patterns/ });
  t.throws(() => toRows({ rows: 2, dim: 2, data: [1, 2, 3] }), { message: /2 x 2 = 4/ });
  // what a caller without types passes by mistake
  const any = (value: unknown): number[][] => value as number[][];
  for (const single of [new Float32Array(4), { width: 2, height: 1, channels: 1, data: new Float32Array(2) }]) t.throws(() => toRows(any(single)), /got a single pattern. Wrap it/);
  for (const [value, got] of [[undefined, "undefined"], [null, "null"], ["abc", "a string"], [7, "a number"], [{ rows: 1 }, "an object of another shape"]] as const) {
    t.throws(() => toRows(any(value)), { name: "EngramError", message: new RegExp(`got ${got}`) });
  }
  t.throws(() => toRows(any([[1], "a"])), /row 1: expected an array of numbers or an image, got a string/);
  t.throws(() => toRow(any(undefined) as never), /cue: expected an array of numbers or an image, got undefined/);
});

t.test("what is no number is refused where it stands, not made one", async (t) => {
  const any = (value: unknown): number[][] => value as number[][];
  const bad: [unknown, string][] = [["1", '"1"'], [[1], "a list"], [null, "null"], [true, "true"], [undefined, "undefined"], [new Date(0), "an object"], [5n, "5"]];
  for (const [value, got] of bad) {
    const message = `row 1, column 2: expected a number, got ${got}`;
    t.throws(() => toRows(any([[1, 2, 3], [4, 5, value]])), { name: "EngramError", message: new RegExp(message) }, message);
    t.throws(() => toRows({ rows: 2, dim: 3, data: [1, 2, 3, 4, 5, value] as number[] }), { name: "EngramError", message: new RegExp(message) });
    t.throws(() => toRows({ rows: 2, columns: 3, get: (i, j) => (i * 3 + j === 5 ? value : 1) as number }), { name: "EngramError", message: new RegExp(message) });
    t.throws(() => toRow([value, 1, 1] as number[]), { name: "EngramError", message: /cue, row 0, column 0: expected a number/ });
  }
  t.throws(() => toRows(any([new BigInt64Array(2)])), { name: "EngramError", message: /row 0, column 0: expected a number, got 0/ });
  t.throws(() => toRow(3 as never), { name: "EngramError", message: /^cue: expected an array of numbers or an image, got a number/ });
  t.same(toRows([[], []]), { rows: 2, dim: 0, data: new Float64Array(0) });
});

t.test("the nearest name is suggested, and only when it is near", async (t) => {
  t.equal(nearestName("coside", ["cosine", "dot"]), "cosine");
  t.equal(nearestName("NEGL1", ["negL2", "negL1"]), "negL1");
  t.equal(nearestName("xyzzy", ["cosine", "dot"]), undefined);
  t.match(unknownName("--similarity", "cosin", ["cosine"]).message, /Did you mean "cosine"/);
});

t.test("what an image shows of itself: one entry per value, by the alpha of its pixel", async (t) => {
  const image = { width: 3, height: 2, channels: 2, data: new Float32Array(12) };
  t.equal(visibleOf(image), undefined);
  t.equal(visibleOf({ ...image, alpha: [1, 1, 0.2, 1, 1, 1] }), undefined, "half transparent is visible");
  t.same([...visibleOf({ ...image, alpha: [1, 0, 1, 1, 1, 0] })!], [1, 0, 1, 1, 1, 0, 1, 0, 1, 1, 1, 0]);
  t.equal(visibleOf([1, 2, 3]), undefined);
  for (const alpha of [[1, 0], [], new Array(12).fill(0)]) t.throws(() => visibleOf({ ...image, alpha }), { name: "EngramError", message: /3 x 2 entries, one per pixel/ });
});
