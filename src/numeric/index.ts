export * from "./elementary/exp.ts";
export * from "./elementary/hyperbolic.ts";
export * from "./elementary/log.ts";
export * from "./elementary/pow.ts";
export * from "./errors.ts";
export * from "./fold.ts";
export type * from "./memory.ts";
export * from "./patterns.ts";
export * from "./random.ts";
