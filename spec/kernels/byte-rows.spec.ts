/** Rows of bytes against direct differences: whole numbers, so every answer is equal, not close. */
import fc from "fast-check";
import t from "tap";
import { ByteRows } from "../../src/kernels/index.ts";
import { EngramError } from "../../src/numeric/index.ts";

const BACKENDS = ["simd", "scalar"] as const;

/** Direct differences. */
function squared(bytes: Uint8Array, dim: number, i: number, j: number): number {
  let sum = 0;
  for (let k = 0; k < dim; k++) sum += (bytes[i * dim + k] - bytes[j * dim + k]) ** 2;
  return sum;
}

/** Few values make twins and ties; many do not. */
const store = fc.tuple(fc.integer({ min: 2, max: 40 }), fc.constantFrom(1, 2, 3, 4, 5, 7, 8, 17, 64), fc.constantFrom(1, 255))
  .chain(([n, dim, most]) => fc.tuple(fc.constant(dim), fc.uint8Array({ minLength: n * dim, maxLength: n * dim, max: most })));

t.test("distances and nearest rows are those of direct differences, ties to the smallest number", async (t) => {
  fc.assert(fc.property(store, ([dim, bytes]) => {
    const n = bytes.length / dim;
    for (const backend of BACKENDS) {
      const rows = new ByteRows(bytes, dim, { backend });
      const { squared: near, index } = rows.nearest();
      const table = rows.table();
      for (let i = 0; i < n; i++) {
        const all = Array.from({ length: n }, (_, j) => squared(bytes, dim, i, j));
        const cue = bytes.slice(i * dim, (i + 1) * dim);
        if (all.some((d, j) => table[i * n + j] !== d)) return false;
        if (rows.distances(cue).some((d, j) => d !== all[j])) return false;
        if (i < n - 1 && rows.distancesOf(i, Math.min(n, i + 11)).some((line, a) => line.some((d, j) => d !== squared(bytes, dim, i + a, j)))) return false;
        if (rows.distances(cue, 1, n - 1).some((d, j) => d !== all[j + 1])) return false;
        const others = all.map((d, j) => (j === i ? Infinity : d));
        const least = Math.min(...others);
        if (near[i] !== least || index[i] !== others.indexOf(least)) return false;
        if (rows.within(cue, least + 1).join() !== all.flatMap((d, j) => (d < least + 1 ? [j] : [])).join()) return false;
      }
      rows.dispose();
    }
    return true;
  }));
  t.pass("both twins");
});

t.test("the largest sums that 32 bits hold, and blocks that are not full", async (t) => {
  const dim = 33025;
  const bytes = new Uint8Array(2 * dim).fill(255, 0, dim);
  for (const backend of BACKENDS) {
    const rows = new ByteRows(bytes, dim, { backend });
    t.equal(rows.nearest().squared[0], 255 * 255 * dim, `${backend}: 2,147,450,625, below 2^31`);
    rows.dispose();
  }
  const many = Uint8Array.from({ length: 515 * 3 }, (_, i) => (i * 7919) % 251);
  const rows = new ByteRows(many, 3);
  const fractions: number[] = [];
  const { squared: near } = rows.nearest((fraction) => fractions.push(fraction));
  for (const i of [0, 255, 256, 511, 512, 514]) t.equal(near[i], Math.min(...Array.from({ length: 515 }, (_, j) => (j === i ? Infinity : squared(many, 3, i, j)))), `row ${i}`);
  const table = rows.table();
  for (const [i, j] of [[0, 514], [514, 0], [256, 255], [255, 511], [300, 300]]) t.equal(table[i * 515 + j], squared(many, 3, i, j), `${i}, ${j}`);
  const [last] = rows.distancesOf(514, 515);
  for (const j of [0, 255, 256, 511, 514]) t.equal(last[j], squared(many, 3, 514, j), `514, ${j}`);
  t.same(rows.distancesOf(3, 3), []);
  t.throws(() => rows.distancesOf(2, 516), { message: /range/ });
  t.ok(fractions.every((f, i) => i === 0 || f > fractions[i - 1]) && fractions[fractions.length - 1] === 1, "progress ends at 1");
  rows.dispose();
});

t.test("what is refused", async (t) => {
  t.throws(() => new ByteRows(new Uint8Array(7), 2), EngramError);
  t.throws(() => new ByteRows(new Uint8Array(0), 2), /at least one/);
  for (const dim of [0, 1.5, NaN, 33026]) t.throws(() => new ByteRows(new Uint8Array(33026), dim), /dimension/);
  const rows = new ByteRows(new Uint8Array(6), 2);
  t.throws(() => rows.distances(new Uint8Array(3)), /2 bytes/);
  t.throws(() => rows.distances(new Uint8Array(2), 2, 4), /range/);
  rows.dispose();
  rows.dispose();
  t.throws(() => rows.nearest(), /disposed/);
  t.throws(() => rows.table(), /disposed/);
  t.throws(() => new ByteRows(new Uint8Array(16385), 1, { backend: "scalar" }).table(), /at most 16384 rows/);
  t.throws(() => rows.distances(new Uint8Array(2)), /disposed/);
  const single = new ByteRows(new Uint8Array(2), 2, { backend: "scalar" });
  t.throws(() => single.nearest(), /at least two/);
  single.dispose();
  t.same(Array.from(single.distances(new Uint8Array(2))), [0], "the scalar twin holds nothing that could be gone");
});
