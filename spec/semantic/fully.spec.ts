/** The fully-semantic memory: codes in, pictures painted, bytes counted, files, and what it refuses. */
import t from "tap";
import { Encoder } from "../../src/encoders/index.ts";
import { embeddingsOf, FullySemanticMemory, functionMap, networkMap, pca, SemanticMemory } from "../../src/semantic/index.ts";
import { numbers, rowsOf, sameBits, sameRecall, weightsFile } from "./made.ts";

const X = rowsOf(numbers(11 * 784), 784);
const cues = X.slice(0, 4).map((x, c) => x.map((value, i) => Math.min(1, value + 0.1 * numbers(784, c)[i])));
const phi = networkMap("mlp-encoder", weightsFile("mlp-encoder"));
const psi = networkMap("mlp-decoder", weightsFile("mlp-decoder"));

t.test("(S10): psi of the code that a memory of codes recalls; batch = single; iterated in code space (S11)", async (t) => {
  for (const options of [{}, { similarity: "negSqL2", iterations: 5, separation: "softmax(3)" }, { separation: "max", similarity: "cosine" }] as const) {
    const memory = new FullySemanticMemory({ encoder: phi, decoder: psi, ...options });
    memory.store(X);
    const keys = new SemanticMemory({ encoder: phi, keep: "keys", ...options });
    keys.store(X);
    const many = memory.recallMany(cues);
    const decoder = new Encoder("mlp-decoder", weightsFile("mlp-decoder")).network;
    cues.forEach((cue, c) => {
      const found = memory.recall(cue);
      const code = keys.recall(cue);
      t.ok(sameRecall({ ...found, state: found.code }, code), "the code is the recall of the memory of codes");
      t.ok(sameBits(found.state, Float64Array.from(decoder.run(Float32Array.from(code.state)))), "and the state is what the decoder makes of it");
      t.ok(sameRecall(many[c], found) && sameBits(many[c].code, found.code));
      t.ok(sameRecall(memory.recallEmbedded(embeddingsOf(phi, [cue]))[0], found));
    });
    t.equal(memory.energy(cues[0]), keys.energy(cues[0]));
  }
});

t.test("bytes (S12), as the table of section 13 counts them", async (t) => {
  const memory = new FullySemanticMemory({ encoder: phi, decoder: psi });
  memory.store(X);
  // b = 16: 218,448 / 219,216 numbers; 64 bytes a memory against 3,136; break-even at 286 and 570
  const { embeddings, encoder, decoder, pixels, breakEven, breakEvenWithEncoder } = memory.storage;
  t.same([embeddings, encoder, decoder, pixels], [11 * 64, 4 * 218448, 4 * 219216, 11 * 3136]);
  t.same([Math.ceil(breakEven), Math.ceil(breakEvenWithEncoder)], [286, 570]);
  const file = memory.toBytes();
  t.ok(file.length < 11 * 64 + 6000, "the file holds codes and no pictures");
  const wide = new FullySemanticMemory({ encoder: functionMap("twice", (x) => [...x, ...x]), decoder: functionMap("half", (k) => k.slice(0, k.length / 2)), precision: "f64" });
  wide.store([[1, 2], [3, 4]]);
  t.match(wide.storage, { embeddings: 64, pixels: 32, breakEven: Infinity });
  t.same([...wide.recall([3, 4]).state].map(Math.round), [3, 4]);
});

t.test("files: with both halves everything comes back to the bit; other halves are refused", async (t) => {
  const memory = new FullySemanticMemory({ encoder: phi, decoder: psi, similarity: "cosine" });
  memory.store(X, { keys: X.map((_, mu) => `k${mu}`) });
  memory.calibrate({ falseAccepts: 0.2 });
  memory.forget("k3");
  const bytes = memory.toBytes();
  const again = FullySemanticMemory.fromBytes(bytes, { encoder: phi, decoder: psi });
  t.ok(cues.every((cue) => sameRecall(again.recall(cue), memory.recall(cue))));
  t.same(again.parameters, memory.parameters);
  t.same([again.size, again.dim, again.featureDim, again.calibration], [10, 784, 16, memory.calibration]);
  t.ok(sameBits(again.toBytes(), bytes));
  const other = networkMap("mlp-decoder", weightsFile("mlp-decoder", (tensors) => void (tensors.get("decoder.0.bias")!.data[0] = 1)));
  t.throws(() => FullySemanticMemory.fromBytes(bytes, { encoder: phi, decoder: other }), new RegExp(`decoder: expected sha256 ${psi.sha256}`));
  t.throws(() => FullySemanticMemory.fromBytes(bytes, { encoder: networkMap("mlp-encoder", weightsFile("mlp-encoder"), { accuracy: "exact" }), decoder: psi }), new RegExp(`encoder: expected sha256 ${phi.sha256}`));
  t.throws(() => SemanticMemory.fromBytes(bytes), /model semantic, got fully-semantic/);
  const damaged = bytes.slice();
  damaged[damaged.length - 3] ^= 1;
  t.throws(() => FullySemanticMemory.fromBytes(damaged, { encoder: phi, decoder: psi }), /sha256/);
});

t.test("bad input", async (t) => {
  t.throws(() => new FullySemanticMemory(undefined as never), /encoder: expected a feature map/);
  t.throws(() => new FullySemanticMemory({ encoder: phi } as never), /decoder: expected a feature map from codes to patterns, got undefined/);
  t.throws(() => new FullySemanticMemory({ encoder: pca() as never, decoder: psi }), /one still to be learned/);
  t.throws(() => new FullySemanticMemory({ encoder: functionMap("f", (x) => x, { dim: 3 }), decoder: psi }), /one that takes 3 numbers, as the encoder gives, got 16/);
  t.throws(() => new FullySemanticMemory({ encoder: phi, decoder: psi, keep: "patterns" } as never), /keep: expected none: embeddings are all a fully-semantic memory keeps/);
  t.throws(() => new FullySemanticMemory({ encoder: phi, decoder: { map: (x: number) => x } as never }), /decoder: .*got an object without name, sha256, saved and map/);
  t.throws(() => new FullySemanticMemory({ encoder: phi, decoder: psi, similarty: "dot" } as never), /Did you mean "similarity"/);
  const memory = new FullySemanticMemory({ encoder: phi, decoder: functionMap("short", () => [1, 2, 3]) });
  t.throws(() => memory.store(X, { values: X }), /none: what is recalled is painted/);
  memory.store(X);
  t.throws(() => memory.recall(X[0]), /feature map short: expected 784 features, as before, got 3/);
  t.throws(() => memory.recall(X[0].slice(1)), /784 numbers, got 783/);
  memory.dispose();
  t.throws(() => memory.recall(X[0]), /disposed/);
});
