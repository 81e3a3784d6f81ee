/**
 * `lsr-mnist-60k` (arXiv 2506.10801, Figure 10; epanechnikov-memory.md section 7.7): LSR over all 60,000 MNIST images as pixels, beta = .11. How many
 * are kept; what a neighbourhood of 16 imagines; and which of that is a memory of all 60,000, which the paper does not ask.
 *
 * Everything is whole numbers: squared distances of bytes against r2 = 2 255^2 / beta, never a tie, no tolerance. Complete: all single
 * patterns; with the seed (image 38) every set of 2, and of 3 where the budget of 30 million sets lasts; larger sets only as far as it does.
 *
 * With --quick: the 1,000 pictures of Fashion-MNIST that are shipped, beta where half of them are kept, a seeded draw of 16.
 */
import { join } from "node:path";
import { ByteRows } from "../kernels/index.ts";
import { seeded } from "../numeric/index.ts";
import { check, type Check, result } from "../report/index.ts";
import { loadFashion, loadMnist } from "./data.ts";
import { type Context, dataFolder, type Experiment, type Report } from "./experiment.ts";
import { type Retested, retest, seedSets } from "./lsr-byte-minima.ts";
import { bytesReport, type Found } from "./lsr-mnist-60k-page.ts";

export const lsrMnist60k: Experiment = { name: "lsr-mnist-60k", title: "Epanechnikov memories of all 60,000 digits", needsData: true, run };

/** Image 38 and the authors' draw among its neighbours. */
const SIXTEEN: readonly number[] = [38, 25286, 55310, 41692, 47282, 6432, 33356, 50564, 26954, 15230, 49984, 20818, 15944, 44090, 43966, 9075];
const BETA = 0.11;
const [BUDGET, QUICK_BUDGET] = [3e7, 2e5];
/** Sets with the seed that are tested once more, coordinate by coordinate. */
const TWICE = 24;

function run(context: Context): Report {
  const start = context.now();
  const { quick, seed } = context;
  const set = quick ? loadFashion() : loadMnist(join(dataFolder(context, lsrMnist60k.name), "mnist"), "train");
  const { bytes, count: N } = set;
  const dim = bytes.length / N;
  const rows = new ByteRows(bytes, dim);
  const { squared } = rows.nearest((fraction) => context.progress("nearest neighbours", 0.8 * fraction));
  const seconds = context.now() - start;
  const sorted = squared.slice().sort();
  const middle = sorted.length >> 1;
  const r2 = quick ? (sorted[middle - 1] + sorted[middle]) / 2 : (2 * 255 * 255) / BETA;
  const cue = (mu: number): Uint8Array => bytes.subarray(mu * dim, (mu + 1) * dim);
  const sixteen = quick ? draw(rows, squared, r2, cue, seed) : SIXTEEN;
  context.progress("sixteen patterns against all", 0.82);
  const retested = retest(rows, bytes, sixteen, r2);
  context.progress("every set with the seed", 0.85);
  const withSeed = seedSets(rows, bytes, sixteen[0], r2, quick ? QUICK_BUDGET : BUDGET);
  const neighbours = rows.within(cue(sixteen[0]), 4 * r2).length;
  rows.dispose();
  const survivors = retested.filter(({ tested }) => tested.minimum).map(({ members }) => members);
  const twice = [...survivors, ...withSeed.minima.filter((_, i) => i % Math.ceil(withSeed.minima.length / TWICE) === 0)];
  context.progress("once more, coordinate by coordinate", 0.95);
  const singles = Array.from({ length: TWICE }, (_, i) => Math.floor((i * N) / TWICE));
  const agreed = twice.filter((members) => stands(members, bytes, dim, r2)).length + singles.filter((mu) => stands([mu], bytes, dim, r2) === squared[mu] > r2).length;
  const found: Found = {
    set, r2, beta: (2 * 255 * 255) / r2, sorted, sixteen, retested, withSeed, neighbours,
    kept: squared.reduce((sum, d) => sum + Number(d > r2), 0), seedDistance: Math.sqrt(squared[sixteen[0]]) / 255,
    half: (2 * 255 * 255) / sorted[middle], all: (2 * 255 * 255) / sorted[0], closest: Math.sqrt(sorted[0]) / 255,
  };
  return bytesReport(result({
    experiment: lsrMnist60k.name, title: lsrMnist60k.title, seed, seconds: context.now() - start,
    parameters: {
      quick, pictures: quick ? "Fashion-MNIST, the slice shipped" : "MNIST training images", N, d: dim, beta: found.beta, "r_s": Math.sqrt(r2) / 255,
      "r2 in bytes": r2, sixteen, "seconds for all nearest neighbours": seconds, "pairs per second": (N * (N - 1)) / 2 / Math.max(seconds, 1e-9), "budget of sets": quick ? QUICK_BUDGET : BUDGET,
    },
    rows: rowsOf(found),
    checks: [...(quick ? [] : published(found)), ...always(found, twice.length + singles.length, agreed)],
  }), found);
}

/** The authors' protocol with a draw of our own: a kept picture with at least 15 neighbours, and 15 of those. */
function draw(rows: ByteRows, squared: Int32Array, r2: number, cue: (mu: number) => Uint8Array, seed: number): number[] {
  const first = squared.findIndex((d, mu) => d > r2 && rows.within(cue(mu), 4 * r2).length > 15);
  const others = rows.within(cue(first), 4 * r2).filter((mu) => mu !== first);
  seeded(seed).shuffle(others);
  return [first, ...others.slice(0, 15)];
}

/** (L17) without any table: | |K| xi - sum of K |^2 against |K|^2 r2, for every pattern. */
function stands(members: readonly number[], bytes: Uint8Array, dim: number, r2: number): boolean {
  const sum = new Float64Array(dim);
  for (const mu of members) for (let k = 0; k < dim; k++) sum[k] += bytes[mu * dim + k];
  const size = members.length;
  const edge = size * size * r2;
  for (let nu = 0, at = 0; at < bytes.length; nu++, at += dim) {
    let g = 0;
    for (let k = 0; k < dim && g < edge; k++) g += (sum[k] - size * bytes[at + k]) ** 2;
    if (g < edge !== members.includes(nu)) return false;
  }
  return true;
}

function rowsOf({ sorted, beta, kept, half, all, closest, retested, withSeed }: Found): Record<string, number | string | boolean>[] {
  const alive = retested.filter(({ tested }) => tested.minimum);
  const novel = (list: readonly Retested[]): number => list.filter((one) => one.novel).length;
  return [
    { part: "all patterns", beta, kept, of: sorted.length, "half kept from beta": half, "all kept from beta": all, "closest pair": closest },
    { part: "sixteen, within the subset", kept: retested.length - novel(retested), novel: novel(retested) },
    { part: "sixteen, against all", kept: alive.length - novel(alive), novel: novel(alive) },
    ...withSeed.bySize.map(({ size, tested, minima, complete }) => ({ part: "with the seed, against all", size, tested, minima, complete })),
  ];
}

/** The numbers of Figure 10 and of the exact re-run. */
function published({ kept, sorted, half, all, closest, seedDistance, neighbours, retested, withSeed }: Found): Check[] {
  const rerun = "independent re-run";
  const alive = retested.filter(({ tested }) => tested.minimum);
  const sizes = [2, 3, 4].map((size) => retested.filter(({ members }) => members.length === size).length);
  return [
    check({ name: "kept of 60,000", measured: kept, expected: 30214, origin: rerun }),
    check({ name: "share kept", measured: kept / sorted.length, expected: 0.5, tolerance: 0.01, origin: "paper (about half)" }),
    check({ name: "beta from which half are kept", measured: half, expected: 0.109464, tolerance: 5e-7, origin: rerun }),
    check({ name: "beta from which all are kept", measured: all, expected: 2.961672, tolerance: 1e-6, origin: rerun }),
    check({ name: "closest pair", measured: closest, expected: 0.821763, tolerance: 5e-7, origin: rerun }),
    check({ name: "image 38: distance to its nearest neighbour", measured: seedDistance, expected: 5.024991, tolerance: 5e-7, origin: rerun }),
    check({ name: "image 38: patterns within 2 r_s, itself included", measured: neighbours, expected: 7281, origin: "paper (about 7.3k), independent re-run" }),
    check({ name: "sixteen: kept within the subset", measured: retested.filter(({ novel }) => !novel).length, expected: 14, origin: rerun }),
    check({ name: "sixteen: novel within the subset, sets of 2, 3, 4", measured: sizes.join(", "), expected: "68, 19, 2", origin: rerun }),
    check({ name: "sixteen: kept, against all", measured: alive.filter(({ novel }) => !novel).length, expected: 3, origin: rerun }),
    check({ name: "sixteen: novel, against all", measured: alive.filter(({ novel }) => novel).length, expected: 23, origin: rerun }),
    check({ name: "pairs with the seed: all tested", measured: withSeed.bySize[1].complete, expected: true, origin: "derived, (L24)" }),
  ];
}

function always({ retested, withSeed }: Found, twice: number, agreed: number): Check[] {
  const alive = retested.filter(({ tested }) => tested.minimum && tested.blocker < 0).length;
  const blocked = retested.filter(({ tested }) => !tested.minimum && tested.blocker >= 0).length;
  return [
    check({ name: "sets and single patterns judged alike coordinate by coordinate", measured: agreed, expected: twice, origin: "derived, (L17)" }),
    check({ name: "sixteen: minima that stand, or have a pattern named that spoils them", measured: alive + blocked, expected: retested.length, origin: "derived, (L17)" }),
    check({ name: "novel memories with the seed, at least", measured: withSeed.minima.length - 1, expected: 1, relation: "at least", origin: "derived" }),
  ];
}
