/** Memories in feature space: a function, random projections and convolutions, principal components and a learned map as phi. */
import { rowsOf } from "./dense.ts";
import { plain, type Case, type Engram, type Tools } from "./suite.ts";

const [N, D] = [21, 48];
type Encoder = ConstructorParameters<Engram["semantic"]["SemanticMemory"]>[0]["encoder"];

const MAPS: Readonly<Record<string, (semantic: Engram["semantic"]) => Encoder>> = {
  pixels: ({ pixels }) => pixels,
  "squares and neighbours": ({ functionMap }) => functionMap("squares and neighbours", (x) => Float64Array.from({ length: 2 * x.length }, (_, i) => (i < x.length ? x[i] * x[i] : x[i - x.length] * x[(i + 1) % x.length]))),
  "random projection": ({ randomProjection }) => randomProjection(D, 9, 3),
  "random convolutions": ({ randomConv }) => randomConv([3, 4, 4], 5),
  "principal components": ({ pca }) => pca({ dim: 6 }),
  "learned kernel": ({ uHop }) => uHop({ dim: 5, steps: 4 }),
};

function recalled(tools: Tools, encoder: Encoder): Record<string, ArrayLike<number>> {
  const memory = new tools.engram.semantic.SemanticMemory({ encoder, similarity: "negSqL2" });
  const patterns = rowsOf(tools.numbers("semantic patterns", N * D).map((u) => (u + 1) / 2), D);
  memory.store(patterns);
  const noise = tools.numbers("semantic noise", 4 * D, 0.125);
  const recalls = memory.recallMany(patterns.slice(0, 4).map((row, c) => row.map((value, k) => value + noise[c * D + k])));
  const out = { state: recalls.flatMap(({ state }) => Array.from(state)), scores: recalls.flatMap(({ scores }) => Array.from(scores)), weights: recalls.flatMap(({ weights }) => Array.from(weights ?? [])) };
  memory.dispose();
  return out;
}

export const SEMANTIC: readonly Case[] = Object.entries(MAPS).map(([map, make]) => plain(`semantic/${map}`, "21 patterns of 48 numbers, four noisy cues compared in features: scores, weights, read-out", { map, N, D }, (tools) => recalled(tools, make(tools.engram.semantic))));
