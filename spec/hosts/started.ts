/**
 * What the specs of whole programs share: the tarball installed into an empty project with the examples and an album of 1,000 pictures in it,
 * and the hosts, really started. A host that is not here gives its reason instead.
 */
import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { encodePng, images, seeded } from "../../src/index.ts";

export const root: string = process.cwd();
export const cache: string = join(root, ".cache");

/** A function of the scripts that the conformance suite starts hosts with. */
export async function script<F>(file: string, name: string): Promise<F> {
  return ((await import(pathToFileURL(join(root, "scripts/conformance", file)).href)) as Record<string, F>)[name];
}

/** The folder of a host's packages, or why it cannot be had. */
export async function host(name: string): Promise<{ folder: string } | { skip: string }> {
  try {
    return { folder: await (await script<(name: string, cache: string) => Promise<string>>("install.mjs", "installed"))(name, cache) };
  } catch (error) {
    if ((error as Error).constructor.name === "NotRun") return { skip: (error as Error).message };
    throw error;
  }
}

/** A module of an installed host. */
export async function load<M>(folder: string, name: string): Promise<M> {
  return (await script<(folder: string, name: string) => Promise<M>>("install.mjs", "load"))(folder, name);
}

/** The command that starts a host which is a program: Deno or Bun. */
export function program(folder: string, name: "deno" | "bun"): string {
  const packages = join(folder, "node_modules", name === "deno" ? "@deno" : "@oven");
  const found = readdirSync(packages).map((one) => join(packages, one, name === "deno" ? "deno" : "bin/bun")).find((path) => existsSync(path));
  if (found === undefined) throw new Error(`no ${name} in ${packages}`);
  return found;
}

export function run(file: string, args: readonly string[], cwd: string, env: Record<string, string> = {}): SpawnSyncReturns<string> {
  return spawnSync(file, args, { cwd, encoding: "utf8", timeout: 280_000, maxBuffer: 1 << 26, env: { ...process.env, NODE_OPTIONS: "", NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", DENO_DIR: join(cache, "deno"), ...env } });
}

/** An empty project with the tarball installed. @param work a name of its own for each spec, as two run at once */
export async function project(work: string): Promise<string> {
  return (await script<(root: string, work: string) => Promise<string>>("project.mjs", "prepared"))(root, join(cache, "conformance", work));
}

/** The first emoji of the fixtures as `photos/NAME.png`, the album of them, and `damaged.png`: the clown in noise. */
export function withAlbum(folder: string, count: number): void {
  cpSync(join(root, "examples"), join(folder, "examples"), { recursive: true });
  rmSync(join(folder, "photos"), { recursive: true, force: true });
  mkdirSync(join(folder, "photos"));
  const { tile, count: all, names } = JSON.parse(readFileSync("fixtures/images/emoji.json", "utf8")) as { tile: number; count: number; names: string[] };
  const pictures = images.sheetToImages(images.decodePng(readFileSync("fixtures/images/emoji.png")), tile, all);
  pictures.slice(0, count).forEach((one, i) => writeFileSync(join(folder, "photos", `${names[i]}.png`), encodePng(one)));
  writeFileSync(join(folder, "damaged.png"), encodePng(images.clippedGaussian(0.3)(pictures[names.indexOf("clown_face")], seeded(1))));
  const engram = join(folder, "node_modules/engram/dist/src/cli/main.js");
  const { status, stderr } = run(process.execPath, [engram, "remember", "photos", "-o", "examples/worker/album.engram", "--force"], folder);
  if (status !== 0) throw new Error(`engram remember: ${stderr}`);
}
