/**
 * Networks: ResNet-18 and ResNet-50, single convolutions and a transposed one against onnxruntime-web, onnxruntime-node and tfjs on WebAssembly (one
 * thread each, the same weights, outputs compared first) and against our own scalar twin; and the bytes each network takes in the kernels' memory.
 * The ONNX files come from bench/peers/export_onnx.py (Python with torch and torchvision), into .cache/peers.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { architectureOf, Graph, Network, type Shape } from "../src/encoders/index.ts";
import { inferShapes } from "../src/encoders/shapes.ts";
import { expectedTensors } from "../src/encoders/weights.ts";
import { ruleImages, ruleWeights } from "../spec/encoders/rule.ts";
import { type Bench, bounded, compare, local, type PeerRun, stretch } from "./harness.ts";
import type { Peers } from "./peers.ts";
import { openTfjs, type TfOpen } from "./peers/tfjs.ts";

const HOME = `${process.cwd()}/.cache/peers`;

/** The parts of onnxruntime-web and onnxruntime-node that are used. */
interface Ort {
  readonly env: { readonly wasm: { numThreads: number } };
  readonly InferenceSession: { create(model: Uint8Array, options: { executionProviders: readonly string[]; intraOpNumThreads: number; interOpNumThreads: number }): Promise<{ run(feeds: Record<string, unknown>): Promise<{ y: { data: Float32Array } }>; release(): Promise<void> }> };
  readonly Tensor: new (type: "float32", data: Float32Array, dims: readonly number[]) => unknown;
}

interface Case {
  readonly name: string;
  readonly file: string;
  readonly graph: Graph;
  readonly input: Shape;
  /** Against onnxruntime-web, tfjs, and (beyond the goals) onnxruntime-node. */
  readonly goals: { readonly web: number; readonly further: number; readonly tfjs: number; readonly node: number };
  /** Whether the scalar twin takes its turn: it needs seconds for the larger ones. */
  readonly twin: boolean;
}

function cases(): Case[] {
  const resnet = (name: string, side: number, goals: Case["goals"]): Case => ({
    name: `${name}, ${side} x ${side}`, file: `${name}-${side}.onnx`, input: [3, side, side], goals, twin: name === "resnet18-cifar",
    graph: architectureOf(name).graph((tensor, _axis, otherwise) => (tensor === "fc.weight" ? 13 : otherwise), [3, side, side]),
  });
  const layer = (name: string, file: string, input: Shape, options: Parameters<Graph["convolution"]>[2], goals: Case["goals"]): Case => {
    const graph = new Graph();
    graph.convolution(options.transposed === true ? "up" : "conv", "input", options);
    return { name, file, input, graph, goals, twin: true };
  };
  const alone = { web: 1, further: 2, tfjs: 1, node: 0.5 };
  return [
    resnet("resnet18-cifar", 32, { web: 3.5, further: 4.2, tfjs: 2.4, node: 0.75 }), resnet("resnet18", 32, { web: 3.5, further: 4.2, tfjs: 2.4, node: 0.75 }),
    resnet("resnet18", 224, { web: 3.2, further: 4, tfjs: 2.4, node: 0.55 }), resnet("resnet50", 224, { web: 2.2, further: 2.6, tfjs: 2.4, node: 0.5 }),
    layer("3x3, 64 x 56 x 56 to 64", "conv3-56.onnx", [64, 56, 56], { channels: 64, kernel: 3, padding: 1 }, alone),
    layer("3x3 stride 2, 64 x 56 x 56 to 128", "conv3s2-56.onnx", [64, 56, 56], { channels: 128, kernel: 3, stride: 2, padding: 1 }, alone),
    layer("1x1, 256 x 14 x 14 to 256", "conv1-14.onnx", [256, 14, 14], { channels: 256, kernel: 1 }, alone),
    layer("7x7 stride 2, 3 x 224 x 224 to 64", "conv7-224.onnx", [3, 224, 224], { channels: 64, kernel: 7, stride: 2, padding: 3 }, alone),
    layer("transposed 4x4 stride 2, 64 x 32 x 32", "transposed-32.onnx", [64, 32, 32], { channels: 64, kernel: 4, stride: 2, padding: 1, transposed: true }, { web: 1.6, further: 1.8, tfjs: 1.6, node: 0.5 }),
  ];
}

export async function encoders(_peers: Peers, { note, skip }: Bench): Promise<void> {
  const attempt = async <T>(name: string, open: () => Promise<T>): Promise<T | undefined> => {
    try {
      if (!existsSync(`${HOME}/package.json`)) throw new Error("run npm run bench:peers first");
      return await open();
    } catch (error) {
      return void skip(`${name}: ${(error as Error).message.split("\n")[0]}`);
    }
  };
  const web = await attempt("onnxruntime-web", () => onnxruntime("onnxruntime-web"));
  // in a folder of its own: the two share one registry of providers otherwise, and whichever came last answers for both
  const node = await attempt("onnxruntime-node", () => onnxruntime("onnxruntime-node", `${HOME}/native`));
  const tfjs = await attempt("tfjs-wasm", () => openTfjs(HOME));
  for (const { name, file, graph, input, goals, twin } of cases()) {
    const weights = ruleWeights(expectedTensors(graph.layers, inferShapes(graph.layers, input)));
    const network = new Network(graph, input, weights);
    const image = ruleImages(network.dim, false).slice(0, network.dim);
    const [{ shape }] = network.outputs;
    const out = new Float32Array(shape[0] * shape[1] * shape[2]);
    const ours = (): void => void network.run(image, {}, out);
    const title = `${name}, batch 1`;
    ours();
    const agrees = (who: string, theirs: Float32Array): void => {
      const apart = out.reduce((most, v, i) => Math.max(most, Math.abs(v - theirs[i])), 0);
      if (!(apart <= 1e-4 * out.reduce((most, v) => Math.max(most, Math.abs(v)), 0))) throw new Error(`${name}: ${who} differs by ${apart}`);
    };
    const beside = async (ort: Ort, who: string, goal: number, further?: number): Promise<void> => {
      const session = await ort.InferenceSession.create(readFileSync(`${HOME}/${file}`), { executionProviders: [who.endsWith("node") ? "cpu" : "wasm"], intraOpNumThreads: 1, interOpNumThreads: 1 });
      const x = new ort.Tensor("float32", image, [1, ...input]);
      agrees(who, (await session.run({ x })).y.data);
      const run: PeerRun = async (reps) => {
        const start = process.cpuUsage();
        for (let i = 0; i < reps; i++) await session.run({ x });
        const { user, system } = process.cpuUsage(start);
        return (user + system) / 1e6;
      };
      const row = await compare(title, "images/s", 1, ours, who, run, goal);
      note(further === undefined ? stretch(row) : row);
      if (further !== undefined) note(stretch({ ...row, goal: further, pass: row.ratio >= further }));
      await session.release();
    };
    if (web !== undefined) await beside(web, "onnxruntime-web", goals.web, goals.further);
    if (tfjs !== undefined) await besideTfjs(tfjs, { graph, input, weights, image, agrees, title, ours, goal: goals.tfjs, note });
    if (node !== undefined) await beside(node, "onnxruntime-node", goals.node);
    if (twin) {
      const scalar = new Network(graph, input, weights, { backend: "scalar" });
      note(await compare(title, "images/s", 1, ours, "our scalar twin", local(() => void scalar.run(image, {}, out)), 8, 3));
      scalar.dispose();
    }
    network.dispose();
  }
  for (const row of memory()) note(row);
}

interface BesideTfjs extends Pick<Case, "graph" | "input"> {
  readonly weights: ReturnType<typeof ruleWeights>;
  readonly image: Float32Array;
  readonly title: string;
  readonly goal: number;
  agrees(who: string, theirs: Float32Array): void;
  ours(): void;
  note: Bench["note"];
}

async function besideTfjs(open: TfOpen, { graph, input, weights, image, agrees, title, ours, goal, note }: BesideTfjs): Promise<void> {
  const network = open(graph, input, weights, image);
  network.run();
  agrees("tfjs-wasm", network.output());
  note(await compare(title, "images/s", 1, ours, "tfjs-wasm", local(() => network.run()), goal));
  network.dispose();
}

/** An edge worker has 128 MB. */
const EDGE = 128e6;

/** Bytes of weights, buffers and work space: `fast` (Winograd, its weights four times as large where maps are large) and `exact` (none). */
function memory(): ReturnType<typeof bounded>[] {
  const side = (name: string): number => (name.endsWith("-cifar") || name === "contrastive-small" || name.startsWith("cifar-") ? 32 : 224);
  return ["contrastive-small", "cifar-resnet20", "resnet18-cifar", "resnet18", "resnet50", "mobilenet_v2", "squeezenet1_1"].flatMap((name) => (["fast", "exact"] as const).map((accuracy) => {
    const input: Shape = [3, side(name), side(name)];
    const graph = architectureOf(name).graph((tensor, _axis, otherwise) => (tensor === "fc.weight" ? 1000 : otherwise), input);
    const network = new Network(graph, input, ruleWeights(expectedTensors(graph.layers, inferShapes(graph.layers, input))), { accuracy });
    const row = bounded(`memory of ${name}, ${accuracy}`, "B", "edge worker", [{ ours: network.bytes, peer: EDGE }], 1);
    network.dispose();
    return stretch(row);
  }));
}

/** With one thread; its models are made first, where they are missing. @throws Error where it is not installed */
async function onnxruntime(name: string, home: string = HOME): Promise<Ort> {
  const entry = createRequire(`${home}/package.json`).resolve(name);
  const ort = (await import(pathToFileURL(entry).href)) as Ort & { default?: Ort };
  const api = ort.InferenceSession === undefined ? ort.default! : ort;
  api.env.wasm.numThreads = 1;
  if (cases().some(({ file }) => !existsSync(`${HOME}/${file}`))) {
    const python = existsSync("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
    execFileSync(python, ["bench/peers/export_onnx.py", HOME], { stdio: "pipe" });
  }
  return api;
}
