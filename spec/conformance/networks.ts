/** Encoders: every kind of layer in one network, convolutions of every form, an architecture of the literature, preprocessing. */
import { twin, type Case, type Tools } from "./suite.ts";

type Weights = ReadonlyMap<string, readonly number[]>;
type Encoders = Tools["engram"]["encoders"];
type Graph = InstanceType<Encoders["Graph"]>;

/** Every kind of layer on 11 x 9 pixels of 3 channels. */
function everything(g: Graph): void {
  let x = g.relu("r1", g.batchNorm("b1", g.convolution("c1", "input", { channels: 12, kernel: 3, padding: 1, bias: false })));
  const side = g.subsample("side", x, 2, 20, 3);
  let y = g.activation("r6", g.batchNorm("b2", g.convolution("c2", x, { channels: 12, kernel: 3, padding: 1, groups: 12, stride: 2 })), "relu6");
  y = g.convolution("c3", y, { channels: 20, kernel: 1 });
  x = g.relu("sum1", g.add("a1", y, side));
  x = g.activation("silu", g.groupNorm("gn", x, 5), "silu");
  const parts = [
    g.activation("gelu", g.convolution("c4", x, { channels: 7, kernel: 3, padding: 2, dilation: 2 }), "gelu"), g.maxPool("mp", x, { kernel: 3, stride: 1, padding: 1 }),
    g.averagePool("ap", x, { kernel: 3, stride: 1, padding: 1 }),
  ];
  x = g.concat("cat", parts);
  x = g.activation("leaky", g.layerNorm("ln", x), "leaky", 0.25);
  x = g.batchNorm("bt", g.convolution("up", x, { channels: 10, kernel: 4, stride: 2, padding: 1, transposed: true }));
  x = g.add("twice", x, x);
  x = g.upsample("bilinear", g.upsample("nearest", x, [1, 2]), [2, 1], "bilinear");
  x = g.convolution("w4", g.convolution("w2", x, { channels: 11, kernel: 3, padding: 1 }), { channels: 9, kernel: 3, padding: 1 });
  x = g.convolution("c5", x, { channels: 6, kernel: [5, 3], stride: [3, 4], groups: 3 });
  x = g.activation("tanh", g.linear("l1", g.flatten("flat", x), 24), "tanh", 2);
  x = g.reshape("shape", x, [4, 2, 3]);
  g.activation("sigmoid", g.globalAverage("mean", x), "sigmoid");
}

/** By the name of a tensor and its shape: variances 1 + u/2, biases and means u/8, gains 3/4 + u/4, all else u sqrt(4 / fan-in) rounded to f32. */
export function weightOf(tools: Tools, name: string, shape: readonly number[]): Float32Array {
  const n = shape.reduce((a, b) => a * b, 1);
  const u = tools.numbers(`weight ${name}`, n);
  const bound = Math.sqrt(4 / (n / shape[0]));
  if (name.endsWith("running_var")) return Float32Array.from(u, (v) => 1 + v / 2);
  if (name.endsWith("bias") || name.endsWith("running_mean")) return Float32Array.from(u, (v) => v / 8);
  return Float32Array.from(u, shape.length === 1 ? (v): number => 0.75 + v / 4 : (v): number => v * bound);
}

/** Tensors of a state dict as their shapes ask for. */
function source(tools: Tools, shapes: Weights): { places: Map<string, { dtype: "f32"; shape: readonly number[] }>; read(name: string): { dtype: "f32"; shape: readonly number[]; data: Float32Array } } {
  return {
    places: new Map([...shapes].map(([name, shape]) => [name, { dtype: "f32", shape }])),
    read: (name) => ({ dtype: "f32", shape: shapes.get(name)!, data: weightOf(tools, name, shapes.get(name)!) }),
  };
}

/** Shapes of the tensors of cifar-resnet20 (and 12 classes), by the names of its state dict. */
function resnetShapes(n: number): Map<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  const norm = (name: string, C: number): void => {
    for (const part of ["weight", "bias", "running_mean", "running_var"]) shapes.set(`${name}.${part}`, [C]);
  };
  const both = (conv: string, bn: string, O: number, I: number): void => {
    shapes.set(`${conv}.weight`, [O, I, 3, 3]);
    norm(bn, O);
  };
  both("conv1", "bn1", 16, 3);
  for (const [stage, C] of [16, 32, 64].entries()) {
    for (let i = 0; i < n; i++) {
      both(`layer${stage + 1}.${i}.conv1`, `layer${stage + 1}.${i}.bn1`, C, i > 0 || stage === 0 ? C : C / 2);
      both(`layer${stage + 1}.${i}.conv2`, `layer${stage + 1}.${i}.bn2`, C, C);
    }
  }
  return shapes;
}

const EVERYTHING: Weights = new Map<string, readonly number[]>([
  ["c1.weight", [12, 3, 3, 3]], ...norms("b1", 12), ["c2.weight", [12, 1, 3, 3]], ["c2.bias", [12]], ...norms("b2", 12), ["c3.weight", [20, 12, 1, 1]], ["c3.bias", [20]], ["gn.weight", [20]], ["gn.bias", [20]],
  ["c4.weight", [7, 20, 3, 3]], ["c4.bias", [7]], ["ln.weight", [47]], ["ln.bias", [47]], ["up.weight", [47, 10, 4, 4]], ["up.bias", [10]], ...norms("bt", 10), ["w2.weight", [11, 10, 3, 3]], ["w2.bias", [11]],
  ["w4.weight", [9, 11, 3, 3]], ["w4.bias", [9]], ["c5.weight", [6, 3, 5, 3]], ["c5.bias", [6]], ["l1.weight", [24, 210]], ["l1.bias", [24]],
]);

function norms(name: string, C: number): [string, readonly number[]][] {
  return ["weight", "bias", "running_mean", "running_var"].map((part) => [`${name}.${part}`, [C]]);
}

export const NETWORKS: readonly Case[] = [
  ...(["exact", "fast"] as const).map((accuracy) => twin(`network/every-layer/${accuracy}`, "every kind of layer, two images, all values read", { accuracy, input: [3, 11, 9], weights: [...EVERYTHING].map(([name, shape]) => `${name} ${shape.join("x")}`) }, (tools) => {
    const { Graph, Network } = tools.engram.encoders;
    const graph = new Graph();
    everything(graph);
    const layers = graph.layers.map(({ name }) => name);
    const network = new Network(graph, [3, 11, 9], source(tools, EVERYTHING), { layers, accuracy, backend: tools.backend });
    const values = network.read(Float32Array.from(tools.numbers("images 3x11x9", 2 * 3 * 99)));
    network.dispose();
    return Object.fromEntries([...values].map(([name, { data }]) => [name, data]));
  })),
  ...(["exact", "fast"] as const).map((accuracy) => twin(`network/folded/${accuracy}`, "the same network with everything folded that can be, its last value", { accuracy, input: [3, 11, 9] }, (tools) => {
    const { Graph, Network } = tools.engram.encoders;
    const graph = new Graph();
    everything(graph);
    const network = new Network(graph, [3, 11, 9], source(tools, EVERYTHING), { layers: ["l1", "sigmoid"], accuracy, backend: tools.backend });
    const values = network.read(Float32Array.from(tools.numbers("images 3x11x9", 2 * 3 * 99)));
    network.dispose();
    return Object.fromEntries([...values].map(([name, { data }]) => [name, data]));
  })),
  twin("network/cifar-resnet20", "ResNet-20 (arXiv 1512.03385) without classes on two pictures of 16 x 16 pixels, with its preprocessing", { architecture: "cifar-resnet20", size: [16, 16] }, (tools, { architecture }) => {
    const encoder = new tools.engram.encoders.Encoder(architecture, source(tools, resnetShapes(3)), { size: [16, 16], backend: tools.backend });
    const data = Float32Array.from(tools.numbers("pictures 3x20x16", 2 * 960), (u) => (u + 1) / 2);
    const pictures = [0, 1].map((i) => tools.engram.images.image(16, 20, 3, data.slice(i * 960, (i + 1) * 960)));
    const features = encoder.encode(pictures);
    encoder.dispose();
    return { features };
  }),
];
