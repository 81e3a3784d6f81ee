/**
 * Rows grouped into small balls by bisection: the tree behind support-index.ts. Only its leaves are kept, each a centre and its rows in
 * the order of their distance from it.
 *
 *   a node   is cut by the plane half-way between two of its rows that lie far apart;  a leaf  at most LEAF(N) rows, or equal ones
 *
 * What is cut where decides how much a search must read, never what it finds.
 */
import type { Floats } from "../kernels/index.ts";

export interface Leaves {
  /** Row numbers, leaf by leaf, in a leaf by growing distance to its centre. */
  readonly order: Int32Array;
  /** Leaf l holds order[start[l]] .. order[start[l + 1] - 1]. */
  readonly start: Int32Array;
  /** L x D. */
  readonly centres: Float64Array;
  /** Per entry of `order`: the distance to the centre of its leaf, f64. */
  readonly radius: Float64Array;
}

/** @param X N x D numbers, row-major @param whole one leaf for all: bands of distance from the mean */
export function leavesOf(X: Floats, N: number, D: number, whole: boolean): Leaves {
  const order = Int32Array.from({ length: N }, (_, mu) => mu);
  const starts: number[] = [];
  const size = whole ? N : Math.max(16, Math.min(512, Math.floor(Math.sqrt(N) / 4)));
  const deepest = 2 * Math.ceil(Math.sqrt(Math.sqrt(N))) + 32; // beyond it a node is cut in two equal halves
  const stack: [number, number, number][] = [[0, N, 0]];
  while (stack.length > 0) {
    const [from, to, depth] = stack.pop()!;
    const cut = to - from <= size ? to : bisect(X, D, order, from, to, depth > deepest);
    if (cut <= from || cut >= to) starts.push(from);
    else stack.push([cut, to, depth + 1], [from, cut, depth + 1]);
  }
  const start = Int32Array.from([...starts, N]);
  const centres = new Float64Array(starts.length * D);
  const radius = new Float64Array(N);
  for (let leaf = 0; leaf < starts.length; leaf++) settle(X, D, order, start[leaf], start[leaf + 1], centres.subarray(leaf * D, (leaf + 1) * D), radius);
  return { order, start, centres, radius };
}

/** The row of order[from..to) farthest from row `mu`; `mu` itself where all are equal to it. */
function farthest(X: Floats, D: number, order: Int32Array, from: number, to: number, mu: number): number {
  let best = mu;
  let most = 0;
  for (let i = from; i < to; i++) {
    let sum = 0;
    for (let k = 0, a = mu * D, b = order[i] * D; k < D; k++) {
      const d = X[a + k] - X[b + k];
      sum += d * d;
    }
    if (sum > most) [most, best] = [sum, order[i]];
  }
  return best;
}

/** Sorts order[from..to) into two sides and returns where the second begins; `from` where all rows are equal. */
function bisect(X: Floats, D: number, order: Int32Array, from: number, to: number, halves: boolean): number {
  const p = farthest(X, D, order, from, to, order[from]);
  const q = farthest(X, D, order, from, to, p);
  if (p === q) return from;
  const along = new Float64Array(D);
  let middle = 0;
  for (let k = 0; k < D; k++) {
    along[k] = X[q * D + k] - X[p * D + k];
    middle += along[k] * (X[q * D + k] / 2 + X[p * D + k] / 2);
  }
  const place = new Float64Array(to - from);
  for (let i = from; i < to; i++) {
    let sum = 0;
    for (let k = 0, a = order[i] * D; k < D; k++) sum += along[k] * X[a + k];
    place[i - from] = sum;
  }
  if (halves) {
    const mine = order.slice(from, to);
    const byPlace = Array.from(mine, (_, i) => i).sort((a, b) => place[a] - place[b] || mine[a] - mine[b]);
    byPlace.forEach((i, j) => (order[from + j] = mine[i]));
    return from + Math.floor((to - from) / 2);
  }
  let left = from;
  let right = to - 1;
  while (left <= right) {
    if (place[left - from] < middle) left++;
    else {
      [order[left], order[right]] = [order[right], order[left]];
      [place[left - from], place[right - from]] = [place[right - from], place[left - from]];
      right--;
    }
  }
  return left;
}

/** The centre of a leaf (the mean of its rows, in their precision), and its rows in the order of their distance from it. */
function settle(X: Floats, D: number, order: Int32Array, from: number, to: number, centre: Float64Array, radius: Float64Array): void {
  for (let i = from; i < to; i++) for (let k = 0; k < D; k++) centre[k] += X[order[i] * D + k] / (to - from);
  // What the index measures from must be what it holds: numbers of the store's precision.
  if (X instanceof Float32Array) for (let k = 0; k < D; k++) centre[k] = Math.fround(centre[k]);
  const distance = Float64Array.from({ length: to - from }, (_, i) => {
    let sum = 0;
    for (let k = 0, a = order[from + i] * D; k < D; k++) {
      const d = X[a + k] - centre[k];
      sum += d * d;
    }
    return Math.sqrt(sum);
  });
  const mine = order.slice(from, to);
  Array.from(mine, (_, i) => i).sort((a, b) => distance[a] - distance[b] || mine[a] - mine[b]).forEach((i, j) => {
    order[from + j] = mine[i];
    radius[from + j] = distance[i];
  });
}
