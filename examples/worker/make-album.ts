/**
 * Writes the album of `semantic.ts`: features and keys alone, since a worker answers with keys and its bundle has a limit. 1,000 pictures take
 * under 1 MB; with their pixels, as `engram remember` keeps them, 13.
 *
 *   node make-album.js photos semantic.engram
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import process from "node:process";
import { networkMap, SemanticMemory } from "engram/semantic";
import { toCue } from "../recall.ts";

const [folder, output] = process.argv.slice(2);
const weights = readFileSync(fileURLToPath(import.meta.resolve("engram/weights/contrastive-small.safetensors")));
const encoder = networkMap("contrastive-small", weights);
const [, height, width] = encoder.encoder.network.input;
const memory = new SemanticMemory({ encoder, keep: "keys" });
const names = readdirSync(folder).filter((name) => name.endsWith(".png"));
memory.store(names.map((name) => toCue(readFileSync(`${folder}/${name}`), { width, height })), { keys: names });
writeFileSync(output, memory.toBytes());
