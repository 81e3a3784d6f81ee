import t from "tap";
import { seeded } from "../../src/numeric/index.ts";
import { median, settleRandomStarts } from "../../src/experiments/binary-trials.ts";

t.test("the median of grouped data: where a step's share is cut in half", async (t) => {
  const of = (scores: number[]): number => median(Float64Array.from(scores), 2);
  t.equal(of([4]), 4);
  t.equal(of([2, 4, 6]), 4);
  t.equal(of([2, 2, 2, 2]), 2);
  t.equal(of([2, 2, 4, 4]), 3, "between two groups of one size");
  t.equal(of([2, 4, 4, 4]), 4 - 1 + (2 * 1) / 3, "1 of the 3 fours lies below");
  // 1000 whole numbers of a uniform distribution on 0 .. 100 in steps of 2: its median is 50, with an error of 100 / (2 sqrt 1000) = 1.6.
  const rng = seeded(4);
  t.ok(Math.abs(median(Float64Array.from({ length: 1000 }, () => 2 * rng.integer(51)).sort(), 2) - 50) < 6.4, "four of those");
});

t.test("random starts: one pattern is always found, or its inverse where the energy is even", async (t) => {
  const even = settleRandomStarts({ D: 17, K: 1, n: 2, kind: "power" }, 40, 4, seeded(1));
  t.equal(even.exactOrInverse, 40);
  t.ok(even.exact > 0 && even.exact < 40, "both ends are met");
  t.equal(settleRandomStarts({ D: 17, K: 1, n: 3, kind: "power" }, 40, 4, seeded(1)).exact, 40);
  t.equal(even.converged, 40);
  t.equal(even.scores.length, 40);
});
