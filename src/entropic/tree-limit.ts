/**
 * The limit sigma -> 0 of a tree of columns (E38): of all joint levels the prior allows, those of least D = sum_j (u_j - v_j)^2; of several the
 * likeliest, then the lower. Without edges it is the level that a register takes where its weights underflow: the nearest, then the heavier.
 *
 *   D, L   n x m   least distance and largest log P of what hangs below a level of a column, itself included in D
 */
import { NO_LEVEL } from "../kernels/index.ts";
import { log } from "../numeric/index.ts";
import type { Place } from "./tree.ts";

/**
 * The limit in those parts of a tree whose weights underflowed (their roots see no level of any weight); NO_LEVEL elsewhere.
 * @param places parents first @param own n x m, K times the messages of the children @param v n levels
 */
export function lostParts(places: readonly Place[], own: Float64Array, v: Uint16Array, m: number): Uint16Array {
  const lost = new Uint8Array(v.length);
  for (const { column, parent, table } of places) lost[column] = parent < 0 ? Number(!table.some((p, b) => p * own[column * m + b] > 0)) : lost[parent];
  if (!lost.includes(1)) return new Uint16Array(v.length).fill(NO_LEVEL);
  return nearestJoint(places, v, m).map((level, j) => (lost[j] === 1 ? level : NO_LEVEL));
}

function nearestJoint(places: readonly Place[], v: Uint16Array, m: number): Uint16Array {
  const n = v.length;
  const D = Float64Array.from({ length: n * m }, (_, at) => (v[Math.floor(at / m)] === NO_LEVEL ? 0 : ((at % m) - v[Math.floor(at / m)]) ** 2));
  const L = new Float64Array(n * m);
  /** The best level of a column under a row of its table. */
  const best = ({ column, table }: Place, row: number): number => {
    let found = -1;
    let least = Infinity;
    let most = -Infinity;
    for (let b = 0; b < m; b++) {
      const p = table[row * m + b];
      const at = column * m + b;
      if (!(p > 0) || D[at] > least || D[at] === Infinity) continue;
      const likely = L[at] + log(p);
      if (D[at] < least || likely > most) [found, least, most] = [b, D[at], likely];
    }
    return found;
  };
  const under = new Int32Array(n * m);
  for (let k = places.length - 1; k >= 0; k--) {
    const place = places[k];
    if (place.parent < 0) continue;
    for (let a = 0; a < m; a++) {
      const b = best(place, a);
      under[place.column * m + a] = b;
      D[place.parent * m + a] += b < 0 ? Infinity : D[place.column * m + b];
      if (b >= 0) L[place.parent * m + a] += L[place.column * m + b] + log(place.table[a * m + b]);
    }
  }
  const u = new Uint16Array(n).fill(NO_LEVEL);
  for (const place of places) u[place.column] = place.parent < 0 ? best(place, 0) : under[place.column * m + u[place.parent]];
  return u;
}
