/**
 * The worker with an encoder: it finds pictures that were cropped or rotated, too. The album is made with `make-album.ts`; the weights are a
 * file of their own, which the bundler copies. With 1,000 pictures it is below the 3 MB that the smallest plan takes.
 */
import { EngramError } from "engram";
import { openEngram } from "engram/formats";
import { networkMap, type NetworkMapOptions, SemanticMemory } from "engram/semantic";
import weights from "engram/weights/contrastive-small.safetensors";
import album from "./semantic.engram";
import { toCue } from "../recall.ts";

/** The memory with the network its file was made with, as the file describes it. */
function open(): SemanticMemory {
  const bytes = new Uint8Array(album);
  const { parameters } = openEngram(bytes, "album");
  const shape = (name: string): [number, number, number] => parameters[name].split(" x ").map(Number) as [number, number, number];
  const [, rows, columns] = shape("encoder.input");
  const [, height, width] = shape("encoder.patterns");
  size = { width, height };
  const encoder = networkMap(parameters["encoder.architecture"], new Uint8Array(weights), {
    layers: [parameters["encoder.layer"]], size: [rows, columns], shape: shape("encoder.patterns"), label: parameters.encoder,
    accuracy: parameters["encoder.accuracy"] as "exact" | "fast", preprocessing: JSON.parse(parameters["encoder.preprocessing"]) as NetworkMapOptions["preprocessing"],
  });
  return SemanticMemory.fromBytes(bytes, { encoder, name: "album" });
}

let memory: SemanticMemory | undefined;
/** The size of the pictures the features are of. */
let size: { readonly width: number; readonly height: number };

const handler: { fetch(request: Request): Promise<Response> } = {
  async fetch(request) {
    if (request.method !== "POST") return new Response("POST a PNG picture, whole or damaged.\n", { status: 405, headers: { allow: "POST" } });
    try {
      memory ??= open();
      const { key, ranking } = memory.recall(toCue(new Uint8Array(await request.arrayBuffer()), size));
      return Response.json({ key, ranking: ranking.slice(0, 5), backend: memory.backend });
    } catch (error) {
      if (!(error instanceof EngramError)) throw error;
      return Response.json({ error: error.message }, { status: 400 });
    }
  },
};
export default handler;
