/**
 * Where the values of a network lie while it runs: each lives from the step that gives it to the last that reads it, and takes the first
 * free stretch of one block of memory. A step that works elementwise writes over an input that nobody reads afterwards.
 */
import { padded } from "../kernels/index.ts";
import type { Shape } from "./graph.ts";
import type { Step } from "./lower.ts";

export interface Buffers {
  /** Numbers from the start of the block, for one image; of a batch, multiply by its size. */
  readonly offsets: ReadonlyMap<string, number>;
  /** Numbers of the whole block, for one image. */
  readonly length: number;
}

/** Numbers of a feature map in memory. */
export function mapLength([C, H, W]: Shape): number {
  return padded(C) * H * W;
}

const IN_PLACE: readonly string[] = ["activation", "add", "batchNorm", "groupNorm"];

/** kept: values read out at the end. */
export function assignBuffers(steps: readonly Step[], shapes: ReadonlyMap<string, Shape>, kept: ReadonlySet<string>): Buffers {
  const last = new Map<string, number>();
  steps.forEach((step, i) => step.inputs.forEach((name) => last.set(name, i)));
  for (const name of kept) last.set(name, steps.length);
  const offsets = new Map<string, number>();
  /** Stretches in use, by offset. */
  const used: { name: string; from: number; to: number }[] = [];
  let length = 0;
  const take = (name: string): void => {
    const size = mapLength(shapes.get(name)!);
    let from = 0;
    for (const stretch of used) {
      if (stretch.from - from >= size) break;
      from = Math.max(from, stretch.to);
    }
    used.push({ name, from, to: from + size });
    used.sort((a, b) => a.from - b.from);
    offsets.set(name, from);
    length = Math.max(length, from + size);
  };
  take("input");
  steps.forEach((step, i) => {
    const dying = IN_PLACE.includes(step.layer.operation.kind) ? step.inputs.find((name) => last.get(name) === i) : undefined;
    const stretch = used.find(({ name }) => name === dying);
    if (stretch !== undefined) {
      offsets.set(step.output, stretch.from);
      stretch.name = step.output;
    } else take(step.output);
    for (let j = used.length - 1; j >= 0; j--) if ((last.get(used[j].name) ?? i) <= i) used.splice(j, 1);
  });
  return { offsets, length };
}
