/** The corpora of the entropic memories before CIFAR-10: cut as training/corpora.py cuts them (fixtures/experiments/corpora.py), disjoint, whole; pairs by class. */
import { readFileSync } from "node:fs";
import t from "tap";
import { EngramError } from "../../src/numeric/index.ts";
import { loadFashion } from "../../src/experiments/data.ts";
import { corporaOf, type JointKind, loadWhole, pairsOf, shuffledPlaces } from "../../src/experiments/joint-corpora.ts";
import { openJoint } from "../../src/experiments/joint-networks.ts";
import { unseenGarments } from "../../src/experiments/unseen-garments.ts";

const golden = JSON.parse(readFileSync("fixtures/experiments/corpora.json", "utf8")) as { shuffled: number[]; labels: number[]; cuts: { kind: JointKind; fold: number; parts: number[][] }[] };

t.test("the cuts of the recipe", async (t) => {
  t.same([...shuffledPlaces(70000).subarray(0, 12)], golden.shuffled);
  const labels = Uint8Array.from(golden.labels);
  for (const { kind, fold, parts } of golden.cuts) {
    const { train, fill, test } = corporaOf(kind, labels, fold);
    t.same([train, fill, test].map((part) => [...part]), parts, `${kind}, fold ${fold}`);
    t.equal(new Set([...train, ...fill, ...test]).size, labels.length, "every picture in one corpus");
  }
  for (const fold of [-1, 10, 0.5]) t.throws(() => corporaOf("mnist2021", labels, fold), EngramError);
});

t.test("of the shipped slice only what no shipped network has seen", async (t) => {
  const set = loadFashion();
  const { fill, test } = unseenGarments(set);
  const { train } = corporaOf("fashion2023", new Uint8Array(70000));
  const seen = new Set(train);
  t.ok([...fill, ...test].every((i) => !seen.has(60000 + i)));
  t.equal(fill.length + test.length, set.count - [...train].filter((place) => place >= 60000 && place < 61000).length);
  t.ok(fill.length > 150 && test.length > 70);
});

t.test("pairs: of one class, each picture once, the smaller side in its order", async (t) => {
  const labels = Uint8Array.of(0, 1, 0, 2, 1, 0, 0, 5);
  const pairs = pairsOf({ places: Uint32Array.of(7, 5, 3, 1, 0), labels }, { places: Uint32Array.of(6, 4, 2), labels });
  t.same([[...pairs.left], [...pairs.right]], [[5, 1, 0], [6, 4, 2]], "the right side is smaller: 6 with the first of class 0, 4 with the first of class 1, 2 with the next of class 0");
  const swapped = pairsOf({ places: Uint32Array.of(6, 4, 2), labels }, { places: Uint32Array.of(7, 5, 3, 1, 0), labels });
  t.same([[...swapped.left], [...swapped.right]], [[6, 4, 2], [5, 1, 0]]);
  t.same(pairsOf({ places: Uint32Array.of(7), labels }, { places: Uint32Array.of(0), labels }).left.length, 0, "no partner");
});

t.test("bad input: no files, no weights", async (t) => {
  t.throws(() => loadWhole("/nowhere"), EngramError);
  t.throws(() => openJoint("mnist", "/nowhere"), /training\/entropic-joint\.py mnist/);
});
