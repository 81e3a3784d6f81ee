// What is tested is the tarball: packed, installed into an empty project, with the suite beside it, and bundled from there.
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { command } from "./install.mjs";

/** The ten lines of the README, as an application: its answer must be the same however it was bundled. */
const APP = `import { DenseMemory, encodePng, images, seeded } from "engram";
const rng = seeded(7);
const patterns = Array.from({ length: 50 }, () => Float64Array.from({ length: 64 }, () => rng.normal()));
const memory = new DenseMemory({ energy: "lsr" });
memory.store(patterns);
const { key, state, energies } = memory.recall(patterns[3].map((x) => x + 0.1 * rng.normal()));
const picture = images.image(8, 8, 1, Float32Array.from(state, (x) => 1 / (1 + x * x)));
const png = encodePng(images.decodePng(encodePng(picture)));
globalThis.answer = [key, memory.backend, ...energies, ...state.slice(0, 4), ...png.slice(-16)].join(" ");
console.log(globalThis.answer);
`;

/** Prints what a host says. Locale and time zone show that a run under others was one. */
const PRINT = `import { report } from "./report.mjs";
const { locale, timeZone } = globalThis.Intl === undefined ? {} : Intl.DateTimeFormat().resolvedOptions();
console.log(JSON.stringify({ ...report(), locale, timeZone }));
`;

const REPORT = `import * as engram from "engram";
import { CASES } from "./suite/index.js";
import { runSuite } from "./suite/suite.js";
/** What memories say of themselves before anything is stored, too. */
export const report = () => ({ ...runSuite(engram, CASES), empty: [engram.DenseMemory, engram.UniversalMemory, engram.EntropicMemory].map((Memory) => new Memory().backend) });
`;

/** The library's functions are there before they go: packages may compute constants while they load. */
const DENIED = `import { report } from "./report.mjs";
const used = [];
function deny(object, name, allowed = () => false) {
  const own = object[name];
  Object.defineProperty(object, name, { configurable: true, value: function (...inputs) {
    if (allowed(...inputs)) return own.apply(this, inputs);
    used.push(name);
    throw new Error(name + " differs between hosts");
  } });
}
for (const f of ["exp", "expm1", "log", "log1p", "log2", "log10", "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "cbrt", "hypot", "random"]) deny(Math, f);
// pngjs takes powers of two, which are exact everywhere.
deny(Math, "pow", (base, exponent) => base === 2 && Number.isInteger(exponent));
deny(Date, "now");
for (const f of ["localeCompare", "toLocaleLowerCase", "toLocaleUpperCase", "normalize"]) deny(String.prototype, f);
for (const object of [Number.prototype, Array.prototype, Date.prototype, BigInt.prototype, Object.getPrototypeOf(Float64Array.prototype)]) deny(object, "toLocaleString");
delete globalThis.Intl;
const said = report();
console.log(JSON.stringify({ ...said, used }));
`;

const WITHOUT = `delete globalThis.WebAssembly;
const { report } = await import("./report.mjs");
console.log(JSON.stringify(report()));
`;

/** Where bytes may not be compiled: that it is so is found out by trying. The library takes the compiled module by its condition, without a line. */
const EDGE = `import { report } from "./report.mjs";
export function edge() {
  let compiled = true;
  try {
    new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
  } catch {
    compiled = false;
  }
  return { ...report(), compiled };
}
globalThis.conformance = edge;
`;

const WORKER = `import { edge } from "./edge.mjs";
export default { fetch: () => Response.json(edge()) };
`;

const PAGE = `import { report } from "./report.mjs";
globalThis.conformance = () => ({ ...report(), ...Intl.DateTimeFormat().resolvedOptions() });
`;

const digest = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** Packs, installs and writes the entries. Done once for the same tarball and suite. @returns the project's folder */
export async function prepared(root, work) {
  const folder = join(work, "project");
  mkdirSync(work, { recursive: true });
  const [{ filename }] = JSON.parse(await command("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", work], { cwd: root }));
  const tarball = join(work, filename);
  const suite = join(root, "dist", "spec", "conformance");
  const scripts = readdirSync(suite).filter((name) => name.endsWith(".js") && !name.endsWith(".spec.js"));
  const entries = { "app.mjs": APP, "print.mjs": PRINT, "report.mjs": REPORT, "denied.mjs": DENIED, "without.mjs": WITHOUT, "edge.mjs": EDGE, "worker.mjs": WORKER, "page.mjs": PAGE };
  const wanted = digest(digest(readFileSync(tarball)) + scripts.map((name) => digest(readFileSync(join(suite, name)))).join() + JSON.stringify(entries));
  const stamp = join(folder, "prepared");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "suite"), { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "name": "empty", "private": true, "type": "module" }\n');
  await command("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", "--prefer-offline", tarball], { cwd: folder });
  for (const name of scripts) copyFileSync(join(suite, name), join(folder, "suite", name));
  for (const [name, text] of Object.entries(entries)) writeFileSync(join(folder, name), text);
  writeFileSync(stamp, wanted);
  return folder;
}

/** One file from an entry of the project, by esbuild. A module of kernels stays an import that the host resolves, or (`wasm: "global"`) is the global `kernels`. */
export async function bundled(esbuild, project, entry, { wasm = "import", ...options }) {
  const plugin = { name: "wasm", setup: (build) => {
    build.onResolve({ filter: /\.wasm(\?module)?$/ }, () => (wasm === "import" ? { path: "./kernels.wasm", external: true } : { path: "kernels", namespace: "wasm" }));
    build.onLoad({ filter: /.*/, namespace: "wasm" }, () => ({ contents: "export default globalThis.kernels;" }));
  } };
  const { outputFiles } = await esbuild.build({
    entryPoints: [join(project, entry)], absWorkingDir: project, bundle: true, write: false, target: "es2022", logLevel: "silent", minify: true, legalComments: "none", plugins: [plugin], ...options,
  });
  return outputFiles[0].text;
}
