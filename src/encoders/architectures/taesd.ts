/**
 * Tiny autoencoders TAESD and TAEF2 (madebyollin/taesd, MIT; epanechnikov-memory.md section 11): pictures in [0, 1], an eighth of the size and 4 or
 * 32 latent channels in between. Names are places in a sequence, as in the published files; the layout of diffusers (`encoder.layers.N`,
 * `decoder.layers.N`, whose decoder has no place for the clamp) is taken as well.
 *
 *   block   x + branch (TAEF2 where maps are smallest: 1x1 to 256, group norm of 4, ReLU, 1x1 to 64),
 *           then ReLU( conv - ReLU - conv - ReLU - conv (x) + x ), 64 channels throughout
 */
import { Graph } from "../graph.ts";
import { renamed } from "../weights.ts";
import type { TensorSource } from "../weights.ts";
import type { Architecture } from "./architecture.ts";

function conv(g: Graph, name: string, x: string, channels: number, stride = 1, bias = true): string {
  return g.convolution(name, x, { channels, kernel: 3, stride, padding: 1, bias });
}

function block(g: Graph, name: string, x: string, branch: boolean): string {
  if (branch) {
    let p = g.convolution(`${name}.pool.0`, x, { channels: 256, kernel: 1, bias: false });
    p = g.relu(`${name}.pool.2`, g.groupNorm(`${name}.pool.1`, p, 4));
    p = g.convolution(`${name}.pool.3`, p, { channels: 64, kernel: 1, bias: false });
    x = g.add(`${name}.pool`, x, p);
  }
  let y = g.relu(`${name}.conv.1`, conv(g, `${name}.conv.0`, x, 64));
  y = g.relu(`${name}.conv.3`, conv(g, `${name}.conv.2`, y, 64));
  y = g.add(`${name}.add`, conv(g, `${name}.conv.4`, y, 64), x);
  return g.relu(name, y);
}

function encoder(latents: number, branches: boolean): Graph {
  const g = new Graph();
  let x = block(g, "1", conv(g, "0", "input", 64), false);
  for (const first of [2, 6, 10]) {
    x = conv(g, `${first}`, x, 64, 2, false);
    for (const i of [1, 2, 3]) x = block(g, `${first + i}`, x, branches && first === 10);
  }
  conv(g, "14", x, latents);
  return g;
}

function decoder(branches: boolean): Graph {
  const g = new Graph();
  let x = g.activation("0", "input", "tanh", 3);
  x = g.relu("2", conv(g, "1", x, 64));
  for (const first of [3, 8, 13]) {
    for (const i of [0, 1, 2]) x = block(g, `${first + i}`, x, branches && first === 3);
    x = g.upsample(`${first + 3}`, x, 2);
    x = conv(g, `${first + 4}`, x, 64, 1, false);
  }
  conv(g, "19", block(g, "18", x, false), 3);
  return g;
}

/** diffusers' names as places; a file may hold both halves. */
function fromDiffusers(source: TensorSource, half: "encoder" | "decoder"): TensorSource {
  const prefix = `${half}.layers.`;
  if (![...source.places.keys()].some((name) => name.startsWith(prefix))) return source;
  return renamed(source, (name) => {
    const [place, ...rest] = name.slice(prefix.length).split(".");
    return name.startsWith(prefix) ? [Number(place) + (half === "decoder" ? 1 : 0), ...rest].join(".") : undefined;
  });
}

function pair(name: string, latents: number, branches: boolean): Architecture[] {
  const source = "madebyollin/taesd";
  return [
    { name: `${name}-encoder`, source, input: () => [3, 64, 64], features: "14", preprocessing: "unit", graph: () => encoder(latents, branches), adapt: (tensors) => fromDiffusers(tensors, "encoder") },
    { name: `${name}-decoder`, source, input: () => [latents, 8, 8], features: "19", graph: () => decoder(branches), adapt: (tensors) => fromDiffusers(tensors, "decoder") },
  ];
}

export const TINY_AUTOENCODERS: readonly Architecture[] = [...pair("taesd", 4, false), ...pair("taef2", 32, true)];
