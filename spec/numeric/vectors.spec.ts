import t from "tap";
import {
  argmax, argmin, axpy, blockMean, blockSum, blockSumPartial, dot, finish, joinSum, l1Distance, largestDifference, maxAbs, merge, norm, scale, seeded, squaredDistance, topIndices,
} from "../../src/numeric/index.ts";
import { Rows } from "../../src/kernels/index.ts";

const SIZES = [0, 1, 2, 3, 4, 5, 7, 8, 17, 64, 255, 256, 257, 523, 1009];
const rng = seeded(6);
const draw = (n: number): Float64Array => Float64Array.from({ length: n }, () => rng.normal() * 2 ** rng.integer(20));

t.test("dot and distances are the kernels' scores of an f64 store, bit for bit, masked or not", async (t) => {
  for (const dim of SIZES.slice(1)) {
    const [x, q] = [draw(dim), draw(dim)];
    const visible = Float64Array.from({ length: dim }, () => rng.integer(2));
    for (const options of [{}, { visible }]) {
      for (const [op, f] of [["dot", dot], ["squaredL2", squaredDistance], ["l1", l1Distance]] as const) {
        const rows = new Rows(dim, { precision: "f64" });
        rows.append(x);
        t.ok(Object.is(rows.scores(op, q, options)[0], f(x, q, "visible" in options ? visible : undefined)), `${op} ${dim}`);
        rows.dispose();
      }
    }
  }
});

t.test("norm: no overflow, no underflow, exact triples", async (t) => {
  t.equal(norm([3, 4]), 5);
  t.same([norm([]), norm([0, -0]), norm([-7])], [0, 0, 7]);
  t.equal(norm([3e300, 4e300]), 5e300);
  t.equal(norm([3 * 2 ** -600, 4 * 2 ** -600]), 5 * 2 ** -600);
  t.equal(norm([5e-324]), 5e-324);
  t.equal(norm([1e200, -Infinity]), Infinity);
  t.ok(Number.isNaN(norm([1, NaN])));
  for (const n of SIZES) {
    const x = draw(n);
    t.ok(Math.abs(norm(x) ** 2 - dot(x, x)) <= 4 * 2 ** -52 * dot(x, x), `${n}`);
    t.equal(norm(scale(2 ** 500, x)), 2 ** 500 * norm(x), "a power of two scales exactly");
  }
});

t.test("argmax, argmin and the best k: lowest index among equals, NaN and nothing refused", async (t) => {
  t.same([argmax([1, 3, 3, 2]), argmin([2, 1, 5, 1]), argmax([-0, 0]), argmax([-Infinity, -Infinity])], [1, 1, 0, 0]);
  t.same(topIndices([1, 3, 2, 3, Infinity, -Infinity], 4), [4, 1, 3, 2]);
  t.same([topIndices([1, 2], 5), topIndices([], 3), topIndices([1], 0)], [[1, 0], [], []]);
  for (const n of SIZES.slice(1)) {
    const x = Float64Array.from({ length: n }, () => rng.integer(5));
    const at = argmax(x);
    t.ok(x.every((value, i) => value < x[at] || (value === x[at] && i >= at)));
    const top = topIndices(x, n);
    t.ok(top.every((i, place) => place === 0 || x[top[place - 1]] > x[i] || (x[top[place - 1]] === x[i] && top[place - 1] < i)));
    t.equal(top[0], at);
    t.ok(Array.from({ length: n + 1 }, (_, k) => topIndices(x, k).join() === top.slice(0, k).join()).every(Boolean), `the best k of ${n} begin the whole order`);
  }
  for (const f of [argmax, argmin]) {
    t.throws(() => f([]), { message: /at least one/ });
    t.throws(() => f([1, NaN]), { message: /entry 1/ });
  }
  t.throws(() => topIndices([NaN], 1), { message: /entry 0/ });
  t.throws(() => topIndices([1], -1), { message: /whole number/ });
});

t.test("the rest by their definitions, and unequal lengths refused", async (t) => {
  t.same(axpy(2, [1, 2], [10, 20]), Float64Array.of(12, 24));
  t.same(scale(-1, [1, 0]), Float64Array.of(-1, -0));
  t.same([maxAbs([]), maxAbs([1, -3]), largestDifference([1, 2], [4, 1]), largestDifference([], [])], [0, 3, 3, 0]);
  for (const f of [dot, squaredDistance, l1Distance, largestDifference]) t.throws(() => f([1, 2], [1]), { name: "EngramError", message: /2 numbers, got 1/ });
  t.throws(() => dot([1], [1], [1, 0]), { message: /visible/ });
  t.throws(() => axpy(1, [1], []), { message: /1 numbers/ });
});

t.test("blockSum: any cut at multiples of 256 gives the unsharded bits, any other the same value within rounding", async (t) => {
  for (const n of [0, 1, 255, 256, 257, 512, 1000, 5000]) {
    const values = draw(n);
    const whole = blockSum(values);
    // each block runs upwards; blocks join in pairs
    let exact = 0;
    for (const value of values) exact += value;
    const size = values.reduce((sum, value) => sum + Math.abs(value), 0);
    t.ok(Math.abs(whole - exact) <= n * 2 ** -53 * size, `${n}: as a plain loop, within n roundings`);
    for (let cut = 0; cut <= n; cut += 256) {
      const tree = merge(joinSum, blockSumPartial(values.subarray(cut), cut), blockSumPartial(values.subarray(0, cut), 0));
      t.ok(Object.is(finish(joinSum, tree) ?? 0, whole), `${n} cut at ${cut}`);
    }
  }
  const odd = draw(700);
  // A shard that starts inside a block keeps the global block borders: 56 + 256 + 256 + 132 of rows 200...899.
  t.same(blockSumPartial(odd, 200).map(({ level, index }) => [level, index]), [[2, 0]]);
  const block = (from: number, to: number): number => odd.subarray(from, to).reduce((sum, value) => sum + value, 0);
  t.equal(blockSumPartial(odd, 200)[0].state, block(0, 56) + block(56, 312) + (block(312, 568) + block(568, 700)));
  let many = 0;
  const tenth = new Float64Array(1e6).fill(0.1);
  for (const value of tenth) many += value;
  t.ok(Math.abs(blockSum(tenth) - 1e5) < Math.abs(many - 1e5) / 100, "a million tenths: the tree loses far less than the loop");
  t.same([blockSum([]), blockMean([1, 2, 6])], [0, 3]);
  t.throws(() => blockMean([]), { message: /at least one/ });
  for (const bad of [-1, 0.5, NaN]) t.throws(() => blockSumPartial([1], bad), { message: /firstRow/ });
});
