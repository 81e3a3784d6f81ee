/** Feature maps: PCA and U-Hop against numpy, what must hold of them, identities, networks. */
import { createHash } from "node:crypto";
import t from "tap";
import { ARCHITECTURES, Encoder, Graph, Network } from "../../src/encoders/index.ts";
import type { Architecture } from "../../src/encoders/index.ts";
import { tensor, writeSafetensors } from "../../src/formats/index.ts";
import { image } from "../../src/images/index.ts";
import { embeddingsOf, functionMap, linearMap, networkMap, pca, pixels, precomputed, randomConv, randomProjection, SemanticMemory, uHop } from "../../src/semantic/index.ts";
import { apart, golden, numbers, rowsOf, sameBits, weightsFile } from "./made.ts";

t.test("PCA is numpy's, whitened or not, more patterns than numbers or fewer", async (t) => {
  for (const { n, d, e, plain, white } of golden().pca) {
    const X = numbers(n * d);
    const Q = { rows: 3, dim: d, data: numbers(3 * d, 5000) };
    // eigenvectors of two solvers in f64, their gaps above 1e-3: 1e-9 leaves room for 1e-15 / gap and the small dimensions
    t.ok(apart(embeddingsOf(pca({ dim: e, whiten: false }).fit(X, n), Q).data, plain.flat()) < 1e-9, `${n} x ${d}`);
    t.ok(apart(embeddingsOf(pca({ dim: e }).fit(X, n), Q).data, white.flat()) < 1e-8, `${n} x ${d}, whitened`);
  }
});

t.test("above 400 patterns and numbers the iterated PCA finds the components that were put in", async (t) => {
  const [n, d, e] = [450, 420, 3];
  // three directions with standard deviations 9, 5 and 3, and noise of .1 in all
  const directions = rowsOf(numbers(e * d, 77).map((x) => x - 0.5), d).map((v) => v.map((x) => x / Math.sqrt(v.reduce((sum, y) => sum + y * y, 0))));
  const a = numbers(n * e, 31).map((x) => (x - 0.5) * Math.sqrt(12));
  const noise = numbers(n * d, 9000).map((x) => (x - 0.5) * Math.sqrt(12) * 0.1);
  const X = Float64Array.from({ length: n * d }, (_, i) => noise[i] + [9, 5, 3].reduce((sum, s, j) => sum + s * a[Math.floor(i / d) * e + j] * directions[j][i % d], 0));
  const map = pca({ dim: e }).fit(X, n);
  const K = embeddingsOf(map, { rows: n, dim: d, data: X }).data;
  // whitened features of the patterns they were learned from: covariance I, to the residual of the iteration
  for (let i = 0; i < e; i++) {
    for (let j = 0; j < e; j++) {
      let sum = 0;
      for (let mu = 0; mu < n; mu++) sum += K[mu * e + i] * K[mu * e + j] / n;
      t.ok(Math.abs(sum - (i === j ? 1 : 0)) < 1e-10, `covariance ${i}, ${j}: ${sum}`);
    }
  }
  t.equal(map.sha256, pca({ dim: e }).fit(X, n).sha256, "no chance is involved");
  t.equal(pca({ dim: 100 }).fit(numbers(30), 3).dim, 2, "three patterns span two directions");
});

t.test("U-Hop follows the descent that numpy makes from the formulas, and never goes up", async (t) => {
  const { n, d, e, L } = golden().uHop;
  const seen: number[] = [];
  const map = uHop({ dim: e, steps: 25, onStep: (value) => seen.push(value) }).fit(numbers(n * d, 900), n);
  t.equal(map.dim, e);
  t.equal(seen.length, L.length);
  // numpy's gradient is by differences of 1e-6: 1e-8 a step, which the descent forgets
  t.ok(apart(seen, L) < 1e-5, `${apart(seen, L)}`);
  t.ok(seen.every((value, i) => i === 0 || value <= seen[i - 1]));
  // the map is what was learned: L of its unit features is the last
  const U = rowsOf(embeddingsOf(map, { rows: n, dim: d, data: numbers(n * d, 900) }).data, e).map((u) => u.map((x) => x / Math.sqrt(u.reduce((sum, y) => sum + y * y, 0))));
  let sum = 0;
  U.forEach((u, mu) => U.forEach((v, nu) => (sum += mu === nu ? 0 : Math.exp(-2 * u.reduce((s, x, j) => s + (x - v[j]) * (x - v[j]), 0)))));
  t.ok(Math.abs(Math.log(sum / (n * (n - 1))) - seen[seen.length - 1]) < 1e-12);
  const large = numbers(70 * 20, 4);
  t.equal(uHop({ dim: 4, most: 10, steps: 3 }).fit(large, 70).sha256, uHop({ dim: 4, steps: 3 }).fit(Float64Array.from(Array.from({ length: 10 }, (_, j) => Array.from(large.slice(7 * j * 20, (7 * j + 1) * 20))).flat()), 10).sha256, "as many as `most`, evenly spread");
});

t.test("linear maps, random projections, random convolutions: by definition and by seed", async (t) => {
  const map = linearMap("two sums", Float64Array.of(1, 1, 0, 0, 2, -1), Float64Array.of(1, 0, 3));
  t.same([...embeddingsOf(map, [[1, 2, 3], [4, 5, 6]]).data], [2, 4, 8, 7]);
  t.same([map.inputs, map.dim, map.numbers], [3, 2, 9]);
  t.not(linearMap("", Float64Array.of(1, 1, 0, 0, 2, -1), Float64Array.of(1, 0, 3.5)).sha256, map.sha256);
  t.equal(randomProjection(9, 4, 1).sha256, randomProjection(9, 4, 1).sha256);
  t.not(randomProjection(9, 4, 1).sha256, randomProjection(9, 4, 2).sha256);
  // E |phi(x)|^2 = |x|^2: 400 features, standard deviation sqrt(2 / 400) = .07 of it
  const x = numbers(30, 1);
  const length = (v: Float64Array): number => v.reduce((sum, value) => sum + value * value, 0);
  t.ok(Math.abs(length(embeddingsOf(randomProjection(30, 400), [x]).data) / length(x) - 1) < 0.25);
  const conv = randomConv([1, 5, 7], 3);
  t.same([conv.inputs, conv.dim, conv.numbers], [35, 256, 9 * (64 + 64 * 128 + 128 * 256)]);
  t.ok(sameBits(embeddingsOf(conv, [numbers(35)]).data, embeddingsOf(randomConv([1, 5, 7], 3), [numbers(35)]).data));
  t.notOk(sameBits(embeddingsOf(conv, [numbers(35)]).data, embeddingsOf(randomConv([1, 5, 7], 4), [numbers(35)]).data));
});

t.test("a network as a map gives the encoder's bits, resizes what is of another size, and counts its numbers", async (t) => {
  const bytes = weightsFile("small-conv");
  const map = networkMap("small-conv", bytes, { shape: [3, 20, 24] });
  const encoder = new Encoder("small-conv", bytes);
  const data = numbers(2 * 1440);
  const pictures = [0, 1].map((i) => image(24, 20, 3, Float32Array.from(data.subarray(1440 * i, 1440 * (i + 1)))));
  t.ok(sameBits(embeddingsOf(map, { rows: 2, dim: 1440, data }).data, Float64Array.from(encoder.encode(pictures))));
  t.equal(map.weights, createHash("sha256").update(bytes).digest("hex"), "the digest that sha256sum prints");
  t.equal(map.numbers, 27 * 32 + 32 + 9 * 32 * 64 + 64 + 9 * 64 * 128 + 128);
  t.match(map.saved.parameters, { architecture: "small-conv", layer: "avgpool", input: "3 x 32 x 32", patterns: "3 x 20 x 24", accuracy: "fast" });
  const others = [networkMap("small-conv", bytes), networkMap("small-conv", bytes, { shape: [3, 24, 20] }), networkMap("small-conv", bytes, { shape: [3, 20, 24], accuracy: "exact" }),
    networkMap("small-conv", bytes, { shape: [3, 20, 24], layers: ["features.3"] }), networkMap("small-conv", bytes, { shape: [3, 20, 24], preprocessing: "imagenet-whole" })];
  t.equal(new Set([map, ...others].map(({ sha256 }) => sha256)).size, 6, "whatever changes the features changes the identity");
  t.equal(networkMap("small-conv", bytes, { shape: [3, 20, 24], label: "mine" }).sha256, map.sha256, "a label does not");
});

t.test("bad input: what is no map, what it does not take, what it must not give", async (t) => {
  const X = rowsOf(numbers(24), 4);
  const made = (f: (x: Float64Array) => ArrayLike<number>): SemanticMemory => new SemanticMemory({ encoder: functionMap("f", f) });
  t.throws(() => new SemanticMemory(undefined as never), /encoder: expected a feature map, got undefined/);
  t.throws(() => new SemanticMemory({ encoder: "contrastive" as never }), /encoder: expected a feature map, got string.*networkMap/);
  t.throws(() => new SemanticMemory({ encoder: { name: "x", map: () => [] } as never }), /without name, sha256, saved and map/);
  t.throws(() => new SemanticMemory({ encoder: pixels, keep: "pixels" as never }), /one of patterns, keys/);
  t.throws(() => new SemanticMemory({ encoder: pixels, similarty: "dot" } as never), /semantic memory option: expected one of encoder, keep, similarity.*Did you mean "similarity"/);
  t.throws(() => new SemanticMemory({ encodr: pixels } as never), /Did you mean "encoder"/);
  t.throws(() => functionMap("", (x) => x), /a name/);
  t.throws(() => functionMap("f", 3 as never), /a function of one pattern, got number/);
  t.throws(() => functionMap("f", (x) => x, { sha256: "abc" }), /64 hex digits, got abc/);
  t.throws(() => functionMap("f", (x) => x, { sha256: 5 as never }), /64 hex digits, got 5/);
  t.throws(() => functionMap("f", (x) => x, { sha: "abc" } as never), /feature map f, option: .*got "sha"/);
  for (const option of ["inputs", "dim", "numbers"]) t.throws(() => functionMap("f", (x) => x, { [option]: -1 }), new RegExp(`feature map f, ${option}: expected a whole number from [01], got -1`));
  t.throws(() => pca({ dims: 3 } as never), /pca option: .*Did you mean "dim"/);
  t.throws(() => pca(3 as never), /pca option: expected an object, got 3/);
  t.throws(() => pca({ whiten: "no" as never }), /pca, whiten: expected true or false, got no/);
  t.throws(() => uHop({ step: 3 } as never), /u-hop option: .*Did you mean "steps"/);
  t.throws(() => uHop({ t: "2" as never }), /u-hop, t: expected a number above 0, got 2/);
  t.throws(() => randomConv(undefined as never), /shape: expected channels, rows, columns, got undefined/);
  t.throws(() => networkMap("small-conv", weightsFile("small-conv"), { shape: 32 as never }), /shape: expected channels \(1 or 3\), rows, columns, got 32/);
  t.throws(() => networkMap("small-conv", weightsFile("small-conv"), { layers: ["features.0", "features.3"] }), /layers: expected one layer, whose values are the features, got features\.0, features\.3/);
  t.throws(() => networkMap("small-conv", weightsFile("small-conv"), { acuracy: "exact" } as never), /Did you mean "accuracy"/);
  let calls = 0;
  const wandering = made((x) => x.slice(0, calls++ < 7 ? 3 : 2));
  wandering.store(X);
  t.equal(wandering.recall(X[2]).index, 2);
  t.throws(() => wandering.recall(X[2]), /feature map f: expected 3 features, as before, got 2/);
  t.throws(() => wandering.store(X, { keys: ["a", "b", "c", "d", "e", "f"] }), /3 features, as before, got 2/);
  t.equal(wandering.size, 6, "an error leaves the memory as it was");
  t.throws(() => made((x) => x.slice(0, Math.round(x[0] * 3))).store(X), /features/);
  t.throws(() => made(() => []).store(X), /at least one feature per pattern, as many for each, got 0/);
  t.throws(() => made(() => undefined as never).store(X), /at least one feature/);
  t.throws(() => made(() => [1, NaN]).store(X), /row 0, feature 1: expected a finite number, got NaN/);
  t.throws(() => made(() => [1e39]).store(X), /f32 can hold/);
  t.throws(() => new SemanticMemory({ encoder: randomProjection(5) }).store(X), /patterns of 5 numbers, got 4/);
  t.throws(() => new SemanticMemory({ encoder: pca() }).store(X.slice(0, 1)), /at least two patterns/);
  t.throws(() => new SemanticMemory({ encoder: uHop() }).store([[1, 2], [1, 2]]), /memories that differ/);
  t.throws(() => pca({ dim: 0 }), /pca, dim/);
  t.throws(() => uHop({ t: 0 }), /u-hop, t/);
  t.throws(() => linearMap("w", Float64Array.of(1, 2, 3), Float64Array.of(1, 2)), /W of e x d numbers/);
});

t.test("bad input: nothing stored, nothing asked, other widths, NaN, disposed", async (t) => {
  const X = rowsOf(numbers(24), 4);
  const memory = new SemanticMemory({ encoder: functionMap("f", (x) => x.map((value) => value * value)) });
  t.same([memory.size, memory.dim, memory.featureDim], [0, 0, 0]);
  t.throws(() => memory.recall(X[0]), /at least one stored pattern/);
  t.throws(() => memory.calibrate(), /at least one stored pattern/);
  memory.store([]);
  t.equal(memory.size, 0, "a batch of zero stores nothing");
  memory.store(X);
  memory.store([]);
  t.equal(memory.size, 6);
  t.same([memory.recallMany([]), [...memory.indices([])], [...memory.scores([])], memory.embed([]).rows], [[], [], [], 0], "a batch of zero gives nothing");
  t.throws(() => memory.recall([1, 2, 3]), /cue: expected 4 numbers, got 3|cue, row 0: expected 4 numbers, got 3/);
  t.throws(() => memory.recall([1, 2, 3, NaN]), /column 3: expected a finite number, got NaN/);
  t.throws(() => memory.store([[1, 2, 3]]), /expected 4 numbers, got 3/);
  t.throws(() => memory.store(X.slice(0, 1), { keys: [0] }), /unique keys/);
  t.throws(() => memory.recall(X[0], { visible: [1, 0] }), /visible: expected 4 numbers, got 2/);
  t.throws(() => memory.recall(X[0], { visble: [1, 0] } as never), /recall option.*visible/);
  t.throws(() => memory.store(X, { embedings: 1 } as never), /store option.*embeddings/);
  t.throws(() => memory.forget("nobody"), /the key of a stored pattern/);
  t.throws(() => memory.calibrate({ falseAccepts: 0.01 }), /at least 199 stored patterns without a twin for a false-accept rate of 0.01, got 6/);
  t.throws(() => memory.calibrate({ falseAccepts: 1 }), /a rate between 0 and 1/);
  t.throws(() => memory.calibrate({ on: "distance" as never }), /one of score, margin/);
  t.throws(() => memory.calibrate({ falseAccept: 0.2 } as never), /calibrate option: .*Did you mean "falseAccepts"/);
  t.throws(() => memory.calibrate(null as never), /calibrate option: expected an object, got null/);
  for (const [embeddings, got] of [[null, "null"], ["f", "f"], [[[1, 2, 3, 4]], "an array"]] as const) {
    t.throws(() => memory.store(X, { embeddings: embeddings as never, keys: [..."abcdef"] }), new RegExp(`embeddings: expected \\{ rows, dim, data, encoder \\}, got ${got}\\. Make them`));
  }
  t.throws(() => memory.recallEmbedded(undefined as never), /embeddings: expected \{ rows, dim, data, encoder \}, got undefined/);
  t.equal(memory.size, 6, "an error leaves the memory as it was");
  t.throws(() => new SemanticMemory({ encoder: pixels, keep: "keys" }).store(X, { values: X }), /none, since keep is "keys"/);
  memory.dispose();
  t.throws(() => memory.recall(X[0]), /disposed/);
});

t.test("bad input: embeddings of another encoder, of another width, too few", async (t) => {
  const X = rowsOf(numbers(192 * 3), 192);
  const [mine, other] = [networkMap("small-conv", weightsFile("small-conv"), { shape: [3, 8, 8] }), networkMap("small-conv", weightsFile("small-conv"), { shape: [3, 8, 8], accuracy: "exact" })];
  const memory = new SemanticMemory({ encoder: mine });
  const refused = (work: () => unknown): void => void t.throws(work, new RegExp(`embeddings: expected sha256 ${mine.sha256} \\(small-conv\\), got ${other.sha256}. Embeddings of different encoders`));
  refused(() => memory.store(X, { embeddings: embeddingsOf(other, X) }));
  t.equal(memory.size, 0);
  memory.store(X, { embeddings: embeddingsOf(mine, X) });
  refused(() => memory.recallEmbedded(embeddingsOf(other, X)));
  refused(() => memory.store(X, { embeddings: embeddingsOf(other, X), keys: ["a", "b", "c"] }));
  t.throws(() => memory.recallEmbedded({ ...embeddingsOf(mine, X), encoder: undefined as never }), /got undefined/);
  t.throws(() => memory.store(X, { embeddings: embeddingsOf(mine, X.slice(1)) }), /3 rows of 128 numbers, got 2 of 128/);
  t.throws(() => memory.recallEmbedded({ rows: 1, dim: 2, data: Float64Array.of(1, 2), encoder: mine.sha256 }), /rows of 128 numbers, got 1 of 2/);
  const bytes = memory.toBytes();
  t.throws(() => SemanticMemory.fromBytes(bytes, { encoder: other }), new RegExp(`memory file, encoder: expected sha256 ${mine.sha256}`));
  t.throws(() => SemanticMemory.fromBytes(bytes, { encodr: mine } as never), /fromBytes option.*encoder/);
  const without = SemanticMemory.fromBytes(bytes);
  refused(() => without.recallEmbedded(embeddingsOf(other, X)));
  t.equal(without.recallEmbedded(embeddingsOf(mine, X))[2].index, 2);
  t.throws(() => without.store(X, { keys: ["a", "b", "c"] }), /small-conv with sha256/);
});

t.test("bad input: weights with missing, extra and misshapen tensors, integers, NaN; a picture below the stride; other channels", async (t) => {
  t.throws(() => networkMap("small-conv", weightsFile("mini-conv")), /6 of another shape: features.0.weight \[16, 1, 3, 3\] instead of \[32, 3, 3, 3\]/);
  t.throws(() => networkMap("small-conv", weightsFile("small-conv", (tensors) => void tensors.delete("features.2.bias"))), /1 missing: features.2.bias/);
  t.throws(() => networkMap("small-conv", weightsFile("small-conv", (tensors) => void tensors.set("head.0", tensors.get("features.2.bias")!))), /1 not part of it: head.0/);
  t.throws(() => networkMap("small-conv", weightsFile("small-conv", (tensors) => void tensors.set("features.2.bias", { dtype: "i32", shape: [64], data: new Int32Array(64) }))), /1 that are no floats: features.2.bias i32/);
  t.throws(() => networkMap("small-conv", weightsFile("small-conv", (tensors) => void (tensors.get("features.4.weight")!.data[9] = NaN))), /tensor "features.4.weight".*NaN/);
  t.throws(() => networkMap("small-conv", new Uint8Array(5)), /weights/);
  t.throws(() => networkMap("small-conv", "w.safetensors" as never), /the bytes of a safetensors file, got string/);
  t.throws(() => networkMap("smal-conv", weightsFile("small-conv")), /Did you mean "small-conv"/);
  t.throws(() => networkMap("small-conv", weightsFile("small-conv"), { shape: [2, 8, 8] }), /channels \(1 or 3\), rows, columns, got \[2, 8, 8\]/);
  t.throws(() => networkMap("resnet18", weightsFile("resnet18"), { size: [0, 0] }), /size|rows|input/i, "an input of nothing");
  t.throws(() => networkMap("squeezenet1_1", weightsFile("squeezenet1_1"), { size: [5, 5] }), /too small|at least|window/i, "smaller than the network's strides allow");
  // a picture of 1 x 1 is no input of 32 x 32, but can be resized to one
  t.equal(embeddingsOf(networkMap("small-conv", weightsFile("small-conv"), { shape: [3, 1, 1] }), [[0.1, 0.2, 0.3]]).dim, 128);
});

t.test("a network of one's own layers: the bits of the network itself, layers are part of the identity", async (t) => {
  const own = (kernel: number, name = "mine"): Architecture => ({
    name, source: "this spec", preprocessing: "unit", features: "pooled", input: () => [3, 9, 7],
    graph: () => {
      const g = new Graph();
      g.globalAverage("pooled", g.relu("r", g.convolution("c", "input", { channels: 5, kernel, padding: (kernel - 1) / 2, bias: false })));
      return g;
    },
  });
  const bytes = (kernel: number): Uint8Array => writeSafetensors({ "c.weight": tensor(Float32Array.from(numbers(15 * kernel * kernel)), [5, 3, kernel, kernel]) });
  const phi = networkMap(own(3), bytes(3));
  const X = rowsOf(numbers(4 * 189), 189);
  const network = new Network(own(3).graph(() => 0, [3, 9, 7]), [3, 9, 7], new Map([["c.weight", tensor(Float32Array.from(numbers(135)), [5, 3, 3, 3])]]));
  t.same([...embeddingsOf(phi, X).data], [...network.run(Float32Array.from(X.flatMap((x) => [...x])))]);
  const memory = new SemanticMemory({ encoder: phi });
  memory.store(X);
  const opened = SemanticMemory.fromBytes(memory.toBytes(), { encoder: networkMap(own(3), bytes(3)) });
  t.same([opened.recall(X[2]).index, memory.parameters["encoder.architecture"]], [2, "mine"]);
  // the same tensors in a graph that differs in what no tensor says
  const other: Architecture = { ...own(3), graph: () => { const g = own(3).graph(() => 0, [3, 9, 7]); g.relu("again", "pooled"); return g; } };
  t.throws(() => SemanticMemory.fromBytes(memory.toBytes(), { encoder: networkMap(other, bytes(3)) }), /Embeddings of different encoders/);
  t.equal(networkMap(ARCHITECTURES.find(({ name }) => name === "small-conv")!, weightsFile("small-conv")).sha256, networkMap("small-conv", weightsFile("small-conv")).sha256, "one of ours by name or as it is");
  t.throws(() => networkMap(own(3), bytes(5)), /1 tensors of mine, got 1 of another shape: c\.weight \[5, 3, 5, 5\] instead of \[5, 3, 3, 3\]/);
  for (const [wrong, got] of [[null, "null"], [7, "number"], [{ name: "mine" }, "object"], [{ ...own(3), name: "" }, "object"]]) {
    t.throws(() => networkMap(wrong as never, bytes(3)), { name: "EngramError", message: `architecture: expected a name, or an object with name, source, input, features and graph, got ${got as string}. \`ARCHITECTURES\` has examples.` });
  }
  t.throws(() => networkMap("mlp-decoder", weightsFile("mlp-decoder"), { preprocessing: "unit" }), /preprocessing: expected an architecture that takes pictures, got mlp-decoder/);
});

t.test("phi of somewhere else: only embeddings of its name are taken; patterns are stored with theirs", async (t) => {
  const X = rowsOf(numbers(24), 4);
  const K = X.map((x) => [x[0] + x[1], x[2] * x[3], 1]);
  const clip = precomputed("clip 1");
  const memory = new SemanticMemory({ encoder: clip });
  memory.store(X, { embeddings: clip.embeddings(K), keys: [..."abcdef"] });
  const same = new SemanticMemory({ encoder: functionMap("f", (x) => [x[0] + x[1], x[2] * x[3], 1]) });
  same.store(X, { keys: [..."abcdef"] });
  const [found] = memory.recallEmbedded(clip.embeddings([K[3]]));
  t.same([found.key, [...found.state]], ["d", [...same.recall(X[3]).state]], "the bits of the function itself");
  t.throws(() => memory.recall(X[3]), { name: "EngramError", message: /feature map clip 1: expected embeddings that were computed before, got patterns alone\. It is computed elsewhere/ });
  t.throws(() => memory.store(X, { keys: [..."ghijkl"] }), /computed elsewhere/);
  t.throws(() => memory.recallEmbedded(precomputed("clip 2").embeddings([K[3]])), /Embeddings of different encoders/);
  t.throws(() => memory.recallEmbedded(clip.embeddings([[1, 2]])), /1 rows of 3 numbers, got 1 of 2/);
  t.throws(() => precomputed("clip 1", { dim: 3 }).embeddings([[1, 2]]), /embeddings: expected 3 numbers, got 2/);
  t.throws(() => clip.embeddings([[1, NaN]]), /embeddings, row 0, column 1: expected a finite number, got NaN/);
  t.throws(() => precomputed("clip 1", { inputs: 3, dims: 3 } as never), /option: .*got "dims"/);
  const opened = SemanticMemory.fromBytes(memory.toBytes(), { encoder: clip });
  t.equal(opened.recallEmbedded(clip.embeddings([K[1]]))[0].key, "b");
  t.same([opened.recallEmbedded(clip.embeddings([])), memory.parameters.encoder], [[], "clip 1"]);
});

t.test("scales of a network's features: length 1, and length 1 of signed square roots", async (t) => {
  const bytes = weightsFile("mini-conv");
  const X = Float64Array.from({ length: 3 * 256 }, (_, i) => ((i * 7919) % 257) / 256);
  const of = (scale: "raw" | "unit" | "root"): number[] => Array.from(networkMap("mini-conv", bytes, { scale }).map(X, 3));
  const [raw, unit, root] = [of("raw"), of("unit"), of("root")];
  for (let k = 0; k < 3; k++) {
    const row = raw.slice(64 * k, 64 * k + 64);
    const length = Math.hypot(...row);
    // The roots' squares add up to the L1 norm.
    const mass = row.reduce((sum, x) => sum + Math.abs(x), 0);
    // Rounding of 64-bit sums of 64 terms.
    row.forEach((x, j) => {
      t.ok(Math.abs(unit[64 * k + j] - x / length) <= 1e-14);
      t.ok(Math.abs(root[64 * k + j] - Math.sign(x) * Math.sqrt(Math.abs(x) / mass)) <= 1e-14);
    });
  }
  t.throws(() => networkMap("mini-conv", bytes, { scale: "roots" as "root" }), /scale: .*root/);
});
