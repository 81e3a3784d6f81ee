/**
 * The Energy Transformer block with plain numbers (equations in block-graph.ts). The state is kept un-normalised; energies are always taken at the layer
 * norm. A token is a row of D numbers; N tokens are N x D, row-major.
 *
 * Deviations: a guard may halve alpha where a step would raise the energy; tokens may be held still (the authors let all evolve, and so does the default).
 */
import { checkNames, ENERGY_ROUNDING, EngramError, type Precision, unknownName } from "../numeric/index.ts";
import { constant, type NdArray, ndArray, type Var } from "../autodiff/index.ts";
import { sameShape } from "../autodiff/array.ts";
import { type Attention, type Lagrangian, layerNorm, type Mask, type Params, relu } from "../hamux/index.ts";
import { checkFinite, constants, positive } from "../hamux/lagrangian.ts";
import { maskOf } from "../hamux/layer.ts";
import { weights } from "../hamux/synapse.ts";
import { layerHost } from "../kernels/index.ts";
import { BlockGraph, type Neighbours, type Prepared } from "./block-graph.ts";
import { BlockKernels, type BlockLook } from "./block-kernels.ts";

export interface BlockOptions {
  /** H x Y x D each. */
  WQ: NdArray;
  WK: NdArray;
  /** M x D. */
  Xi: NdArray;
  /** Default 1 / sqrt(Y). */
  beta?: number;
  /** Of the memories: relu() (default, the paper's), repu(n), softmax(beta). */
  hopfield?: Lagrangian;
  /** Layer norm: one gamma, D deltas, epsilon. Defaults 1, 0, 1e-5. */
  gamma?: number;
  delta?: number | ArrayLike<number>;
  epsilon?: number;
  /** Whether a token may attend to itself. Default false, as in the paper; the released weights were trained with true (M35). */
  allowSelf?: boolean;
  /** Default f64. */
  precision?: Precision;
}

export interface BlockRunOptions {
  /** Default 12. */
  steps?: number;
  /** Default .1. */
  alpha?: number;
  /** Which tokens see each other, e.g. the edges of a graph (M38). Default: all others, or all. */
  neighbours?: Neighbours;
  /** By token: 1 may move, 0 stays. Default 1. */
  free?: Mask;
  /** Whether to halve a step that would raise the energy. Default false: exactly the block of the paper. */
  guard?: boolean;
  /** Whether to take the energy after every step. Default true. false: only at the start and the end, and no step counts as raised. Not with the guard. */
  trace?: boolean;
  /** Called at the start, step 0, and after every step with the tokens, N x D, and their energy. The numbers are the run's: copy what you keep. Not without the trace. */
  visit?: (step: number, x: ArrayLike<number>, tree: BlockTree) => void;
}

/** The energy with its parts; `energy` is their sum, in this order. */
export interface BlockTree { readonly energy: number; readonly neurons: number; readonly attention: number; readonly hopfield: number }

export interface BlockRun {
  /** N x D. */
  readonly x: Float64Array;
  /** At the start and after every step; of an untraced run, the first and the last. */
  readonly trees: readonly BlockTree[];
  readonly energies: Float64Array;
  readonly steps: number;
  /** Steps that raised the energy by more than rounding. 0 under the guard. */
  readonly raised: number;
  /** Why it took fewer steps than asked. */
  readonly reason?: string;
}

const BLOCK_OPTIONS = ["WQ", "WK", "Xi", "beta", "hopfield", "gamma", "delta", "epsilon", "allowSelf", "precision"] satisfies (keyof BlockOptions)[];
const RUN_OPTIONS = ["steps", "alpha", "neighbours", "free", "guard", "trace", "visit"] satisfies (keyof BlockRunOptions)[];

export class EnergyTransformerBlock {
  readonly precision: Precision;
  /** D. */
  readonly dim: number;
  readonly graph: BlockGraph;
  /** By name: WQ, WK, Xi, beta, norm.gamma, norm.delta, hopfield.beta. */
  readonly parameters: Readonly<Record<string, NdArray>>;
  readonly params: Params;
  readonly #prepared: Prepared;

  /** @throws EngramError on weights that are missing or do not fit each other, NaN, a beta, gamma or epsilon not above 0, or an unknown precision */
  constructor(options: BlockOptions) {
    checkNames("block option", options, BLOCK_OPTIONS);
    const { WQ, WK, Xi, beta, hopfield = relu(), gamma, delta, epsilon, allowSelf = false, precision = "f64" } = options;
    if (precision !== "f32" && precision !== "f64") throw unknownName("precision", String(precision), ["f32", "f64"]);
    const [, Y, D] = weights(WQ, 3, "block WQ").shape;
    if (!sameShape(weights(WK, 3, "block WK").shape, WQ.shape)) throw new EngramError("block WK", `shape [${WQ.shape.join(", ")}], as WQ`, `[${WK.shape.join(", ")}]`, "Heads, width and channels must agree.");
    if (weights(Xi, 2, "block Xi").shape[1] !== D) throw new EngramError("block Xi", `shape [M, ${D}]`, `[${Xi.shape.join(", ")}]`, "A memory has the channels of a token.");
    const norm = layerNorm({ gamma, delta, epsilon });
    const d = norm.parameters.delta;
    if (d.shape.length > 0 && d.data.length !== D) throw new EngramError("block delta", `1 or ${D} numbers`, `${d.data.length}`, "One per channel.");
    const named = (start: string, own: Readonly<Record<string, NdArray>>): [string, NdArray][] => Object.entries(own).map(([name, value]) => [`${start}.${name}`, value]);
    this.precision = precision;
    this.dim = D;
    this.parameters = {
      WQ, WK, Xi, beta: positive(beta ?? 1 / Math.sqrt(Y), "block beta"), ...Object.fromEntries([...named("norm", norm.parameters), ...named("hopfield", hopfield.parameters)]),
    };
    for (const [name, { data }] of Object.entries(this.parameters)) checkFinite(data, `parameter ${name}`);
    this.graph = new BlockGraph({ WQ, WK, Xi, norm, hidden: hopfield, allowSelf });
    this.params = constants(this.parameters, precision === "f32" ? new Float32Array(0) : new Float64Array(0));
    for (const [name, { data }] of Object.entries(this.params)) checkFinite(data, `parameter ${name} in ${precision}`);
    this.#prepared = this.graph.prepare(this.params);
  }

  /** Tokens as 1 x N x D. @throws EngramError unless the numbers are whole tokens, at least one, and finite */
  #tokens(x: ArrayLike<number>): Var {
    const N = x.length / this.dim;
    if (!Number.isInteger(N) || N < 1) throw new EngramError("tokens", `a multiple of ${this.dim} numbers, at least one token`, `${x.length}`, "Pass N x D numbers, row-major.");
    const data = this.precision === "f32" ? Float32Array.from(x) : Float64Array.from(x);
    const at = data.findIndex((value) => !Number.isFinite(value));
    if (at >= 0) throw new EngramError(`token ${Math.floor(at / this.dim)}, channel ${at % this.dim}`, "a finite number", String(data[at]), "Clean the tokens.");
    return constant({ shape: [1, N, this.dim], data });
  }

  #attention(x: Var, neighbours?: Neighbours): Attention {
    const N = x.shape[1];
    if (neighbours !== undefined && !sameShape(ndArray(neighbours.shape, neighbours.data, "neighbours").shape, [N, N])) {
      throw new EngramError("neighbours", `shape [${N}, ${N}], a row per query`, `[${neighbours.shape.join(", ")}]`, "One entry per pair of tokens: 1 = the query sees the key.");
    }
    return this.graph.attentionOf(N, neighbours);
  }

  /** xhat, N x D. */
  normalise(x: ArrayLike<number>): Float64Array {
    return Float64Array.from(this.graph.normalise(this.#tokens(x), this.#prepared).data);
  }

  /** The energy and its parts. (M30) @throws EngramError also where it is beyond the precision (NaN) */
  energyTree(x: ArrayLike<number>, neighbours?: Neighbours): BlockTree {
    const tokens = this.#tokens(x);
    const tree = this.#tree(tokens, this.#attention(tokens, neighbours));
    if (Number.isNaN(tree.energy)) throw new EngramError("energy", "a number", "NaN", `Tokens or weights are too large for ${this.precision}.`);
    return tree;
  }

  energy(x: ArrayLike<number>, neighbours?: Neighbours): number {
    return this.energyTree(x, neighbours).energy;
  }

  #tree(x: Var, looks: Attention): BlockTree {
    return this.#look(x, looks).tree;
  }

  /** The energy, and the update when it is asked for. */
  #look(x: Var, looks: Attention): BlockLook {
    const { energies: parts, update } = this.graph.look(this.graph.normalise(x, this.#prepared), x, this.#prepared, looks);
    const [neurons, attention, hopfield] = [parts.neurons, parts.attention, parts.hopfield].map(({ data }) => data[0]);
    return { tree: { energy: neurons + attention + hopfield, neurons, attention, hopfield }, update };
  }

  /** u = -d(E^ATT + E^HN)/dxhat, N x D. (M33) */
  update(x: ArrayLike<number>, neighbours?: Neighbours): Float64Array {
    const tokens = this.#tokens(x);
    return Float64Array.from(this.graph.update(this.graph.normalise(tokens, this.#prepared), this.#prepared, this.#attention(tokens, neighbours)).data);
  }

  /** omega, H x N x N: row = query, column = key. (M32) */
  attentionWeights(x: ArrayLike<number>, neighbours?: Neighbours): Float64Array {
    const tokens = this.#tokens(x);
    const xhat = this.graph.normalise(tokens, this.#prepared);
    return Float64Array.from(this.#attention(tokens, neighbours).weights([xhat, xhat], this.#prepared.attention).data);
  }

  /** (M34), `steps` times. @throws EngramError on tokens, neighbours or masks that do not fit, or options out of range */
  run(x0: ArrayLike<number>, options: BlockRunOptions = {}): BlockRun {
    checkNames("run option", options, RUN_OPTIONS);
    const { steps = 12, alpha = 0.1, neighbours, free, guard = false, trace = true, visit } = options;
    if (!(Number.isInteger(steps) && steps >= 0)) throw new EngramError("steps", "a whole number, 0 or above", String(steps), "12 is the authors' choice.");
    if (!(alpha > 0 && alpha < Infinity)) throw new EngramError("alpha", "a finite number above 0", String(alpha), ".1 is the authors' choice.");
    if (guard && !trace) throw new EngramError("trace", "true with the guard", "false", "The guard looks at every energy.");
    if (visit !== undefined && !trace) throw new EngramError("visit", "with the trace", "trace: false", "It is given every energy.");
    const x = this.#tokens(x0);
    const looks = this.#attention(x, neighbours);
    const mask = free === undefined ? undefined : maskOf(free, x.shape[1], "free tokens");
    const kernels = this.#kernels(x.shape[1], neighbours);
    const look = kernels === undefined ? (from: Var): BlockLook => this.#look(from, looks) : (from: Var): BlockLook => kernels.look(from);
    const moved = (from: Var, u: Var, size: number): Var => this.graph.moved(from, u, size, mask);
    try {
      return trace ? this.#traced(x, look, { steps, alpha, guard, visit }, moved) : this.#untraced(x, look, steps, (from, u) => moved(from, u, alpha));
    } finally {
      kernels?.free();
    }
  }

  /** f32 with ReLU memories runs in the kernels, to the bits of the tape. */
  #kernels(N: number, neighbours?: Neighbours): BlockKernels | undefined {
    const { norm, hidden } = this.graph.parts;
    // Below this a row of equal numbers has a length that underflows; the tape rescales.
    const { epsilon } = norm.settings;
    if (this.precision !== "f32" || hidden.name !== "relu" || hidden.custom === true || epsilon < 1e-30) return undefined;
    return new BlockKernels({ host: layerHost(), params: this.params, epsilon, N, mask: this.graph.maskOf(N, neighbours) });
  }

  #traced(
    x0: Var, look: (x: Var) => BlockLook, { steps, alpha, guard, visit }: Required<Pick<BlockRunOptions, "steps" | "alpha" | "guard">> & Pick<BlockRunOptions, "visit">,
    moved: (x: Var, u: Var, size: number) => Var,
  ): BlockRun {
    let x = x0;
    let here = look(x);
    const trees = [here.tree];
    visit?.(0, x.data, here.tree);
    let raised = 0;
    let reason: string | undefined;
    let size = alpha;
    while (trees.length <= steps) {
      const before = here.tree;
      const u = here.update();
      const fits = (tree: BlockTree): boolean => tree.energy <= before.energy + ENERGY_ROUNDING[this.precision] * (Math.abs(tree.neurons) + Math.abs(tree.attention) + Math.abs(tree.hopfield));
      let next = moved(x, u, size);
      let there = look(next);
      const tried = size;
      while (guard && !fits(there.tree) && size > alpha * 2 ** -40) {
        size /= 2;
        next = moved(x, u, size);
        there = look(next);
      }
      const { tree } = there;
      if (!Number.isFinite(tree.energy) || (guard && !fits(tree))) {
        reason = Number.isFinite(tree.energy) ? "no step lowers the energy any further" : "the next step is not finite";
        break;
      }
      if (!fits(tree)) raised++;
      if (size === tried) size = Math.min(alpha, 2 * size);
      x = next;
      here = there;
      trees.push(tree);
      visit?.(trees.length - 1, x.data, tree);
    }
    return { x: Float64Array.from(x.data), trees, energies: Float64Array.from(trees, ({ energy }) => energy), steps: trees.length - 1, raised, reason };
  }

  /** The same steps without the energies between; a step that is not finite is found at the end. */
  #untraced(x0: Var, look: (x: Var) => BlockLook, steps: number, moved: (x: Var, u: Var) => Var): BlockRun {
    let x = x0;
    let here = look(x);
    const trees = [here.tree];
    for (let t = 0; t < steps; t++) {
      x = moved(x, here.update());
      here = look(x);
    }
    if (steps > 0) trees.push(here.tree);
    const reason = Number.isFinite(here.tree.energy) ? undefined : "a step is not finite";
    return { x: Float64Array.from(x.data), trees, energies: Float64Array.from(trees, ({ energy }) => energy), steps, raised: 0, reason };
  }
}
