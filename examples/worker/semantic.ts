/**
 * The worker with an encoder: it finds pictures that were cropped or rotated, too. The album is made with
 * `engram remember photos/ -o album.engram --model semantic`; the weights are a file of their own, which the bundler copies.
 */
import { EngramError } from "engram";
import { openEngram } from "engram/formats";
import { networkMap, type NetworkMapOptions, SemanticMemory } from "engram/semantic";
import weights from "engram/weights/contrastive-small.safetensors";
import album from "./semantic.engram";
import { sizeOf, toCue } from "../recall.ts";

/** The memory with the network its file was made with, as the file describes it. */
function open(bytes: Uint8Array): SemanticMemory {
  const { parameters } = openEngram(bytes, "album");
  const shape = (name: string): [number, number, number] => parameters[name].split(" x ").map(Number) as [number, number, number];
  const [, rows, columns] = shape("encoder.input");
  const encoder = networkMap(parameters["encoder.architecture"], new Uint8Array(weights), {
    layers: [parameters["encoder.layer"]], size: [rows, columns], shape: shape("encoder.patterns"), label: parameters.encoder,
    accuracy: parameters["encoder.accuracy"] as "exact" | "fast", preprocessing: JSON.parse(parameters["encoder.preprocessing"]) as NetworkMapOptions["preprocessing"],
  });
  return SemanticMemory.fromBytes(bytes, { encoder, name: "album" });
}

let memory: SemanticMemory | undefined;

const handler: { fetch(request: Request): Promise<Response> } = {
  async fetch(request) {
    if (request.method !== "POST") return new Response("POST a PNG picture, whole or damaged.\n", { status: 405, headers: { allow: "POST" } });
    try {
      const bytes = new Uint8Array(album);
      memory ??= open(bytes);
      const { key, ranking } = memory.recall(toCue(new Uint8Array(await request.arrayBuffer()), sizeOf(bytes)));
      return Response.json({ key, ranking: ranking.slice(0, 5), backend: memory.backend });
    } catch (error) {
      if (!(error instanceof EngramError)) throw error;
      return Response.json({ error: error.message }, { status: 400 });
    }
  },
};
export default handler;
