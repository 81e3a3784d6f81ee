/**
 * The asynchronous binary dynamics: a bit trial costs the same at twice the dimension (the energy difference comes from the overlaps,
 * not from the N x D patterns) and twice as much at twice the patterns (each overlap is updated).
 */
import { seeded } from "../src/numeric/index.ts";
import { BinaryMemory } from "../src/dense/index.ts";
import { type Bench, bounded, seconds } from "./harness.ts";
import type { Peers } from "./peers.ts";

const SWEEPS = 6;

/** Seconds per bit trial, anew at each call. */
function trials(D: number, N: number): () => number {
  const rng = seeded(3);
  const draw = (): Int8Array => Int8Array.from({ length: D }, () => rng.sign());
  const memory = new BinaryMemory(Array.from({ length: N }, draw), { kind: "rectified", n: 3 });
  const starts = Array.from({ length: 4 }, draw);
  return () => {
    let count = 0;
    const spent = seconds(() => {
      for (const start of starts) count += memory.settle(start, { maxSweeps: SWEEPS }).sweeps * D;
    });
    return spent / count;
  };
}

export async function binary(_peers: Peers, { note }: Bench): Promise<void> {
  const [base, wide, more] = [trials(1024, 400), trials(2048, 400), trials(1024, 800)];
  for (const run of [base, wide, more]) run();
  const rounds = Array.from({ length: 7 }, () => ({ base: base(), wide: wide(), more: more() }));
  // The start's overlaps cost D N once per settling, one trial's worth a bit: the same at every D.
  note(bounded("binary bit trial, D 1024 -> 2048", "s", "D 1024", rounds.map((r) => ({ ours: r.wide, peer: r.base })), 1.25));
  note(bounded("binary bit trial, N 400 -> 800", "s", "N 400", rounds.map((r) => ({ ours: r.more, peer: r.base })), 2.5));
}
