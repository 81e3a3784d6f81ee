/**
 * Recall in feature space against pixel space, the cue's way through the encoder included (the cost claim of arXiv 2402.10814; (S7)): 10,000 memories of
 * 32 x 32 x 3, L1, separation max. Random pictures: the time does not depend on what they show.
 */
import { readFileSync } from "node:fs";
import { architectureOf, Network } from "../src/encoders/index.ts";
import { inferShapes } from "../src/encoders/shapes.ts";
import { expectedTensors } from "../src/encoders/weights.ts";
import { type FeatureMap, functionMap, networkMap, SemanticMemory } from "../src/semantic/index.ts";
import { seeded } from "../src/numeric/index.ts";
import { UniversalMemory } from "../src/universal/index.ts";
import { ruleWeights } from "../spec/encoders/rule.ts";
import { type Bench, compare, local, stretch } from "./harness.ts";
import type { Peers } from "./peers.ts";

const [N, D] = [10_000, 3072];

/** ResNet-18 with the CIFAR stem: 512 features; its weights do not matter here. */
function resnet18(): FeatureMap {
  const graph = architectureOf("resnet18-cifar").graph((_tensor, _axis, otherwise) => otherwise, [3, 32, 32]);
  const network = new Network(graph, [3, 32, 32], ruleWeights(expectedTensors(graph.layers, inferShapes(graph.layers, [3, 32, 32]))), { layers: ["avgpool"] });
  return { ...functionMap("resnet18-cifar", () => [], { dim: 512 }), map: (X) => network.run(Float32Array.from(X)) };
}

export async function semantic(_peers: Peers, { note }: Bench): Promise<void> {
  const rng = seeded(7);
  const pictures = Float32Array.from({ length: N * D }, () => rng.uniform());
  const pixels = new UniversalMemory({ similarity: "negL1", separation: "max" });
  pixels.store({ rows: N, dim: D, data: pictures });
  const maps = [
    { name: "contrastive-small", encoder: networkMap("contrastive-small", readFileSync("fixtures/weights/contrastive-small.safetensors"), { scale: "root" }), goals: [1, 1] },
    // (S7): 31 million multiply-adds in pixels against 12 here are a ratio of 2.6; 556 million multiply-adds are those of 217,000 memories; beyond any goal at 10,000
    { name: "resnet18-cifar", encoder: resnet18(), goals: [1, 1] },
  ];
  for (const { name, encoder, goals } of maps) {
    const e = encoder.dim!;
    const memory = new SemanticMemory({ encoder, similarity: "negL1", separation: "max", keep: "keys" });
    // any embeddings will do: storing does not take part
    const embeddings = { rows: N, dim: e, data: Float64Array.from({ length: N * e }, () => rng.uniform()), encoder: encoder.sha256 };
    memory.store({ rows: N, dim: D, data: pictures }, { embeddings });
    for (const [i, cues] of [1, 32].entries()) {
      const asked = { rows: cues, dim: D, data: pictures.slice(0, cues * D) };
      const row = await compare(`${name}, ${cues === 1 ? "one cue" : "32 cues"} of ${N}`, "cues/s", cues, () => void memory.indices(asked), "pixels, L1", local(() => void pixels.indices(asked)), goals[i], 7);
      note(name === "contrastive-small" ? row : stretch(row));
    }
    memory.dispose();
  }
  pixels.dispose();
}
