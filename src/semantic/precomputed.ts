/**
 * phi that is computed somewhere else: features from Python, from a service, from a file. The memory never sees phi, only embeddings that bear its
 * name; patterns to store are given with theirs, cues by `recallEmbedded`.
 */
import { EngramError, toRows } from "../numeric/index.ts";
import type { Patterns } from "../numeric/index.ts";
import { type Embeddings, type FeatureMap, functionMap, type FunctionMapOptions } from "./feature-map.ts";

export interface PrecomputedMap extends FeatureMap {
  /** Rows of features as embeddings of this map. @throws EngramError for rows of another width, NaN and infinities (says where) */
  embeddings(rows: Patterns): Embeddings;
}

/**
 * @param name what made the features, its version included: it is kept in memory files, and embeddings of another name are refused
 * @throws EngramError as `functionMap`
 */
export function precomputed(name: string, options: Omit<FunctionMapOptions, "inputs" | "numbers"> = {}): PrecomputedMap {
  const refused = (): never => {
    throw new EngramError(`feature map ${name}`, "embeddings that were computed before", "patterns alone", "It is computed elsewhere: store(patterns, { embeddings }), and recallEmbedded(embeddings).");
  };
  const map = functionMap(name, refused, options);
  return {
    ...map,
    embeddings: (given) => {
      const { rows, dim, data } = toRows(given, "embeddings", map.dim);
      return { rows, dim: rows === 0 ? (map.dim ?? 0) : dim, data, encoder: map.sha256 };
    },
  };
}
