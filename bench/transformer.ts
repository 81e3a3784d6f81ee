/**
 * The Energy Transformer block and a step of a DenseAM HAM in f32, against the same arithmetic in torch
 * and numpy, one thread each. The peers take no energies; ours takes them at the start and the end, and once more with that of every step.
 */
import { denseAM, HAM, layer, normal, softmax, spherical } from "../src/hamux/index.ts";
import { seeded } from "../src/numeric/index.ts";
import { EnergyTransformerBlock } from "../src/transformer/index.ts";
import { type Bench, compare, stretch } from "./harness.ts";
import type { Peers } from "./peers.ts";

const [N, D, H, Y, M] = [196, 768, 12, 64, 3072];
/** Of the released image model. */
const STEPS = 12;

export async function transformer({ torch, numpy }: Peers, { note }: Bench): Promise<void> {
  const rng = seeded(11);
  const block = new EnergyTransformerBlock({
    WQ: normal([H, Y, D], rng, 0.02), WK: normal([H, Y, D], rng, 0.02), Xi: normal([M, D], rng, 0.02), allowSelf: true, precision: "f32",
  });
  const x = normal([N, D], rng, 1).data;
  const run = (trace: boolean): (() => void) => () => void block.run(x, { steps: STEPS, alpha: 0.1, trace });
  // Multiplications and additions of the products alone.
  const work = 2 * STEPS * (4 * N * D * H * Y + 3 * N * N * H * Y + 2 * N * D * M);
  if (torch !== undefined) {
    const peer = torch.run(`transformer ${N} ${D} ${M}`);
    const title = `ET block, ${STEPS} steps, ${N} x ${D}`;
    note(await compare(title, "FLOP/s", work, run(false), "torch", peer, 0.4, 5));
    note(stretch(await compare(`${title}, energies`, "FLOP/s", work, run(true), "torch", peer, 0.4, 3)));
  }
  const [B, P, K] = [100, 784, 900];
  const ham = new HAM({
    precision: "f32", layers: { image: layer(P, spherical()) }, connections: [[["image"], "memory"]],
    synapses: { memory: denseAM(normal([P, K], rng, 0.02), { hidden: softmax(10) }) },
  });
  const states = ham.vars(Array.from({ length: B }, () => ({ image: normal([P], rng, 1).data })));
  const step = (): void => void ham.graph.step(states, ham.params, 0.1);
  for (const [name, peer] of [["torch", torch], ["numpy", numpy]] as const) {
    if (peer !== undefined) note(await compare(`DenseAM step, ${B} x ${P}, ${K} memories`, "FLOP/s", 4 * B * P * K, step, name, peer.run(`memory ${B} ${P} ${K}`), 0.4, 5));
  }
}
