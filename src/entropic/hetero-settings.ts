/**
 * What a four-way register is made with and what it knows of its table (entropic-memory.md sections 4, 10; arXiv 2411.02438).
 *
 *   (E25) H = mean over (i, j) of log2 S - (1/S) sum x log2 x of the cells x of sub-table (i, j), S their sum; an empty one has H = 0
 */
import { EngramError } from "../numeric/index.ts";
import { checkNames } from "../dense/recall-options.ts";
import type { HeteroTable } from "./hetero-table.ts";
import { type RegisterSettings, settingsOf } from "./presets.ts";
import { log2 } from "./statistics.ts";

export interface HeteroOptions extends Partial<Pick<RegisterSettings, "cap" | "iota" | "kappa" | "xi" | "sigma">> {
  /** How the table is laid out; `auto`, the default, chooses by what is stored. */
  store?: "auto" | "dense" | "blocked";
}

/** The settings of hetero2024 with what differs. @throws EngramError for unknown names, values out of range, or a cap above 65,535 */
export function heteroSettings(options: Omit<HeteroOptions, "store">): RegisterSettings {
  checkNames("hetero option", options, ["cap", "iota", "kappa", "xi", "sigma"]);
  const settings = settingsOf({ preset: "hetero2024", ...options });
  if (settings.cap > 65535) throw new EngramError("cap", "at most 65535", String(settings.cap), "Cells of four-way tables are u16.");
  return settings;
}

/** Weights of columns. @throws EngramError on another number of them, or one that is no finite number from 0 */
export function checkWeights(g: ArrayLike<number> | undefined, columns: number): ArrayLike<number> | undefined {
  if (g === undefined) return undefined;
  if (g.length !== columns) throw new EngramError("weights", `${columns}, one per column`, String(g.length), "Leave them out for 1 each.");
  for (let i = 0; i < columns; i++) if (!(g[i] >= 0 && g[i] < Infinity)) throw new EngramError(`weight ${i}`, "a number from 0", String(g[i]), "Weights are cells of a register.");
  return g;
}

export interface TableStatistics {
  /** Sum and number of the cells that are not zero, n x p. */
  readonly total: Float64Array;
  readonly filled: Uint32Array;
  /** (E25) in bits. */
  readonly entropy: number;
  /** Cells that are not zero. */
  readonly cells: number;
}

export function tableStatistics(table: HeteroTable): TableStatistics {
  const { n, p, q } = table.shape;
  const [total, filled, raw] = [new Float64Array(n * p), new Uint32Array(n * p), new Float64Array(n * p)];
  const { cells } = table;
  table.forEachRow((i, j, at) => {
    for (let b = at; b < at + q; b++) {
      if (cells[b] === 0) continue;
      total[i * p + j] += cells[b];
      filled[i * p + j]++;
      raw[i * p + j] += cells[b] * log2(cells[b]);
    }
  });
  let [sum, nonzero] = [0, 0];
  total.forEach((S, at) => {
    if (S > 0) sum += Math.max(0, log2(S) - raw[at] / S);
    nonzero += filled[at];
  });
  return { total, filled, entropy: sum / (n * p), cells: nonzero };
}
