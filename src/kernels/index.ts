export type { PanelKernels, SoftmaxState } from "./backend.ts";
export { expInto, mapInto, powerInto, UNARY, zipInto } from "./elementwise.ts";
export type { Binary, Unary } from "./elementwise.ts";
export { backendInUse, initKernels, useKernels } from "./host.ts";
export type { Floats, RawScore } from "./panels.ts";
export { packedBytes, Rows } from "./rows.ts";
export type { RowRange, RowsOptions, ScoreOptions, SoftmaxOptions } from "./rows.ts";
export { sgemm } from "./sgemm.ts";
export { finishSoftmax, joinSoftmax, logSumExp, softmax } from "./softmax.ts";
