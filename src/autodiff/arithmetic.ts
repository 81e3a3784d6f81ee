/**
 * Elementwise arithmetic with broadcasting, and the pair it rests on: repeating an array along axes, and summing over them. Each is the
 * other's vector-Jacobian product. A sum has one f64 accumulator per result, over the positions in row-major order.
 */
import { EngramError } from "../numeric/index.ts";
import type { Floats } from "../kernels/index.ts";
import { meet, sameShape, show, sizeOf, strides, walk, zerosLike } from "./array.ts";
import { backward, constant, node, operands, type Operand, Var } from "./tape.ts";

/** x repeated to `shape`. @throws EngramError where it cannot be */
export function broadcastTo(x: Var, shape: readonly number[]): Var {
  if (sameShape(x.shape, shape)) return x;
  if (!sameShape(meet(x.shape, shape, "broadcastTo"), shape)) throw new EngramError("broadcastTo", `a shape that repeats to ${show(shape)}`, show(x.shape), "Only sizes of 1 repeat.");
  const data = zerosLike(x.data, sizeOf(shape));
  const from = strides(x.shape, shape);
  walk(shape, from, from, (at, length, a, step) => {
    for (let i = 0; i < length; i++) data[at + i] = x.data[a + i * step];
  });
  return node(shape, data, [[x, (g) => sumTo(g, x.shape)]]);
}

/** The adjoint of {@link broadcastTo}: sums over the axes along which `shape` would be repeated. */
export function sumTo(x: Var, shape: readonly number[]): Var {
  if (sameShape(x.shape, shape)) return x;
  if (!sameShape(meet(x.shape, shape, "sumTo"), x.shape)) throw new EngramError("sumTo", `a shape that repeats to ${show(x.shape)}`, show(shape), "Only axes of size 1 are summed into.");
  const sums = new Float64Array(sizeOf(shape));
  const to = strides(shape, x.shape);
  walk(x.shape, to, to, (at, length, a, step) => {
    for (let i = 0; i < length; i++) sums[a + i * step] += x.data[at + i];
  });
  const data = x.data instanceof Float32Array ? new Float32Array(sums) : sums;
  return node([...shape], data, [[x, (g) => broadcastTo(g, x.shape)]]);
}

/** One run of an elementwise operation: out[at + i] = x[p + i stepX] op y[q + i stepY]. */
type Run = (out: Floats, at: number, length: number, x: Floats, p: number, stepX: number, y: Floats, q: number, stepY: number) => void;

// One loop per operation, so that each is compiled for itself.
const RUNS = {
  add: ((out, at, length, x, p, stepX, y, q, stepY) => {
    for (let i = 0; i < length; i++) out[at + i] = x[p + i * stepX] + y[q + i * stepY];
  }) as Run,
  sub: ((out, at, length, x, p, stepX, y, q, stepY) => {
    for (let i = 0; i < length; i++) out[at + i] = x[p + i * stepX] - y[q + i * stepY];
  }) as Run,
  mul: ((out, at, length, x, p, stepX, y, q, stepY) => {
    for (let i = 0; i < length; i++) out[at + i] = x[p + i * stepX] * y[q + i * stepY];
  }) as Run,
  div: ((out, at, length, x, p, stepX, y, q, stepY) => {
    for (let i = 0; i < length; i++) out[at + i] = x[p + i * stepX] / y[q + i * stepY];
  }) as Run,
  maximum: ((out, at, length, x, p, stepX, y, q, stepY) => {
    for (let i = 0; i < length; i++) out[at + i] = Math.max(x[p + i * stepX], y[q + i * stepY]);
  }) as Run,
  /** 1 where x is the larger. */
  wins: ((out, at, length, x, p, stepX, y, q, stepY) => {
    for (let i = 0; i < length; i++) out[at + i] = x[p + i * stepX] >= y[q + i * stepY] ? 1 : 0;
  }) as Run,
} as const;

function zip(what: keyof typeof RUNS, a: Var, b: Var): [number[], Floats] {
  const shape = meet(a.shape, b.shape, what);
  const data = zerosLike(a.data, sizeOf(shape));
  const run = RUNS[what];
  walk(shape, strides(a.shape, shape), strides(b.shape, shape), (at, length, p, stepX, q, stepY) => run(data, at, length, a.data, p, stepX, b.data, q, stepY));
  return [shape, data];
}

/** a + b. @throws EngramError when the shapes do not meet (as all below do) */
export function add(a: Operand, b: Operand): Var {
  const [x, y] = operands("add", a, b);
  return node(...zip("add", x, y), [[x, (g) => sumTo(g, x.shape)], [y, (g) => sumTo(g, y.shape)]]);
}

/** a - b. */
export function sub(a: Operand, b: Operand): Var {
  const [x, y] = operands("sub", a, b);
  return node(...zip("sub", x, y), [[x, (g) => sumTo(g, x.shape)], [y, (g) => sumTo(neg(g), y.shape)]]);
}

/** a b, number by number. */
export function mul(a: Operand, b: Operand): Var {
  const [x, y] = operands("mul", a, b);
  return node(...zip("mul", x, y), [[x, (g) => sumTo(mul(g, y), x.shape)], [y, (g) => sumTo(mul(g, x), y.shape)]]);
}

/** a / b. */
export function div(a: Operand, b: Operand): Var {
  const [x, y] = operands("div", a, b);
  const z: Var = node(...zip("div", x, y), [[x, (g) => sumTo(div(g, y), x.shape)], [y, (g) => neg(div(sumTo(mul(g, z), y.shape), y))]]);
  return z;
}

/** The larger of both; on a tie the gradient goes to a. */
export function maximum(a: Operand, b: Operand): Var {
  const [x, y] = operands("maximum", a, b);
  const first = (): Var => {
    const [shape, data] = zip("wins", x, y);
    return constant({ shape, data });
  };
  return node(...zip("maximum", x, y), [
    [x, (g) => sumTo(mul(g, first()), x.shape)], [y, (g) => sumTo(mul(g, sub(1, first())), y.shape)],
  ]);
}

export function neg(x: Var): Var {
  return node(x.shape, x.data.map((value) => -value), [[x, neg]]);
}

/**
 * dy/dx for each x, in the order given; zeros where y does not depend on x. Each is a Var that can be differentiated again.
 * @param seed the gradient of whatever follows with respect to y; default 1, for a y of one number
 * @throws EngramError when y has several numbers and there is no seed
 */
export function grad(y: Var, xs: readonly Var[], seed?: Var): Var[] {
  if (seed === undefined && y.data.length !== 1) throw new EngramError("grad", "an output of one number, or a seed", `shape ${show(y.shape)}`, "Sum the output, or pass the gradient with respect to it.");
  return backward(y, xs, seed ?? constant({ shape: y.shape, data: zerosLike(y.data, 1).fill(1) }), add);
}

/** H v of a scalar function at x: the gradient of v . grad f. */
export function hessianVector(f: (x: Var) => Var, x: Var, v: Var): Var {
  const at = new Var(x.shape, x.data, true, []);
  const [slope] = grad(f(at), [at]);
  return grad(slope, [at], v)[0];
}
