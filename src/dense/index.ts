/** Dense associative memories: similarity, separation, energy, gradient, dynamics, minima, capacity; Hopfield to LSE and LSR. */
export * from "./beta.ts";
export * from "./binary.ts";
export * from "./capacity.ts";
export * from "./continuous.ts";
export * from "./dynamics.ts";
export * from "./energy.ts";
export * from "./fold.ts";
export * from "./kernel.ts";
export * from "./memory.ts";
export * from "./minima.ts";
export * from "./projection-rule.ts";
export * from "./separation.ts";
export { BINARY_ENERGIES, ENERGY_NAMES } from "./settings.ts";
export type { DenseOptions } from "./settings.ts";
