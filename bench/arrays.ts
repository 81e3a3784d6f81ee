/** Elementary functions on arrays: exp and softmax against Math.exp loops and numpy. */
import { seeded } from "../src/numeric/index.ts";
import { expInto, mapInto, softmax } from "../src/kernels/index.ts";
import { plainExp, plainSoftmax } from "./data.ts";
import { type Bench, compare, local, stretch } from "./harness.ts";
import type { Peers } from "./peers.ts";

const n = 8192;

export async function arrays({ numpy }: Peers, { note }: Bench): Promise<void> {
  const rng = seeded(9);
  const x = Float32Array.from({ length: n }, () => rng.normal() * 5);
  const wide = Float64Array.from(x);
  const [out, plain] = [new Float32Array(n), new Float32Array(n)];
  const [wideOut, widePlain] = [new Float64Array(n), new Float64Array(n)];
  note(await compare("exp, f32", "/s", n, () => expInto(x, out), "Math.exp loop", local(() => plainExp(x, plain)), 8));
  // The goal of 8 is for the four lanes of f32.
  note(await compare("exp, f64", "/s", n, () => mapInto("exp", wide, wideOut), "Math.exp loop", local(() => plainExp(wide, widePlain)), 2));
  note(await compare("softmax, f64", "/s", n, () => softmax(wide, wideOut), "Math.exp loop", local(() => plainSoftmax(wide, widePlain)), 1));
  if (numpy !== undefined) note(stretch(await compare("exp, f32", "/s", n, () => expInto(x, out), "numpy", numpy.run(`exp ${n} 1`), 0.8)));
}
