export * from "./errors.ts";
export * from "./fold.ts";
export type * from "./memory.ts";
export * from "./patterns.ts";
