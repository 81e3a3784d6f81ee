/** Numbers as people read them, the same on every host and in every locale. */

/** A number for tables and labels: at most `digits` significant digits, no trailing zeros, an exponent only where it is shorter. */
export function formatNumber(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return String(value === 0 ? 0 : value);
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) return trim(value.toExponential(digits - 1));
  const rounded = value.toPrecision(digits);
  return trim(rounded.includes("e") ? String(Number(rounded)) : rounded);
}

/** A share in [0, 1] as percent with one decimal, e.g. `97.4 %`; 100 and 0 stay bare, and only a true 1 prints as 100. */
export function formatPercent(share: number): string {
  if (!Number.isFinite(share)) return String(share);
  const rounded = Math.round(share * 1000) / 10;
  if (rounded === 100 && share < 1) return "99.9 %";
  if (rounded === 0 && share > 0) return "< 0.1 %";
  return `${rounded === 0 || rounded === 100 ? rounded : rounded.toFixed(1)} %`;
}

function trim(number: string): string {
  const [mantissa, exponent] = number.split("e");
  const short = mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa;
  return exponent === undefined ? short : `${short}e${exponent.replace("+", "")}`;
}
