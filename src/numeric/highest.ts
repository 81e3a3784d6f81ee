/** The few highest of many numbers, in one pass where few are asked for: rankings, top k, nearest neighbours. */

/** Above this many, sorting all is cheaper than inserting one by one. */
const FEW = 64;

/** The indices of the k highest scores, best first, the lower index first on a tie. NaN counts as lowest. */
export function highestFew(s: ArrayLike<number>, k: number): number[] {
  const count = Math.min(k, s.length);
  if (count > FEW) {
    const value = (mu: number): number => (Number.isNaN(s[mu]) ? -Infinity : s[mu]);
    return Array.from({ length: s.length }, (_, mu) => mu).sort((a, b) => value(b) - value(a) || a - b).slice(0, count);
  }
  const kept: number[] = [];
  for (let mu = 0; mu < s.length; mu++) {
    if (kept.length === count && !(s[mu] > s[kept[count - 1]])) continue;
    if (kept.length === count) kept.pop();
    let at = kept.length;
    while (at > 0 && s[mu] > s[kept[at - 1]]) at--;
    kept.splice(at, 0, mu);
  }
  return kept;
}
