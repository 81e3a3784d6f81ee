/**
 * Networks: ResNet-18 and ResNet-50 and a transposed convolution against onnxruntime-web (one thread, the same weights, outputs compared first)
 * and against our own scalar twin. The ONNX files come from bench/peers/export_onnx.py (Python with torch and torchvision), into .cache/peers.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { architectureOf, Graph, Network, type Shape } from "../src/encoders/index.ts";
import { inferShapes } from "../src/encoders/shapes.ts";
import { expectedTensors } from "../src/encoders/weights.ts";
import { ruleImages, ruleWeights } from "../spec/encoders/rule.ts";
import { type Bench, compare, local, type PeerRun, stretch } from "./harness.ts";
import type { Peers } from "./peers.ts";

const HOME = `${process.cwd()}/.cache/peers`;

/** The parts of onnxruntime-web that are used. */
interface Ort {
  readonly env: { readonly wasm: { numThreads: number } };
  readonly InferenceSession: { create(model: Uint8Array): Promise<{ run(feeds: Record<string, unknown>): Promise<{ y: { data: Float32Array } }>; release(): Promise<void> }> };
  readonly Tensor: new (type: "float32", data: Float32Array, dims: readonly number[]) => unknown;
}

interface Case {
  readonly name: string;
  readonly file: string;
  readonly graph: Graph;
  readonly input: Shape;
  readonly goal: number;
  readonly stretch: number;
  /** Whether the scalar twin takes its turn: it needs seconds for the larger ones. */
  readonly twin: boolean;
}

function cases(): Case[] {
  const resnet = (name: string, side: number, goal: number, further: number): Case => ({
    name: `${name}, ${side} x ${side}`, file: `${name}-${side}.onnx`, input: [3, side, side], goal, stretch: further, twin: name === "resnet18-cifar",
    graph: architectureOf(name).graph((tensor, _axis, otherwise) => (tensor === "fc.weight" ? 13 : otherwise), [3, side, side]),
  });
  const up = new Graph();
  up.convolution("up", "input", { channels: 64, kernel: 4, stride: 2, padding: 1, transposed: true });
  return [
    resnet("resnet18-cifar", 32, 3.5, 4.2), resnet("resnet18", 32, 3.5, 4.2), resnet("resnet18", 224, 3.2, 4), resnet("resnet50", 224, 2.2, 2.6),
    { name: "transposed 4x4 stride 2, 64 x 32 x 32", file: "transposed-32.onnx", input: [64, 32, 32], goal: 1.6, stretch: 1.8, twin: true, graph: up },
  ];
}

export async function encoders(_peers: Peers, { note, skip }: Bench): Promise<void> {
  const ort = await peer(skip);
  for (const { name, file, graph, input, goal, stretch: further, twin } of cases()) {
    const weights = ruleWeights(expectedTensors(graph.layers, inferShapes(graph.layers, input)));
    const network = new Network(graph, input, weights);
    const image = ruleImages(network.dim, false).slice(0, network.dim);
    const [{ shape }] = network.outputs;
    const out = new Float32Array(shape[0] * shape[1] * shape[2]);
    const ours = (): void => void network.run(image, {}, out);
    const title = `${name}, batch 1`;
    if (ort !== undefined) {
      const session = await ort.InferenceSession.create(readFileSync(`${HOME}/${file}`));
      const x = new ort.Tensor("float32", image, [1, ...input]);
      ours();
      const { y } = await session.run({ x });
      const apart = out.reduce((most, v, i) => Math.max(most, Math.abs(v - y.data[i])), 0);
      if (!(apart <= 1e-4 * out.reduce((most, v) => Math.max(most, Math.abs(v)), 0))) throw new Error(`${name}: onnxruntime-web differs by ${apart}`);
      const run: PeerRun = async (reps) => {
        const start = process.cpuUsage();
        for (let i = 0; i < reps; i++) await session.run({ x });
        const { user, system } = process.cpuUsage(start);
        return (user + system) / 1e6;
      };
      const row = await compare(title, "images/s", 1, ours, "onnxruntime-web", run, goal);
      note(row);
      note(stretch({ ...row, goal: further, pass: row.ratio >= further }));
      await session.release();
    }
    if (twin) {
      const scalar = new Network(graph, input, weights, { backend: "scalar" });
      note(await compare(title, "images/s", 1, ours, "our scalar twin", local(() => void scalar.run(image, {}, out)), 8, 3));
      scalar.dispose();
    }
    network.dispose();
  }
}

/** onnxruntime-web with one thread, and its models; undefined, and the reason noted, where either is missing. */
async function peer(skip: (reason: string) => void): Promise<Ort | undefined> {
  try {
    if (!existsSync(`${HOME}/package.json`)) throw new Error("run npm run bench:peers first");
    const entry = createRequire(`${HOME}/package.json`).resolve("onnxruntime-web");
    const ort = (await import(pathToFileURL(entry).href)) as Ort & { default?: Ort };
    const api = ort.InferenceSession === undefined ? ort.default! : ort;
    api.env.wasm.numThreads = 1;
    if (cases().some(({ file }) => !existsSync(`${HOME}/${file}`))) {
      const python = existsSync("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
      execFileSync(python, ["bench/peers/export_onnx.py", HOME], { stdio: "pipe" });
    }
    return api;
  } catch (error) {
    skip(`onnxruntime-web: ${(error as Error).message.split("\n")[0]}`);
    return undefined;
  }
}
