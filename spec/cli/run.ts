/** Runs the command `engram` in a process of its own, from the sources or from dist/, as this file itself is run. */
import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "../../src/formats/index.ts";
import { encodePng, image, type Image } from "../../src/images/index.ts";
import { seeded } from "../../src/numeric/index.ts";

export const MAIN: string = join(process.cwd(), import.meta.url.endsWith(".ts") ? "src/cli/main.ts" : "dist/src/cli/main.js");

export interface Ran {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  cwd?: string;
  env?: Record<string, string | undefined>;
}

/** Runs to the end, stdout and stderr as pipes. */
export function engram(args: readonly string[], { cwd, env }: RunOptions = {}): Ran {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { cwd, env: environment(env), encoding: "utf8", maxBuffer: 1 << 26 });
  return { status, signal, stdout, stderr };
}

/** Runs a shell line in which `$ENGRAM` stands for the command. */
export function shell(line: string, { cwd, env }: RunOptions = {}): Ran {
  const { status, signal, stdout, stderr } = spawnSync("sh", ["-c", line], { cwd, env: environment({ ...env, ENGRAM: `${process.execPath} ${MAIN}` }), encoding: "utf8" });
  return { status, signal, stdout, stderr };
}

/** Starts it, for specs that interrupt. */
export function start(args: readonly string[], { cwd, env }: RunOptions = {}): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [MAIN, ...args], { cwd, env: environment(env) });
}

/** Without what the surroundings of the specs may set (coverage, colours). */
function environment(extra: Record<string, string | undefined> = {}): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env;
  return { PATH, HOME, TMPDIR, ...extra };
}

/** A folder that goes when the test ends. */
export function folder(t: { teardown(handler: () => void): unknown }): string {
  const path = mkdtempSync(join(tmpdir(), "engram-cli-"));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A picture of coarse random blocks: two seeds give pictures that are far apart. */
export function blocks(seed: number, width = 32, height = 32, channels: 1 | 3 = 3): Image {
  const rng = seeded(seed);
  const colours = Array.from({ length: 16 * channels }, () => rng.uniform());
  const data = new Float32Array(channels * width * height);
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < width * height; i++) {
      const block = Math.floor((4 * (i % width)) / width) + 4 * Math.floor((4 * Math.floor(i / width)) / height);
      data[c * width * height + i] = colours[16 * c + block];
    }
  }
  return image(width, height, channels, data);
}

export function png(seed: number, width = 32, height = 32): Uint8Array {
  return encodePng(blocks(seed, width, height));
}

/** The 69 bytes of a PNG whose header claims 30000 x 30000 pixels. */
export function hugePng(): Buffer {
  const chunk = (type: string, body: Buffer): Buffer => {
    const typed = Buffer.concat([Buffer.from(type, "latin1"), body]);
    const out = Buffer.alloc(body.length + 12);
    out.writeUInt32BE(body.length);
    typed.copy(out, 4);
    out.writeUInt32BE(crc32(typed) >>> 0, 8 + body.length);
    return out;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(30000, 0);
  header.writeUInt32BE(30000, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const data = Buffer.from("789c63000000010001", "hex");
  return Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), chunk("IHDR", header), chunk("IDAT", Buffer.concat([data, Buffer.alloc(3)])), chunk("IEND", Buffer.alloc(0))]);
}
