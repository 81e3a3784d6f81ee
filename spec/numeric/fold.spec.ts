import t from "tap";
import fc from "fast-check";
import { Fold, finish, leaf, merge } from "../../src/numeric/fold.ts";
import type { Join, Tree } from "../../src/numeric/fold.ts";

// String concatenation with brackets is neither commutative nor associative: it shows the exact tree that was built.
const bracket: Join<string> = (a, b) => `(${a}${b})`;
const leaves = (from: number, to: number): Tree<string> => {
  let tree: Tree<string> = [];
  for (let block = from; block < to; block++) tree = merge(bracket, tree, leaf(block, String.fromCharCode(97 + block)));
  return tree;
};

t.test("no rows at all finish to undefined", async (t) => {
  t.equal(finish(bracket, []), undefined);
});

t.test("five blocks: one aligned subtree of four, one leaf, joined last first", async (t) => {
  const tree = leaves(0, 5);
  t.same(tree.map(({ level, index }) => [level, index]), [[2, 0], [0, 4]]);
  t.equal(finish(bracket, tree), "(((ab)(cd))e)");
});

t.test("a shard that begins at an odd block keeps its first block apart", async (t) => {
  t.same(leaves(1, 5).map(({ level, index, state }) => [level, index, state]), [[0, 1, "b"], [1, 1, "(cd)"], [0, 4, "e"]]);
});

t.test("any cut into shards, merged in any order and grouping, is the unsharded tree", async (t) => {
  fc.assert(fc.property(
    fc.integer({ min: 1, max: 20 }), fc.array(fc.nat(19), { maxLength: 6 }), fc.infiniteStream(fc.nat(1000)),
    (blocks, rawCuts, choices) => {
      const cuts = [...new Set([0, ...rawCuts.filter((c) => c < blocks), blocks])].sort((a, b) => a - b);
      const shards = cuts.slice(1).map((to, i) => leaves(cuts[i], to));
      while (shards.length > 1) { // a random binary merge of random pairs
        const i = choices.next().value! % shards.length;
        const [a] = shards.splice(i, 1);
        const j = choices.next().value! % shards.length;
        shards[j] = merge(bracket, a, shards[j]);
      }
      t.same(shards[0], leaves(0, blocks));
    },
  ), { numRuns: 60 });
});

t.test("Fold (streaming) builds the same tree", async (t) => {
  const fold = new Fold(bracket);
  for (let block = 0; block < 11; block++) fold.add(block, String.fromCharCode(97 + block));
  t.same(fold.tree, leaves(0, 11));
});

t.test("two shards that share a block join inside it, the earlier first", async (t) => {
  t.equal(finish(bracket, merge(bracket, leaf(0, "x"), leaf(0, "y"))), "(xy)");
});

t.test("a shard merged twice at a higher level is refused", async (t) => {
  t.throws(() => merge(bracket, leaves(0, 2), leaf(1, "b")), { name: "EngramError", message: /disjoint/ });
});
