/**
 * The convolutional hypersynapse, with or without pooling (modern-methods.md section 3.4). Layers are pictures H x W x C.
 *
 *   kernel  O x C x kh x kw
 *   E = -<conv(xhat1), xhat2>           into 2: conv(xhat1);            into 1: the transposed convolution of xhat2
 *   E = -<pool(conv(xhat1)), xhat2>     into 2: pool(conv(xhat1));      into 1: the same through the pool's adjoint (max: to the first maximum)
 */
import { checkNames, EngramError, unknownName } from "../numeric/index.ts";
import {
  avgPool, avgUnpool, conv2d, convTranspose2d, maxPool, maxUnpool, mul, type NdArray, neg, outputSize, sum, type Var, type Window,
} from "../autodiff/index.ts";
import { type Hypersynapse, weights } from "./synapse.ts";

export interface Pool {
  readonly kind: "avg" | "max";
  /** Windows of size x size. */
  readonly size: number;
  /** Default: the size. */
  readonly stride?: number;
}

export interface ConvOptions extends Window {
  readonly pool?: Pool;
}

/** @throws EngramError on a kernel of another rank, a stride, padding or pool out of range */
export function conv(kernel: NdArray, options: ConvOptions = {}): Hypersynapse {
  checkNames("conv option", options, ["stride", "padding", "pool"] satisfies (keyof ConvOptions)[]);
  const { stride = 1, padding = 0, pool } = options;
  if (pool !== undefined) checkNames("pool option", pool, ["kind", "size", "stride"] satisfies (keyof Pool)[]);
  const [O, C, kh, kw] = weights(kernel, 4, "conv kernel").shape;
  const window = { stride, padding };
  outputSize(kh, kw, kh, kw, window);
  if (pool !== undefined) {
    if (pool.kind !== "avg" && pool.kind !== "max") throw unknownName("pool", String(pool.kind), ["avg", "max"]);
    for (const n of [pool.size, pool.stride ?? pool.size]) if (!Number.isInteger(n) || n < 1) throw new EngramError("pool", "sizes that are whole numbers, 1 or above", String(n), "2 halves a picture.");
  }
  const kept = pool && { kind: pool.kind, size: pool.size, stride: pool.stride ?? pool.size };
  const pooled = (z: Var): Var => (kept === undefined ? z : (kept.kind === "avg" ? avgPool : maxPool)(z, kept.size, kept.stride));
  const unpooled = (y: Var, z: Var): Var => {
    if (kept === undefined) return y;
    return kept.kind === "avg" ? avgUnpool(y, z.shape, kept.size, kept.stride) : maxUnpool(y, z, kept.size, kept.stride);
  };
  /** Shape of the second layer over a first of shape H x W x C. */
  const output = (H: number, W: number): number[] => {
    let size = outputSize(H, W, kh, kw, window);
    if (kept !== undefined) size = outputSize(size[0], size[1], kept.size, kept.size, { stride: kept.stride });
    return [...size, O];
  };
  return {
    kind: "conv", parameters: { kernel }, settings: { stride, padding, ...(kept === undefined ? {} : { pool: kept }) },
    misfit: (shapes) => {
      const [a, b] = shapes;
      if (shapes.length !== 2 || a.length !== 3 || a[2] !== C) return `two picture layers, the first [H, W, ${C}]`;
      const wanted = output(a[0], a[1]);
      return b.length === 3 && b.every((n, i) => n === wanted[i]) ? undefined : `a second layer of [${wanted.join(", ")}] over a first of [${a.join(", ")}]`;
    },
    energy: ([x, y], p) => neg(sum(mul(pooled(conv2d(x, p.kernel, window)), y), [1, 2, 3])),
    signals: ([x, y], p) => {
      const z = conv2d(x, p.kernel, window);
      return [convTranspose2d(unpooled(y, z), p.kernel, [x.shape[1], x.shape[2]], window), pooled(z)];
    },
  };
}
