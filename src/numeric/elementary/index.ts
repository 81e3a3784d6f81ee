/** The elementary functions by name, apart from the rest of the room: a table of them brings nothing else into a bundle. */
export * from "./atan.ts";
export * from "./bessel.ts";
export * from "./erf.ts";
export { exp, expm1 } from "./exp.ts";
export * from "./gamma.ts";
export * from "./hyperbolic.ts";
export * from "./log.ts";
export * from "./pow.ts";
export * from "./single.ts";
export * from "./trig.ts";
