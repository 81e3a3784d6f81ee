/** The options of a memory of pairs, checked when it is made. */
import { type Backend, checkBackend, EngramError, type Key, type Patterns, unknownName } from "../numeric/index.ts";
import { type HeteroOptions, heteroSettings } from "./hetero-settings.ts";
import { checkStore } from "./hetero-table.ts";
import { checkConstant, checkLevels, type QuantiserKind, type QuantiserOptions, QUANTISER_KINDS } from "./quantiser.ts";

export interface HeteroMemoryOptions extends HeteroOptions, Pick<QuantiserOptions, "constantColumns"> {
  /** m and q. Default 16. */
  levels?: number;
  /** Default percentile. */
  quantiser?: QuantiserKind;
  /** Keeps the quantised pairs beside the tables, for keys of answers, prototypes and `forget`. Default true. */
  items?: boolean;
  /** Of the registers of the sides; the four-way table is TypeScript. */
  backend?: Backend;
}

export interface HeteroStoreOptions {
  /** The right sides, one per left one. */
  values: Patterns;
  /** One per pair, strings or numbers. Default: running numbers. */
  keys?: readonly Key[];
  /** A class per pair, whole numbers from 0; of all pairs or of none. */
  labels?: ArrayLike<number>;
}

/** m. @throws EngramError for unknown options or values out of range */
export function checkHetero(options: HeteroMemoryOptions): number {
  const { store, levels = 16, quantiser = "percentile", constantColumns, items = true, backend, ...settings } = options;
  checkBackend(backend);
  heteroSettings(settings);
  if (!QUANTISER_KINDS.includes(quantiser)) throw unknownName("quantiser", String(quantiser), QUANTISER_KINDS);
  if (typeof items !== "boolean") throw new EngramError("items", "true or false", String(items), "false keeps the tables alone.");
  checkConstant(constantColumns);
  checkStore(store);
  return checkLevels(levels);
}
