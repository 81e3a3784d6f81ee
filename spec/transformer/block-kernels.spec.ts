/** The block in the f32 kernels: the bits of the tape, in both twins, for odd sizes, masks, blind tokens, more tokens than a block of keys, extremes. */
import t from "tap";
import { constant, type NdArray, type Var } from "../../src/autodiff/index.ts";
import { type LayerHost, layerHost } from "../../src/kernels/index.ts";
import { normal, relu, softmax } from "../../src/hamux/index.ts";
import { seeded } from "../../src/numeric/index.ts";
import { EnergyTransformerBlock } from "../../src/transformer/index.ts";
import { BlockKernels } from "../../src/transformer/block-kernels.ts";

const same = (a: ArrayLike<number>, b: ArrayLike<number>): boolean => a.length === b.length && Array.from(a).every((x, i) => Object.is(x, b[i]));

interface Case { N: number; D: number; H: number; Y: number; M: number; allowSelf?: boolean; beta?: number; neighbours?: NdArray; scale?: number; delta?: boolean }

/** A random graph in which token 0 sees nobody and nobody sees the last one. */
function graph(N: number): NdArray {
  const rng = seeded(N);
  return { shape: [N, N], data: Float64Array.from({ length: N * N }, (_, at) => (at < N || at % N === N - 1 ? 0 : rng.normal() > 0.5 ? 1 : 0)) };
}

const CASES: Case[] = [
  { N: 1, D: 1, H: 1, Y: 1, M: 1 }, { N: 1, D: 3, H: 2, Y: 1, M: 2, allowSelf: true }, { N: 4, D: 5, H: 2, Y: 3, M: 7 }, { N: 7, D: 8, H: 3, Y: 5, M: 17, allowSelf: true },
  { N: 17, D: 64, H: 8, Y: 8, M: 64, delta: true }, { N: 65, D: 257, H: 5, Y: 7, M: 263, allowSelf: true, beta: 3 }, { N: 13, D: 12, H: 2, Y: 4, M: 9, neighbours: graph(13) },
  { N: 259, D: 6, H: 2, Y: 3, M: 5 }, { N: 515, D: 4, H: 1, Y: 2, M: 3, neighbours: graph(515), delta: true }, { N: 11, D: 10, H: 2, Y: 5, M: 8, beta: 1e4, allowSelf: true },
  { N: 5, D: 7, H: 2, Y: 3, M: 4, scale: 1e18 }, { N: 5, D: 7, H: 2, Y: 3, M: 4, scale: 0, allowSelf: true },
];

for (const { N, D, H, Y, M, scale = 1, beta, neighbours, allowSelf, delta } of CASES) {
  t.test(`N ${N}, D ${D}, H ${H}, Y ${Y}, M ${M}${neighbours === undefined ? "" : ", graph"}${scale === 1 ? "" : `, tokens times ${scale}`}`, async (t) => {
    const rng = seeded(N + D);
    const block = new EnergyTransformerBlock({
      WQ: normal([H, Y, D], rng, 0.4), WK: normal([H, Y, D], rng, 0.4), Xi: normal([M, D], rng, 0.4), beta, allowSelf, precision: "f32", gamma: 1.3, delta: delta === true ? normal([D], rng, 0.3).data : 0,
    });
    const x: Var = constant({ shape: [1, N, D], data: Float32Array.from(normal([N, D], rng, 1).data, (value) => scale * value) });
    const q = block.graph.prepare(block.params);
    const looks = block.graph.attentionOf(N, neighbours);
    const onTape = block.graph.look(block.graph.normalise(x, q), x, q, looks);
    const wanted = [onTape.energies.neurons, onTape.energies.attention, onTape.energies.hopfield].map(({ data }) => data[0]);
    const u = onTape.update().data;
    const { host: held } = { host: layerHost() };
    const before = held.arena.usedBytes;
    for (const host of [held, layerHost("scalar")] satisfies LayerHost[]) {
      const kernels = new BlockKernels({ host, params: block.params, epsilon: 1e-5, N, mask: block.graph.maskOf(N, neighbours) });
      const other: Var = constant({ shape: x.shape, data: x.data.map((value, i) => value + (i % 3)) });
      kernels.look(other); // what was looked at before leaves nothing behind
      const seen = kernels.look(x);
      t.same([seen.tree.neurons, seen.tree.attention, seen.tree.hopfield], wanted, `${host.backend}: energies`);
      t.ok(same(seen.update().data, u), `${host.backend}: update`);
      t.ok(same(seen.update().data, u), `${host.backend}: asked twice`);
      kernels.free();
      t.equal(host.arena.usedBytes, host === held ? before : 0, `${host.backend}: nothing stays in the arena`);
    }
  });
}

t.test("runs go through the kernels for ReLU memories in f32, by the tape for others, and are told apart by nothing", async (t) => {
  const [N, D] = [6, 8];
  const rng = seeded(5);
  const weights = { WQ: normal([2, 4, D], rng, 0.3), WK: normal([2, 4, D], rng, 0.3), Xi: normal([12, D], rng, 0.3), precision: "f32" as const };
  const x0 = Float32Array.from(normal([N, D], rng, 1).data);
  for (const hopfield of [relu(), softmax(2)]) {
    const block = new EnergyTransformerBlock({ ...weights, hopfield });
    const [q, looks] = [block.graph.prepare(block.params), block.graph.attentionOf(N)];
    let x: Var = constant({ shape: [1, N, D], data: x0 });
    const energies: number[] = [block.energy(x.data)];
    for (let i = 0; i < 5; i++) {
      x = block.graph.step(x, q, looks, 0.1);
      energies.push(block.energy(x.data));
    }
    for (const guard of [false, true]) {
      const run = block.run(x0, { steps: 5, guard });
      t.ok(same(run.x, Float64Array.from(x.data)), `${hopfield.name}: states`);
      t.same([...run.energies], energies, `${hopfield.name}: energies`);
    }
  }
});
