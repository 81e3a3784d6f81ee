/** Recall as a fold: shards cut at multiples of 256 rows give the unsharded bits in any grouping; other cuts agree within rounding. */
import t from "tap";
import { Rows } from "../../src/kernels/index.ts";
import { finishAnyCut, finishShards, folds, identity, max, mergeShards, negL1, partial, power, separationOf, softmax, sparsemax, threshold, topK, UniversalMemory } from "../../src/universal/index.ts";
import { matrix, random, worst } from "./golden.ts";

const r = random(41);
const [N, D] = [1300, 5];
const Xi = matrix(N, D, () => Math.fround(r.uniform()));
// duplicates over block borders, so that ties must find the lowest row
Xi[1100] = Xi[12];
Xi[600] = Xi[12];
const cue = Xi[12];

function shard(from: number, to: number, precision: "f32" | "f64" = "f32"): Rows {
  const rows = new Rows(D, { precision });
  rows.append(Xi.slice(from, to).flat());
  return rows;
}

const FOLDING = [softmax(1), softmax(40), max, identity, power(3), threshold(-0.5), topK(1), topK(7, 3), separationOf("exp").make(2), separationOf("lsr").make(2)];

t.test("law", async (t) => {
  for (const [separation, precision] of FOLDING.flatMap((sep) => [[sep, "f32"], [sep, "f64"]] as const)) {
    const whole = shard(0, N, precision);
    const state = (from: number, to: number): ReturnType<typeof partial> => {
      const rows = shard(from, to, precision);
      return partial(separation, negL1.bind(rows).scores(cue), rows, from);
    };
    const reference = finishShards(separation, partial(separation, negL1.bind(whole).scores(cue), whole));
    const cuts: number[][] = [[0, 256, N], [0, 512, 768, N], [0, 1024, 1280, N], [0, 256, 512, 768, 1024, 1280, N]];
    for (const cut of cuts) {
      const shards = cut.slice(1).map((to, i) => state(cut[i], to));
      const forwards = shards.reduce((a, b) => mergeShards(separation, a, b));
      const backwards = shards.reduceRight((b, a) => mergeShards(separation, b, a));
      for (const tree of [forwards, backwards]) {
        const got = finishShards(separation, tree);
        t.ok(got.z.every((x, i) => Object.is(x, reference.z[i])) && Object.is(got.W, reference.W), `${separation.name}, cut at ${cut}`);
      }
    }
    const odd = [0, 100, 777, 1001, N];
    const got = finishAnyCut(separation, odd.slice(1).map((to, i) => state(odd[i], to)));
    // 1,300 terms in another order: f64 1,300 times 1.1e-16, relative; f32 stores sum 256 rows in f32: 256 times 6e-8
    t.ok(worst(got.z, [...reference.z], 1e-300) < (precision === "f64" ? 1.5e-13 : 1.5e-5), `${separation.name}, any cut`);
  }
});

t.test("the memory recalls through the fold", async (t) => {
  for (const [name, separation] of [["softmax(40)", softmax(40)], ["max", max], ["topK(7)", topK(7, 3)]] as const) {
    const memory = new UniversalMemory({ separation: name, ...(name === "topK(7)" ? { beta: 3 } : {}) });
    memory.store(Xi);
    const a = [shard(0, 512), shard(512, N)];
    const [first, second] = a.map((rows, i) => partial(separation, negL1.bind(rows).scores(cue), rows, 512 * i));
    const { z } = finishShards(separation, mergeShards(separation, first, second));
    t.ok(memory.recall(cue).state.every((x, i) => Object.is(x, z[i])), name);
  }
});

t.test("ties over shards go to the lowest row; what cannot fold says so", async (t) => {
  const memory = new UniversalMemory({ separation: "max" });
  memory.store(Xi);
  t.equal(memory.recall(cue).index, 12);
  t.notOk(folds(sparsemax()));
  const rows = shard(0, 4);
  t.throws(() => partial(sparsemax(), new Float64Array(4), rows), /folds over shards/);
  t.throws(() => finishShards(max, []), /at least one stored row/);
});
