/** Arithmetic of whole numbers by the same exact operations on every host: powers, rounding. */

/** z^n for an integer n >= 0 by repeated squaring: the same products on every host. */
export function integerPower(z: number, n: number): number {
  let result = 1;
  let base = z;
  for (let rest = n; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= base;
    base *= base;
  }
  return result;
}

/** To the nearest whole number, halves to the even one as in Python and numpy (`Math.round` rounds them up). */
export function roundHalfEven(x: number): number {
  const below = Math.floor(x);
  const part = x - below;
  if (part !== 0.5) return part < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}
