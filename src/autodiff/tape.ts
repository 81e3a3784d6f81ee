/**
 * Reverse-mode differentiation. An operation makes a `Var` that remembers, for each differentiable input, how to carry a gradient back to it
 * (its vector-Jacobian product). Those are written in the same operations, so a gradient is a `Var` too and can be differentiated again.
 *
 *   y = f(x)   x, y arrays;   g  the gradient of a scalar with respect to y, shaped as y;   vjp(g) = g^T (dy/dx), shaped as x
 *
 * There is no global tape: the record is the graph of the Vars themselves, and is forgotten with them.
 */
import { EngramError } from "../numeric/index.ts";
import type { Floats } from "../kernels/index.ts";
import { type NdArray, ndArray, sameShape, show, sizeOf, zerosLike } from "./array.ts";

/** An input of an operation and the way back to it. */
type Edge = readonly [of: Var, vjp: (g: Var) => Var];

/** An array that knows where it came from. */
export class Var implements NdArray {
  readonly shape: readonly number[];
  readonly data: Floats;
  /** Whether it is a variable, or depends on one. */
  readonly tracked: boolean;
  readonly edges: readonly Edge[];

  constructor(shape: readonly number[], data: Floats, tracked: boolean, edges: readonly Edge[]) {
    this.shape = shape;
    this.data = data;
    this.tracked = tracked;
    this.edges = edges;
  }
}

/** What operations take: arrays, or plain numbers, which take the precision of their partner. */
export type Operand = Var | number;

function arrayOf(value: NdArray | number | ArrayLike<number>, shape?: readonly number[]): NdArray {
  if (typeof value === "number") return { shape: [], data: Float64Array.of(value) };
  if ("shape" in value) return ndArray(shape ?? value.shape, value.data);
  return ndArray(shape ?? [value.length], value);
}

/** An array to differentiate with respect to. The numbers are not copied: do not change them while the Var is in use. */
export function variable(value: NdArray | number | ArrayLike<number>, shape?: readonly number[]): Var {
  const { shape: sizes, data } = arrayOf(value, shape);
  return new Var(sizes, data, true, []);
}

/** An array that takes no gradient. The numbers are not copied. */
export function constant(value: NdArray | number | ArrayLike<number>, shape?: readonly number[]): Var {
  const { shape: sizes, data } = arrayOf(value, shape);
  return new Var(sizes, data, false, []);
}

/** The same numbers, cut off from what they were computed from. */
export function detach(x: Var): Var {
  return new Var(x.shape, x.data, false, []);
}

/** x under a second identity: the same numbers, with a gradient of their own that flows on to x. */
export function alias(x: Var): Var {
  return node(x.shape, x.data, [[x, (g) => g]]);
}

/** The single number of an array of size 1. @throws EngramError for any other size */
export function item(x: NdArray): number {
  if (x.data.length !== 1) throw new EngramError("item", "an array of one number", `shape ${show(x.shape)}`, "Sum or mean it first.");
  return x.data[0];
}

/** The result of an operation: only inputs that are tracked are remembered. */
export function node(shape: readonly number[], data: Floats, edges: readonly Edge[]): Var {
  const kept = edges.filter(([of]) => of.tracked);
  return new Var(shape, data, kept.length > 0, kept);
}

/** Operands as Vars of one precision. @throws EngramError when f32 meets f64 */
export function operands(what: string, ...values: readonly Operand[]): Var[] {
  const like = values.find((value) => typeof value !== "number") as Var | undefined;
  return values.map((value) => {
    if (typeof value === "number") {
      const data = zerosLike(like?.data ?? new Float64Array(0), 1);
      data[0] = value;
      return constant({ shape: [], data });
    }
    if (value.data.constructor !== like!.data.constructor) {
      throw new EngramError(what, `arrays of one precision, as the first: ${like!.data.constructor.name}`, value.data.constructor.name, "Convert one of them.");
    }
    return value;
  });
}

/** Adding is the one operation the tape itself needs (a Var used twice gets two gradients); arithmetic.ts brings it. */
export type Adder = (a: Var, b: Var) => Var;

/**
 * Carries `seed` back from y. Vars are visited in the reverse of the order in which a depth-first walk finishes them, edges in order, so the
 * sums of gradients have one order.
 */
export function backward(y: Var, xs: readonly Var[], seed: Var, add: Adder): Var[] {
  if (!sameShape(seed.shape, y.shape)) throw new EngramError("grad seed", `shape ${show(y.shape)}, as the output`, show(seed.shape), "The seed is a gradient with respect to the output.");
  const wanted = new Set<Var>(xs);
  const gradients = new Map<Var, Var>([[y, seed]]);
  const order = finished(y);
  const leads = new Set<Var>(); // the Vars through which some x is reached
  for (const v of order) if (wanted.has(v) || v.edges.some(([of]) => leads.has(of))) leads.add(v);
  for (let i = order.length - 1; i >= 0; i--) {
    const v = order[i];
    const g = gradients.get(v);
    if (g === undefined || !leads.has(v)) continue;
    for (const [of, vjp] of v.edges) {
      if (!leads.has(of)) continue;
      const more = vjp(g);
      const before = gradients.get(of);
      gradients.set(of, before === undefined ? more : add(before, more));
    }
    if (!wanted.has(v)) gradients.delete(v);
  }
  return xs.map((x) => gradients.get(x) ?? constant({ shape: x.shape, data: zerosLike(x.data, sizeOf(x.shape)) }));
}

/** All Vars below y, inputs before what is made of them. Iterative: dynamics make graphs deeper than any call stack. */
function finished(y: Var): Var[] {
  const order: Var[] = [];
  const seen = new Set<Var>([y]);
  const stack: { v: Var; next: number }[] = [{ v: y, next: 0 }];
  while (stack.length > 0) {
    const top = stack[stack.length - 1];
    if (top.next === top.v.edges.length) {
      order.push(top.v);
      stack.pop();
      continue;
    }
    const [of] = top.v.edges[top.next++];
    if (!seen.has(of)) {
      seen.add(of);
      stack.push({ v: of, next: 0 });
    }
  }
  return order;
}
