/** Axes: the ticks and round ends of d3-scale, whose own come from Math.log10 and Math.pow; powers of ten from text. */
import { scaleLinear, scaleLog } from "d3-scale";
import fc from "fast-check";
import t from "tap";
import { axisOf, decade, linearTicks, logTicks, powerOfTen, roundEnds } from "../../src/report/axis.ts";

const near = (a: readonly number[], b: readonly number[], size: number): boolean => a.length === b.length && a.every((x, i) => Math.abs(x - b[i]) <= 4 * size * 2 ** -52);
const range = fc.tuple(fc.integer({ min: -12, max: 12 }), fc.double({ min: -1, max: 1, noNaN: true }), fc.double({ min: 1e-3, max: 1, noNaN: true }))
  .map(([e, at, length]): [number, number] => [at * powerOfTen(e), (at + length) * powerOfTen(e)]);

t.test("linear ticks and round ends are d3's", async (t) => {
  fc.assert(fc.property(range, fc.integer({ min: 1, max: 12 }), ([from, to], count) => {
    const size = Math.max(Math.abs(from), Math.abs(to));
    const d3 = scaleLinear().domain([from, to]);
    // Where a power of ten of d3's is a last bit off, so is a tick.
    return near(linearTicks(from, to, count), d3.ticks(count), size) && near(linearTicks(to, from, count), [...d3.ticks(count)].reverse(), size) && near(roundEnds([from, to]), d3.nice().domain(), 4 * size);
  }), { numRuns: 2000 });
  t.same(linearTicks(3, 3, 5), [3]);
  t.same(linearTicks(0, 1e-5, 5), [0, 2e-6, 4e-6, 6e-6, 8e-6, 1e-5], "as they are written");
  t.same(linearTicks(5, 0, 5), [5, 4, 3, 2, 1, 0]);
});

t.test("logarithmic ticks: 1, 2, 5; powers alone; d3's where the range is short", async (t) => {
  t.same(logTicks(1, 1000), [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].slice(0, 10).filter((_, i) => i % 3 === 0), "ten are too many: powers alone");
  t.same(logTicks(3, 300), [5, 10, 20, 50, 100, 200]);
  t.same(logTicks(1e-5, 1e5), Array.from({ length: 6 }, (_, i) => powerOfTen(2 * i - 4)).slice(0, 5), "every second power");
  for (const [low, high] of [[1.2, 1.7], [2.1, 4.6], [11, 18], [0.031, 0.049]]) {
    const got = logTicks(low, high);
    t.ok(got.length >= 2, `${low}..${high}: ${got.join()}`);
    if (!got.some((value) => [1, 2, 5].includes(value / powerOfTen(decade(value))))) t.ok(near(got, scaleLog().domain([low, high]).ticks(3), high), `${low}..${high}`);
  }
});

t.test("places: linear and logarithmic, as d3 to rounding; decades exactly", async (t) => {
  fc.assert(fc.property(fc.integer({ min: -300, max: 300 }), (k) => decade(powerOfTen(k)) === k && decade(powerOfTen(k) * (1 + 2 ** -52)) === k && (k <= -300 || decade(powerOfTen(k) * (1 - 2 ** -53)) <= k)));
  for (const [from, to] of [[1e-4, 10], [3, 7e6]]) {
    const [own, d3] = [axisOf("log", [from, to], [40, 700]), scaleLog().domain([from, to]).range([40, 700])];
    for (const value of [from, to, 0.5, 17, 1234]) t.ok(Math.abs(own(value) - d3(value)) < 1e-9, `${value}`);
    t.same([own.from, own.to], [from, to]);
  }
  t.equal(axisOf("linear", [0, 10], [100, 0])(2.5), 75);
});
