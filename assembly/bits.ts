/** The AssemblyScript half of src/numeric/elementary/bits.ts: the build puts this file in its place. */

export function highWord(x: number): number {
  return <f64>(<i32>(reinterpret<u64>(x) >> 32));
}

export function lowWord(x: number): number {
  return <f64>(<u32>reinterpret<u64>(x));
}

export function fromWords(high: number, low: number): number {
  return reinterpret<f64>(((<u64>(<u32>(<i64>high))) << 32) | <u64>(<u32>(<i64>low)));
}

export function truncateLow(x: number): number {
  return reinterpret<f64>(reinterpret<u64>(x) & 0xffffffff00000000);
}

export function powerOf2(k: number): number {
  return reinterpret<f64>((<u64>(<i64>k + 1023)) << 52);
}
