/**
 * Layers to steps: what is computed in one go. Nothing here changes a value that is read out, only what is kept of the ones in between:
 *
 *   batch norm         into the convolution or linear layer before it, at load:  w' = w gamma / sqrt(var + eps),
 *                      b' = (b - mean) gamma / sqrt(var + eps) + beta, in f64, rounded once
 *   sum of a shortcut  into the convolution that gives the other operand
 *   ReLU, ReLU6        into the convolution, sum or norm before it
 *
 * each only where nobody else reads the value that disappears. A step is computed where its last layer stands.
 */
import { Convolution } from "../kernels/index.ts";
import type { Layer, Shape } from "./graph.ts";
import { convolutionShape } from "./shapes.ts";

export interface Step {
  /** Its first layer, which says what is computed. */
  readonly layer: Layer;
  /** Values read, by layer name. */
  inputs: string[];
  /** Name of a folded batch norm. */
  norm?: Layer;
  /** The value added at the end. */
  residual?: string;
  low: number;
  high: number;
  /** The last layer: the name of the value it gives. */
  output: string;
}

/** Steps in the order they run, of what is needed for the values that are read out. */
export function lower(all: readonly Layer[], shapes: ReadonlyMap<string, Shape>, wanted: ReadonlySet<string>): Step[] {
  const needed = new Set(wanted);
  for (const layer of [...all].reverse()) if (needed.has(layer.name)) for (const input of layer.inputs) needed.add(input);
  const layers = all.filter(({ name }) => needed.has(name));
  const readers = new Map<string, Layer[]>();
  for (const layer of layers) for (const input of layer.inputs) readers.set(input, [...(readers.get(input) ?? []), layer]);
  /** The layer that alone reads a value. */
  const only = (name: string): Layer | undefined => {
    const who = readers.get(name) ?? [];
    return who.length === 1 && !wanted.has(name) ? who[0] : undefined;
  };
  const absorbed = new Set<string>();
  const steps: Step[] = [];
  for (const layer of layers) {
    if (layer.operation.kind === "input" || absorbed.has(layer.name)) continue;
    const step: Step = { layer, inputs: [...layer.inputs], low: -Infinity, high: Infinity, output: layer.name };
    const absorb = (next: Layer): void => {
      absorbed.add(next.name);
      step.output = next.name;
    };
    const { operation } = layer;
    if (operation.kind === "convolution" || operation.kind === "linear") {
      const norm = only(step.output);
      if (norm?.operation.kind === "batchNorm") {
        step.norm = norm;
        absorb(norm);
      }
      const sum = only(step.output);
      const other = sum?.operation.kind === "add" ? sum.inputs.find((name) => name !== step.output) : undefined;
      if (sum !== undefined && other !== undefined && !absorbed.has(sum.name) && Convolution.addsResidual(convolutionShape(operation, shapes.get(layer.inputs[0])!))) {
        step.residual = other;
        step.inputs.push(other);
        absorb(sum);
      }
    }
    if (["convolution", "linear", "add", "batchNorm", "groupNorm"].includes(operation.kind)) {
      const next = only(step.output);
      if (next?.operation.kind === "activation" && (next.operation.f === "relu" || next.operation.f === "relu6")) {
        step.low = 0;
        if (next.operation.f === "relu6") step.high = 6;
        absorb(next);
      }
    }
    steps.push(step);
  }
  const place = new Map(layers.map((layer, i) => [layer.name, i]));
  return steps.sort((a, b) => place.get(a.output)! - place.get(b.output)!);
}
