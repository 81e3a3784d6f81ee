/** Memory-level claims: a bit trial of the binary dynamics costs the same at twice the dimension, and grows with the patterns only. */
import { seeded } from "../src/numeric/index.ts";
import { BinaryMemory } from "../src/dense/index.ts";
import { bounded, median, type Row, seconds } from "./harness.ts";

function perTrial(D: number, K: number): number {
  const rng = seeded(3);
  const draw = (): Int8Array => Int8Array.from({ length: D }, () => rng.sign());
  const memory = new BinaryMemory(Array.from({ length: K }, draw), { kind: "rectified", n: 3 });
  const starts = Array.from({ length: 4 }, draw);
  let trials = 0;
  const run = (): void => {
    for (const start of starts) trials += memory.settle(start, { maxSweeps: 6 }).sweeps * D;
  };
  run();
  return median([1, 2, 3, 4, 5].map(() => {
    trials = 0;
    const spent = seconds(run);
    return spent / trials;
  })) * 1e9;
}

export async function memoryRows(wanted: (name: string) => boolean, note: (row: Row) => void): Promise<void> {
  if (!wanted("binary")) return;
  const base = perTrial(1024, 400);
  // The start's overlaps cost D K once per settle, a few trials' worth; hence a little above 1.
  note(bounded("binary trial, D 1024 -> 2048", "ns", perTrial(2048, 400), "D 1024", base, 1.25));
  note(bounded("binary trial, K 400 -> 800", "ns", perTrial(1024, 800), "K 400", base, 2.5));
}
