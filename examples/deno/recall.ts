/**
 * Recalls a picture:  deno run --allow-read --allow-write recall.ts album.engram damaged.png recalled.png
 * Bun runs the same file. Node reads no TypeScript before version 22.18.
 */
import { readFile, writeFile } from "node:fs/promises";
import process from "node:process";
import { openAlbum } from "../recall.ts";

const [album, cue, output] = process.argv.slice(2);
if (output === undefined) {
  console.error("recall.ts ALBUM.engram CUE.png OUTPUT.png");
  process.exit(2);
}
const { key, weight, png } = openAlbum(await readFile(album))(await readFile(cue));
await writeFile(output, png);
console.log(key, weight.toFixed(3));
