/**
 * One block over one set of N tokens in the f32 kernels: what block-graph.ts computes, to the same bits, without the tape. Weights are packed
 * once, every array has its place in the arena for the whole run. ReLU memories only.
 *
 *   x, xhat  N x D    QK  N x 2 H Y, queries then keys    A, omega, omegaT  N x N, one head at a time
 *   ZQ = omega K, ZK = omega^T Q   N x H Y                r = max(Xi xhat, 0)  N x M
 *   u = ZQ WQ + ZK WK + r Xi,  added in this order                                                         (M33)
 */
import { exp, finish, Fold, log } from "../numeric/index.ts";
import { constant, type NdArray, type Var } from "../autodiff/index.ts";
import type { Params } from "../hamux/index.ts";
import { BLOCK_K, foursBytes, joinSoftmax, type LayerHost, listBytes, packFoursTurned, PackedMatrix } from "../kernels/index.ts";
import type { BlockTree } from "./block.ts";

/** The energy, and the update of the tokens looked at last. */
export interface BlockLook { readonly tree: BlockTree; update(): Var }

export interface BlockKernelsOptions {
  readonly host: LayerHost;
  /** f32, by the block's names. */
  readonly params: Params;
  readonly epsilon: number;
  readonly N: number;
  /** N x N, 1 = the query sees the key. Default: all. */
  readonly mask?: NdArray;
}

const r = Math.fround;
const NONE = new Float64Array(0);
/** The score added for a key that is not seen, as in hamux/attention.ts. */
const HIDDEN = -1e30;
const upTo = (n: number, step: number): number => step * Math.ceil(n / step);

export class BlockKernels {
  readonly #o: BlockKernelsOptions;
  readonly #sizes: { readonly N: number; readonly D: number; readonly H: number; readonly Y: number; readonly M: number };
  /** Numbers from one row to the next. */
  readonly #rows: { readonly D: number; readonly QK: number; readonly N: number; readonly Z: number; readonly M: number };
  readonly #held: { free(): void }[] = [];
  readonly #at: Readonly<Record<"xhat" | "QK" | "A" | "ZQ" | "ZK" | "r" | "u" | "sum" | "exps" | "result" | "fours" | "lists", number>>;
  readonly #hide: number;
  /** Queries that see no key. */
  readonly #blind: readonly boolean[];
  readonly #packed: Readonly<Record<"project" | "fields" | "backQ" | "backK" | "memories" | "keysTurned" | "keys" | "queries", PackedMatrix>>;

  constructor(options: BlockKernelsOptions) {
    const { host, params: { WQ, WK, Xi }, N, mask } = options;
    const [H, Y, D] = WQ.shape;
    const M = Xi.shape[0];
    const HY = H * Y;
    this.#o = options;
    this.#sizes = { N, D, H, Y, M };
    // A head's last panel may reach 7 numbers into the next one: it is computed first and written over.
    this.#rows = { D: upTo(D, 32), QK: upTo(2 * HY, 8) + 8, N: upTo(N, 8), Z: upTo(HY, 8) + 8, M: upTo(M, 8) };
    try {
      const matrix = (k: number, n: number): PackedMatrix => this.#hold(new PackedMatrix(host, k, n));
      this.#packed = {
        project: matrix(D, 2 * HY), fields: matrix(D, M), backQ: matrix(HY, D), backK: matrix(HY, D), memories: this.#hold(new PackedMatrix(host, M, D, 32)),
        keysTurned: matrix(Y, N), keys: matrix(N, Y), queries: matrix(N, Y),
      };
      const { project, fields, backQ, backK, memories } = this.#packed;
      const both = new Float32Array(2 * HY * D);
      both.set(WQ.data);
      both.set(WK.data, HY * D);
      this.#raw(both, (at) => {
        project.setColumns(at, 4 * D, 2 * HY);
        backQ.setRows(at, 4 * D, D);
        backK.setRows(at + 4 * HY * D, 4 * D, D);
      });
      this.#raw(Xi.data as Float32Array, (at) => {
        fields.setColumns(at, 4 * D, M);
        memories.setRows(at, 4 * D, D);
      });
      const room = (rows: number, width: number): number => this.#room(4 * rows * width);
      this.#at = {
        xhat: room(N, D), QK: room(N, this.#rows.QK), A: room(N, this.#rows.N), ZQ: room(N, this.#rows.Z), ZK: room(N, this.#rows.Z),
        r: room(N, this.#rows.M), u: room(N, this.#rows.D), sum: room(N, this.#rows.D), exps: this.#room(8 * (N + 1)), result: this.#room(16),
        fours: this.#room(foursBytes(N, Math.max(D, HY, N))), lists: this.#room(listBytes(N)),
      };
      this.#blind = mask === undefined ? [] : Array.from({ length: N }, (_, q) => !mask.data.subarray(q * N, (q + 1) * N).includes(1));
      this.#hide = mask === undefined ? 0 : this.#room(4 * N * N);
      if (mask !== undefined) host.arena.f32.set(Float32Array.from(mask.data, (seen, i) => (seen === 1 || this.#blind[Math.floor(i / N)] ? 0 : HIDDEN)), this.#hide / 4);
    } catch (error) {
      this.free();
      throw error;
    }
  }

  #hold<T extends { free(): void }>(it: T): T {
    this.#held.push(it);
    return it;
  }

  #room(bytes: number): number {
    const { arena } = this.#o.host;
    const at = arena.allocate(bytes);
    this.#hold({ free: () => arena.free(at) });
    return at;
  }

  #raw(numbers: Float32Array, use: (at: number) => void): void {
    const { arena } = this.#o.host;
    const at = arena.allocate(4 * numbers.length);
    arena.f32.set(numbers, at / 4);
    use(at);
    arena.free(at);
  }

  /** x as 1 x N x D. What was looked at before is forgotten, its update with it. */
  look(x: Var): BlockLook {
    const neurons = this.#normalise(x.data as Float32Array);
    this.#o.host.exports.packFours_f32(this.#at.xhat, 4 * this.#sizes.D, this.#sizes.N, this.#sizes.D, this.#at.fours); // for the next two, which keep this order
    const hopfield = this.#remember();
    const attention = this.#attend();
    return { tree: { energy: neurons + attention + hopfield, neurons, attention, hopfield }, update: () => this.#update() };
  }

  /** xhat; the energy of the neurons. (M26), (M30) */
  #normalise(x: Float32Array): number {
    const { params: p, epsilon, host } = this.#o;
    const { N, D } = this.#sizes;
    const out = host.arena.f32.subarray(this.#at.xhat / 4, this.#at.xhat / 4 + N * D);
    const gain = r(r(Math.sqrt(D)) * p["norm.gamma"].data[0]);
    const { data: delta } = p["norm.delta"];
    const step = delta.length === 1 ? 0 : 1;
    let [inner, lengths, shift] = [0, 0, 0];
    for (let from = 0; from < N * D; from += D) {
      let sum = 0;
      for (let i = from; i < from + D; i++) sum += x[i];
      const mean = r(r(sum) / D);
      let squares = 0;
      for (let i = from; i < from + D; i++) {
        const c = r(x[i] - mean);
        out[i] = c;
        squares += c * c;
      }
      const length = r(Math.sqrt(squares + D * epsilon));
      lengths += r(gain * length);
      for (let i = from, d = 0; i < from + D; i++, d += step) {
        const xhat = r(r(gain * r(out[i] / length)) + delta[d]);
        out[i] = xhat;
        inner += r(x[i] * xhat);
        shift += r(x[i] * delta[d]);
      }
    }
    return r(r(inner) - r(r(lengths) + r(shift)));
  }

  /** ZQ and ZK; the energy of attention. (M27), (M28) */
  #attend(): number {
    const { host, params } = this.#o;
    const { N, H, Y } = this.#sizes;
    const { project, keysTurned, keys, queries } = this.#packed;
    const at = this.#at;
    const [qkStride, aStride, zStride] = [4 * this.#rows.QK, 4 * this.#rows.N, 4 * this.#rows.Z];
    project.product(at.fours, { rows: N, out: at.QK, outStride: qkStride });
    let lse = 0;
    for (let h = 0; h < H; h++) {
      const Q = at.QK + 4 * h * Y;
      const K = Q + 4 * H * Y;
      keysTurned.setColumns(K, qkStride, N);
      host.exports.packFours_f32(Q, qkStride, N, Y, at.fours);
      keysTurned.product(at.fours, { rows: N, out: at.A, outStride: aStride });
      for (let q = 0; q < N; q++) lse += r(this.#softmax(q));
      keys.setRows(K, qkStride, Y, true);
      host.exports.packFours_f32(at.A, aStride, N, N, at.fours);
      keys.product(at.fours, { rows: N, out: at.ZQ + 4 * h * Y, outStride: zStride });
      packFoursTurned(host, at.A, aStride, N, N, at.fours);
      queries.setRows(Q, qkStride, Y, true);
      queries.product(at.fours, { rows: N, out: at.ZK + 4 * h * Y, outStride: zStride });
    }
    const beta = params.beta.data[0];
    const value = r(r(lse) / beta);
    const quiet = this.#blind.filter(Boolean).length;
    return quiet === 0 ? -value : r(r(r(H * quiet * log(N)) / beta) - value);
  }

  /** The scores of a query become its weights; their log-sum-exp. In the order of kernels/softmax.ts. (M32) */
  #softmax(q: number): number {
    const { host: { exports, arena }, params } = this.#o;
    const { N } = this.#sizes;
    const beta = params.beta.data[0];
    const row = this.#at.A + 4 * q * this.#rows.N;
    const { exps, result } = this.#at;
    const { f32, f64 } = arena;
    if (this.#blind[q] === true) f32.fill(0, row / 4, row / 4 + N);
    const fold = N > BLOCK_K ? new Fold(joinSoftmax) : undefined;
    const maxima: number[] = [];
    for (let k = 0; k < N; k += BLOCK_K) {
      exports.attend_f32(row + 4 * k, Math.min(BLOCK_K, N - k), beta, this.#hide === 0 ? 0 : this.#hide + 4 * (q * N + k), exps + 8 * k, result);
      fold?.add(k / BLOCK_K, { max: f64[result / 8], sum: f64[result / 8 + 1], z: NONE });
      maxima.push(f64[result / 8]);
    }
    const { max, sum } = fold === undefined ? { max: maxima[0], sum: f64[result / 8 + 1] } : finish(joinSoftmax, fold.tree)!;
    if (max === -Infinity || this.#blind[q] === true) f32.fill(0, row / 4, row / 4 + N);
    else maxima.forEach((own, i) => exports.quotients_f32(exps + 8 * BLOCK_K * i, Math.min(BLOCK_K, N - BLOCK_K * i), fold === undefined ? sum : exp(max - own) * sum, row + 4 * BLOCK_K * i));
    return max === -Infinity ? -Infinity : max + log(sum);
  }

  /** r; the energy of the memories. (M29) */
  #remember(): number {
    const { host } = this.#o;
    const { N, M } = this.#sizes;
    const { M: width } = this.#rows;
    this.#packed.fields.product(this.#at.fours, { rows: N, out: this.#at.r, outStride: 4 * width }, 0);
    const all = host.arena.f32.subarray(this.#at.r / 4, this.#at.r / 4 + N * width);
    let value = 0;
    for (let from = 0; from < all.length; from += width) for (let i = from; i < from + M; i++) value += r(0.5 * r(all[i] * all[i]));
    return -r(value);
  }

  /** (M33) */
  #update(): Var {
    const { host } = this.#o;
    const { N, D, H, Y } = this.#sizes;
    const { D: width, Z, M } = this.#rows;
    const { backQ, backK } = this.#packed;
    const { u, sum, ZQ, ZK, r: memories, fours, lists } = this.#at;
    const HY = H * Y;
    const to = { rows: N, outStride: 4 * width };
    host.exports.packFours_f32(ZQ, 4 * Z, N, HY, fours);
    backQ.product(fours, { ...to, out: u });
    host.exports.packFours_f32(ZK, 4 * Z, N, HY, fours);
    backK.product(fours, { ...to, out: sum, residual: u });
    this.#packed.memories.productOfLists(memories, 4 * M, lists, { ...to, out: u, residual: sum });
    const data = new Float32Array(N * D);
    for (let t = 0; t < N; t++) data.set(host.arena.f32.subarray(u / 4 + t * width, u / 4 + t * width + D), t * D);
    return constant({ shape: [1, N, D], data });
  }

  free(): void {
    for (const it of this.#held.splice(0)) it.free();
  }
}
