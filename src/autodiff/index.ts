/** Reverse-mode differentiation of array functions, as far as energies and small trainings need it. */
export { Adam, type AdamOptions } from "./adam.ts";
export { add, broadcastTo, div, grad, hessianVector, maximum, mul, neg, sub, sumTo } from "./arithmetic.ts";
export { ndArray, sizeOf, type NdArray } from "./array.ts";
export { avgPool, avgUnpool, conv2d, convTranspose2d, maxPool, maxUnpool, outputSize, type Window } from "./convolution.ts";
export {
  abs, atan, cos, cosh, erf, exp, expm1, log, log1p, logCosh, pow, powi, relu, sigmoid, sin, sinh, softplus, sqrt, square, step, tanh,
} from "./elementary.ts";
export { matmul } from "./product.ts";
export { type Axes, dot, logSumExp, max, mean, norm, softmax, sum, total, variance } from "./reduce.ts";
export { gather, place, reshape, slice, stack, take, transpose } from "./structure.ts";
export { alias, constant, detach, item, variable, Var, type Operand } from "./tape.ts";
