/** The list of minima that follows what is stored and forgotten, against a rebuild after every edit. */
import fc from "fast-check";
import t from "tap";
import { seeded } from "../../../src/numeric/index.ts";
import { LiveMinima, type Minimum, minimaAt, rowPairs } from "../../../src/dense/index.ts";

/** Everything but rounding: sets exactly, numbers to 1e-12 of r_s^2. */
function same(a: readonly Minimum[], b: readonly Minimum[], beta: number): boolean {
  const close = (x: number, y: number): boolean => x === y || Math.abs(x - y) <= 1e-11 * (1 + 2 / beta);
  // A search orders sets by the first of duplicates, this list by all members.
  const order = ({ members }: Minimum): string => members.map((mu) => String(mu).padStart(3, "0")).join();
  b = [...b].sort((p, q) => (order(p) < order(q) ? -1 : 1));
  return a.length === b.length && a.every((one, i) => one.members.join() === b[i].members.join() && one.novel === b[i].novel && one.at.join() === b[i].at.join()
    && close(one.in2, b[i].in2) && close(one.out2, b[i].out2) && close(one.energy, b[i].energy) && close(one.basin, b[i].basin) && close(one.nearest, b[i].nearest));
}

t.test("stored and forgotten in any order: the list of a rebuild, and edits that add up", async (t) => {
  const run = fc.record({ seed: fc.nat(1e6), d: fc.integer({ min: 1, max: 4 }), side: fc.integer({ min: 0, max: 6 }), beta: fc.constantFrom(0.1, 0.25, 0.5, 1, 2, 5, 20) });
  t.doesNotThrow(() => fc.assert(fc.property(run, ({ seed, d, side, beta }) => {
    const rng = seeded(seed);
    const draw = (): Float64Array => Float64Array.from({ length: d }, () => (side === 0 ? 2 * rng.uniform() : rng.integer(side)));
    let Xi: Float64Array[] = Array.from({ length: rng.integer(6) }, draw);
    const flat = (): Float64Array => Float64Array.from(Xi.flatMap((row) => [...row]));
    const live = new LiveMinima(flat(), d, beta, 1e-3);
    for (let edit = 0; edit < 14; edit++) {
      const before = live.minima.length;
      let done;
      if (Xi.length > 0 && rng.uniform() < 0.45) {
        const mu = rng.integer(Xi.length);
        done = live.forget(mu);
        Xi = Xi.filter((_, nu) => nu !== mu);
      } else {
        Xi.push(draw());
        done = live.store(Xi[Xi.length - 1]);
      }
      if (live.size !== Xi.length || live.minima.length !== before + done.created - done.destroyed) return false;
      if (!same(live.minima, Xi.length === 0 ? [] : minimaAt(rowPairs(flat(), d), beta, { eps: 1e-3 }).minima, beta)) return false;
    }
    return true;
  }), { numRuns: 300 }));
});

t.test("by hand: a pattern between two takes their midpoint away, and gives it back", async (t) => {
  const live = new LiveMinima([0, 3], 1, 0.5); // r_s = 2
  t.same(live.minima.map(({ members }) => members), [[0], [0, 1], [1]]);
  t.same(live.store([10]), { created: 1, destroyed: 0 });
  t.same(live.store([1.5]), { created: 3, destroyed: 3 }, "within 2 of the three; their mean is its own place, and it has a mean with each");
  t.same(live.minima.map(({ members, at }) => [members, at]), [[[0, 1, 3], [3]], [[0, 3], []], [[1, 3], []], [[2], [2]]]);
  t.same(live.forget(3), { created: 3, destroyed: 3 });
  t.same(live.minima.map(({ members }) => members), [[0], [0, 1], [1], [2]]);
});

t.test("bad input leaves it as it was", async (t) => {
  const live = new LiveMinima([0, 0, 1, 1], 2, 3);
  t.throws(() => live.store([1]), { message: /2 numbers/ });
  t.throws(() => live.store([1, NaN]), { message: /number 1/ });
  t.throws(() => live.forget(2), { message: /below 2/ });
  t.throws(() => new LiveMinima([1, 2, 3], 2, 1), { message: /whole rows/ });
  t.throws(() => new LiveMinima([Infinity], 1, 1), { message: /finite/ });
  t.throws(() => new LiveMinima([1], 1, 0), { message: /beta/ });
  t.equal(live.size, 2);
  t.equal(live.minima.length, 3);
});
