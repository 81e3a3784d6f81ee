/** Minima among pictures in bytes: against the library's own enumeration, against numpy on MNIST where it is at hand, the quick run, bad input. */
import fc from "fast-check";
import t from "tap";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { minimaAt, pairDistances } from "../../src/dense/index.ts";
import { type Context, experiments, loadMnist, type Report } from "../../src/experiments/index.ts";
import { minimaWithSeed, retest, seedSets, testSet } from "../../src/experiments/lsr-byte-minima.ts";
import { decodePng } from "../../src/images/index.ts";
import { ByteRows } from "../../src/kernels/index.ts";

const quick: Context = { quick: true, seed: 3, progress: () => {}, now: () => 0 };
async function run(context: Partial<Context> = {}): Promise<Report> {
  return experiments.find(({ name }) => name === "lsr-mnist-60k")!.run({ ...quick, ...context });
}

/** Few levels make twins and ties at whole radii; many do not. */
const store = fc.tuple(fc.integer({ min: 2, max: 11 }), fc.constantFrom(1, 2, 3, 5), fc.constantFrom(2, 7, 255)).chain(([n, dim, most]) =>
  fc.tuple(fc.constant(dim), fc.uint8Array({ minLength: n * dim, maxLength: n * dim, max: most }), fc.double({ min: 0.05, max: 1, noNaN: true }), fc.boolean()));

t.test("sets with the seed are the minima that hold it; single sets are judged alike", async (t) => {
  fc.assert(fc.property(store, ([dim, bytes, share, whole]) => {
    const n = bytes.length / dim;
    const D2 = pairDistances(bytes, dim);
    const largest = Math.max(...D2);
    if (largest === 0) return true;
    // 2 / (2 / r2) may differ from r2 in the last place: both sides take the same number.
    const beta = 2 / Math.max(0.25, whole ? Math.round(share * largest) : share * largest);
    const r2 = 2 / beta;
    const want = minimaAt(D2, beta).minima.map(({ members }) => members.join()).sort();
    const rows = new ByteRows(bytes, dim);
    for (let seed = 0; seed < n; seed++) {
      const { minima, complete } = seedSets(rows, bytes, seed, r2, 1e6);
      const own = minima.map((K) => [...K].sort((a, b) => a - b).join()).sort();
      if (!complete || own.join(" ") !== want.filter((K) => K.split(",").includes(`${seed}`)).join(" ")) return false;
    }
    const half = Array.from({ length: Math.ceil(n / 2) }, (_, i) => 2 * i).filter((mu) => mu < n);
    const ok = retest(rows, bytes, half, r2).every(({ members, tested }) => tested.minimum === want.includes(members.join()) && (tested.minimum || (tested.blocker >= 0 && !members.includes(tested.blocker))));
    rows.dispose();
    return ok;
  }), { numRuns: 300 });
  t.pass("seeds, twins, ties, subsets");
});

t.test("the budget: sizes before it are complete, the size it ends in is not, and says so", async (t) => {
  // Five points a unit apart on a line, radius above them all: every set is a candidate.
  const D2 = Int32Array.from(pairDistances([0, 1, 2, 3, 4], 1));
  const all = minimaWithSeed(D2, 5, 100, 1e6);
  t.same(all.bySize.map(({ tested }) => tested), [1, 4, 6, 4, 1]);
  t.same(all.minima, [[0, 1, 2, 3, 4]], "one ball around everything");
  t.ok(all.complete);
  const short = minimaWithSeed(D2, 5, 100, 7);
  t.same(short.bySize.map(({ size, tested, complete }) => [size, tested, complete]), [[1, 1, true], [2, 4, true], [3, 3, false]]);
  t.notOk(short.complete);
  t.notOk(minimaWithSeed(D2, 5, 100, 0).complete);
  const pairs = minimaWithSeed(D2, 5, 100, 1e6, 2);
  t.same([pairs.bySize.length, pairs.complete], [2, false], "sets of three were not asked for");
  t.same(minimaWithSeed(Int32Array.of(0), 1, 1, 0).minima, [[0]], "one pattern is a memory, without any budget");
  t.same(testSet([0, 1], [D2.subarray(0, 5), D2.subarray(5, 10)], 2.25), { minimum: false, blocker: 2 }, "2 lies exactly 1.5 from .5: a tie spoils it (L20)");
  t.same(testSet([0, 1], [D2.subarray(0, 5), D2.subarray(5, 10)], 2.2), { minimum: true, blocker: -1 });
  t.same(testSet([0, 4], [D2.subarray(0, 5), D2.subarray(20, 25)], 4), { minimum: false, blocker: -1 }, "its own members lie outside");
});

t.test("lsr-mnist-60k --quick", async (t) => {
  const { result, files } = await run();
  t.ok(result.checks.length >= 3 && result.pass, JSON.stringify(result.checks.filter(({ pass }) => !pass)));
  t.same([...files.keys()].sort(), ["index.html", "kept.svg", "result.json", "seed.png", "sixteen.png", "spoilt.png", "standing.png"]);
  for (const file of files.keys()) if (file.endsWith(".png")) t.ok(decodePng(files.get(file)!).width > 200, file);
  t.equal(result.rows[0].kept, 500, "beta lies where half of a thousand are kept");
  const again = await run();
  for (const [file, bytes] of files) t.equal(Buffer.compare(Buffer.from(bytes), Buffer.from(again.files.get(file)!)), 0, `${file}: the same bytes`);
  const other = await run({ seed: 4 });
  t.not(JSON.stringify(other.result.parameters.sixteen), JSON.stringify(result.parameters.sixteen), "another seed, another draw");
  await t.rejects(run({ quick: false }), /--data/);
  await t.rejects(run({ quick: false, data: "fixtures" }), /train-images-idx3-ubyte/);
});

const mnist = join(process.env.ENGRAM_DATA ?? "../shared/data", "mnist");

t.test("all 60,000: neighbourhood, pairs, triples and the sixteen are numpy's", { skip: existsSync(mnist) ? false : `${mnist} is not here`, timeout: 200_000 }, async (t) => {
  const golden = JSON.parse(readFileSync("fixtures/experiments/mnist-60k.json", "utf8")) as {
    first2000: { sum: number; largest: number; smallest: number }; neighbours: number; pairs: number; partnerSum: number; partnersFirst: number[];
    nearest: number; triples: [number, number][]; sixteen: { members: number[]; all: boolean }[];
  };
  const { bytes } = loadMnist(mnist, "train");
  const r2 = (2 * 255 * 255) / 0.11;
  const few = new ByteRows(bytes.subarray(0, 2000 * 784), 784);
  const { squared } = few.nearest();
  few.dispose();
  t.same({ sum: squared.reduce((a, b) => a + b, 0), largest: Math.max(...squared), smallest: Math.min(...squared) }, golden.first2000);
  const rows = new ByteRows(bytes, 784);
  const { minima, bySize } = seedSets(rows, bytes, 38, r2, 1e6, 3);
  t.same(bySize.map(({ complete }) => complete), [true, true, false], "pairs are complete, a million triples are not");
  const partners = minima.filter(({ length }) => length === 2).map(([, nu]) => nu);
  t.same([partners.length, partners.reduce((a, b) => a + b, 0), partners.slice(0, 20)], [golden.pairs, golden.partnerSum, golden.partnersFirst]);
  const near = rows.distances(bytes.slice(38 * 784, 39 * 784));
  const order = rows.within(bytes.slice(38 * 784, 39 * 784), 4 * r2).sort((a, b) => near[a] - near[b] || a - b);
  t.equal(order.length, golden.neighbours);
  const nearest = new Set(order.slice(1, golden.nearest + 1));
  const triples = minima.filter((K) => K.length === 3 && nearest.has(K[1]) && nearest.has(K[2])).map(([, a, b]) => [a, b]).sort(([a, b], [c, d]) => a - c || b - d);
  t.same(triples, golden.triples, `${golden.triples.length} triples`);
  const sixteen = retest(rows, bytes, [38, 25286, 55310, 41692, 47282, 6432, 33356, 50564, 26954, 15230, 49984, 20818, 15944, 44090, 43966, 9075], r2);
  const texts = (sets: readonly { members: readonly number[] }[]): string[] => sets.map(({ members }) => [...members].sort((a, b) => a - b).join()).sort();
  t.same(texts(sixteen), texts(golden.sixteen), "103 within the subset");
  t.same(texts(sixteen.filter(({ tested }) => tested.minimum)), texts(golden.sixteen.filter(({ all }) => all)), "26 of them against all");
  rows.dispose();
});
