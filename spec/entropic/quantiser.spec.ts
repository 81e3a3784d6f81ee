/** Quantisers against numpy, fixture 14.5, and every bad input. */
import t from "tap";
import fc from "fast-check";
import { EngramError } from "../../src/numeric/index.ts";
import { EntropicMemory, fitQuantiser, HeteroMemory, Quantiser, roundHalfEven, type QuantiserData } from "../../src/entropic/index.ts";
import { golden, worst } from "./golden.ts";

t.test("three kinds, f32 and f64, against numpy", async (t) => {
  const { z, fresh, cases } = golden().quantisers;
  for (const { m, kind, q32, q64, back } of cases) {
    const label = `${kind}, m = ${m}`;
    const fitted = fitQuantiser(z, { kind, levels: m, precision: "f64" });
    const q = fitted.transform(fresh);
    t.same([...q].map((x) => x + 0), q64, `${label} f64`);
    t.same([...fitQuantiser(z, { kind, levels: m }).transform(fresh)].map((x) => x + 0), q32, `${label} f32`);
    // the same three operations in f64; percentiles interpolate in another order (2 units in the last place)
    if (m > 1) t.ok(worst(fitted.inverse(q), back) < 1e-14, `${label} back`);
  }
});

t.test("fixture 14.5: half to even; Q(Q^-1(q)) = q; the error is at most half a step", async (t) => {
  t.same([0.5, 1.5, 2.5, -0.5, -1.5, 0.49999999999999994, 2, 1e300].map((x) => roundHalfEven(x) + 0), [0, 2, 2, 0, -2, 0, 2, 1e300]);
  const unit = (m: number): Quantiser => fitQuantiser([[0], [1]], { levels: m });
  t.same([...unit(3).transform([0.25]), ...unit(3).transform([0.75]), ...unit(2).transform([0.5])], [0, 2, 0]);
  const z = [[-3, 0, 1e4], [5, 0.001, 1e4 + 7], [1, 0.0005, 1e4 + 2]];
  for (const kind of ["global", "local", "percentile"] as const) {
    for (const precision of ["f32", "f64"] as const) {
      for (const m of [2, 3, 4, 5, 7, 16, 64, 257, 1024]) {
        const quantiser = fitQuantiser(z, { kind, levels: m, precision });
        // In f32 a column near 10,000 has 14 bits for its range of 7: half a step is within reach of the rounding from m = 257 on.
        if (precision === "f32" && m > 64) continue;
        for (let q = 0; q < m; q++) t.equal(worst(quantiser.transform(quantiser.inverse([q, q, q])), [q, q, q]), 0, `${kind} ${precision} m = ${m} q = ${q}`);
      }
    }
  }
  const quantiser = fitQuantiser(z, { levels: 16, precision: "f64" });
  fc.assert(fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (u) => {
    const x = [-3 + 8 * u, 0.001 * u, 1e4 + 7 * u];
    const ranges = quantiser.ranges();
    return [...quantiser.inverse(quantiser.transform(x))].every((y, j) => Math.abs(y - x[j]) <= ranges[j] / 30 * (1 + 1e-9) + 1e-11);
  }));
});

t.test("outside the range: numbers outside 0 .. m - 1, slightly outside still the end level", async (t) => {
  const quantiser = fitQuantiser([[0], [1]], { levels: 5 });
  t.same([...quantiser.transform([-0.1, -0.2, 1.1, 1.2, -10, 10])].map((x) => x + 0), [0, -1, 4, 5, -40, 40]);
});

t.test("m = 1; constant columns refused or level 0 with a warning", async (t) => {
  const one = fitQuantiser([[0, 2], [1, 4]], { levels: 1 });
  t.same([...one.transform([0.3, 99])].map((x) => x + 0), [0, 0]);
  t.same([...one.inverse([0, 0])], [0.5, 3], "the middle of the range");
  t.same([...fitQuantiser([[0, 2], [1, 4]], { levels: 1, reference: true }).inverse([0, 0])], [0.5, 1], "the authors' forgets lo");
  const X = [[0, 7, 1], [1, 7, 2]];
  const mapped = fitQuantiser(X, { levels: 4 });
  t.match(mapped.warnings[0], /column 1 is constant/);
  t.same([...mapped.transform([0, 99, 2])], [0, 0, 3]);
  t.same([...mapped.inverse([0, 0, 3])], [0, 7, 2]);
  t.throws(() => fitQuantiser(X, { levels: 4, constantColumns: "refuse" }), /column 1 is constant/);
  t.match(fitQuantiser([new Float64Array(20)], { levels: 4 }).warnings[0], /columns 0, 1, 2, 3, 4, 5, 6, 7 and 12 more are constant/);
});

t.test("toJSON and back: the same levels; bad data is refused", async (t) => {
  const { z, fresh } = golden().quantisers;
  for (const kind of ["local", "global", "percentile"] as const) {
    const quantiser = fitQuantiser(z, { kind, levels: 16 });
    const again = new Quantiser(JSON.parse(JSON.stringify(quantiser)) as QuantiserData);
    t.ok(again.equals(quantiser));
    t.same(again.transform(fresh), quantiser.transform(fresh));
    t.notOk(fitQuantiser(z, { kind, levels: 15 }).equals(quantiser));
  }
  const good = fitQuantiser([[0, 1], [2, 3]], { levels: 4 }).data;
  for (const bad of [{ kind: "other" }, { levels: 0 }, { levels: 2.5 }, { levels: NaN }, { columns: 0 }, { columns: 3 }, { lo: [NaN, 0] }, { lo: [0] }, { hi: [-1, 3] }, { hi: [Infinity, 3] }, { hi: [1e300, 3] }, { precision: "f16" }, { constantColumns: "x" }, { lo: "ab" }]) {
    t.throws(() => new Quantiser({ ...good, ...bad } as QuantiserData), EngramError, JSON.stringify(bad));
  }
  for (const bad of [null, 3, undefined]) t.throws(() => new Quantiser(bad as unknown as QuantiserData), EngramError);
});

t.test("no patterns, NaN, infinities, parts of rows", async (t) => {
  t.throws(() => fitQuantiser([], { levels: 4 }), /at least one pattern/);
  t.throws(() => fitQuantiser([[0, NaN]], { levels: 4 }), /row 0, column 1/);
  t.throws(() => fitQuantiser([[0, Infinity]], { levels: 4 }), /row 0, column 1/);
  const quantiser = fitQuantiser([[0, 1], [2, 3]], { levels: 4 });
  t.throws(() => quantiser.transform([0, 1, 2]), /a multiple of 2/);
  t.throws(() => quantiser.transform([0, 1, 2, NaN]), /row 1, column 1/);
  t.throws(() => quantiser.inverse([0]), /a multiple of 2/);
  t.same([...quantiser.transform([])], []);
});

t.test("equal is what maps alike, whatever the order of its names", async (t) => {
  const made = fitQuantiser([[0, 1], [2, 5]], { levels: 8 });
  const turned = new Quantiser(Object.fromEntries(Object.entries(made.data).reverse()) as never);
  t.ok(made.equals(turned) && turned.equals(made));
  t.ok(made.equals(new Quantiser({ ...made.data, fittedOn: "elsewhere" })));
  for (const other of [{ levels: 9 }, { precision: "f64" }, { lo: [0, 0] }, { hi: [2, 6] }, { kind: "percentile" }, { reference: true }, { kind: "global", lo: [0], hi: [5] }]) {
    t.notOk(made.equals(new Quantiser({ ...made.data, ...other } as never)), JSON.stringify(other));
  }
});

t.test("a range too wide for the arithmetic is refused", async (t) => {
  const ends = (x: number): number[][] => [[0, -x], [1, x]];
  for (const kind of ["local", "percentile"] as const) t.throws(() => fitQuantiser(ends(3e38), { kind, levels: 2 }), /range of column 1: .* too wide for f32.*Scale the data/, kind);
  t.throws(() => fitQuantiser(ends(3e38), { kind: "global", levels: 2 }), /range of all columns: .*too wide for f32/);
  t.throws(() => fitQuantiser(ends(3e38), { levels: 1 }), /too wide/, "m = 1");
  t.throws(() => fitQuantiser(ends(2e37), { levels: 16 }), /15-fold f32 can hold/, "15 times the range overflows");
  t.throws(() => fitQuantiser(ends(1e308), { levels: 2, precision: "f64" }), /too wide for f64/);
  for (const [x, levels, precision] of [[1e37, 16, "f32"], [1.6e38, 2, "f32"], [3e38, 16, "f64"]] as const) {
    t.same([...fitQuantiser(ends(x), { levels, precision }).transform(ends(x).flat())], [0, 0, levels - 1, levels - 1], `${x}`);
  }
  const { data } = fitQuantiser(ends(1), { levels: 4 });
  t.equal(new Quantiser({ ...data, lo: [0, -3e38], hi: [1, 3e38] }).columns, 2, "plain data, as of an old file, is taken as it is");
  for (const memory of [new EntropicMemory(), new HeteroMemory()]) {
    memory.store(ends(3e38), { values: memory instanceof HeteroMemory ? ends(1) : undefined } as never);
    t.throws(() => memory.toBytes(), /range of column 1: .*too wide for f32/);
  }
});
