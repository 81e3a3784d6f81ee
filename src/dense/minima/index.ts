export { bytePairs, pairDistances, rowPairs, tablePairs } from "./pairs.ts";
export type { Pairs } from "./pairs.ts";
export { components, keptAt, minimaAt, minimaWith, streamMinima } from "./minima.ts";
export type { Minima, MinimaOptions, Minimum } from "./minima.ts";
export { countCurve, countsOf, streamWindows, windows } from "./windows.ts";
export type { Counts, Window, WindowOptions, Windows } from "./windows.ts";
export type { Cursor, Search, WalkOptions } from "./search.ts";
