#!/usr/bin/env node
// Set-up step in front of `npm start`, `npm test` and `npm run bench`. Needs nothing but Node 20 and npm.
// Installs and builds only what is missing or stale, and says what it does and why. `--force` builds all anew
// (packages that match the lock file stay).
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const forced = process.argv.includes("--force");
const say = (line) => process.stderr.write(`set-up: ${line}\n`);

const major = Number(process.versions.node.split(".")[0]);
if (major < 20) {
  say(`Node 20 or newer is needed, this is ${process.version}.`);
  process.exit(2);
}

/** All files below the given paths whose names end in one of the endings, sorted: the same list on every machine. */
function filesUnder(paths, endings) {
  const found = [];
  const visit = (path) => {
    const full = join(root, path);
    if (!existsSync(full)) return;
    if (endings.some((ending) => path.endsWith(ending))) return void found.push(path);
    let entries;
    try {
      entries = readdirSync(full).sort();
    } catch {
      return; // a file of another kind
    }
    for (const entry of entries) visit(`${path}/${entry}`);
  };
  for (const path of paths) visit(path);
  return found;
}

/** sha256 over names and contents: what the step's result depends on. */
function fingerprint(files) {
  const hash = createHash("sha256");
  for (const file of files) hash.update(file).update("\0").update(readFileSync(join(root, file))).update("\0");
  return hash.digest("hex");
}

/** Runs one step unless its stamp says that these very inputs were built. The stamp is written last: an interrupted step runs again. */
function step({ name, inputs, outputs, run, todo, force = forced }) {
  const stamp = join(root, "node_modules", ".engram", `${name}.stamp`);
  const wanted = fingerprint(inputs);
  const missing = outputs.find((output) => !existsSync(join(root, output)));
  const built = existsSync(stamp) ? readFileSync(stamp, "utf8") : "";
  if (!force && missing === undefined && built === wanted) return;
  say(`${name} (${force ? "forced" : missing !== undefined ? `${missing} is missing` : "sources changed"})`);
  const start = process.hrtime.bigint();
  rmSync(stamp, { force: true });
  try {
    run();
  } catch (error) {
    const how = error.signal ? `stopped by ${error.signal}` : error.status === undefined ? error.message : `exit code ${error.status}`;
    say(`${name} failed (${how}). ${todo}`);
    process.exit(error.signal === "SIGINT" ? 130 : 1);
  }
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
  say(`${name} done in ${(Number(process.hrtime.bigint() - start) / 1e9).toFixed(1)} s`);
}

const node = (...args) => execFileSync(process.execPath, args, { cwd: root, stdio: ["ignore", 2, 2] });
const npm = (...args) => execFileSync("npm", args, { cwd: root, stdio: ["ignore", 2, 2], shell: process.platform === "win32" });

step({
  name: "install packages",
  force: false,
  inputs: ["package-lock.json"],
  outputs: ["node_modules/typescript/lib/tsc.js", "node_modules/assemblyscript/dist/asc.js", "node_modules/commander/package.json"],
  // The compilers are development dependencies: wanted even where NODE_ENV=production would leave them out.
  run: () => npm("ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"),
  todo: "npm needs its registry once; check the network and `npm config get registry`, then run this again, or run `npm ci` yourself.",
});
step({
  name: "build kernels",
  inputs: ["asconfig.json", "scripts/build-kernels.mjs", ...filesUnder(["assembly", "src/numeric/elementary"], [".ts"])],
  outputs: ["src/kernels/binary.generated.ts", "dist/kernels.wasm", "dist/kernels.wasm.d.ts"],
  run: () => node("scripts/build-kernels.mjs"),
  todo: "The compiler's message stands above.",
});
step({
  name: "compile TypeScript",
  inputs: ["tsconfig.json", "package.json", ...filesUnder(["src", "spec", "bench", "fixtures", "examples"], [".ts"])],
  outputs: ["dist/src/index.js", "dist/src/cli/main.js"],
  run: () => {
    for (const folder of ["src", "spec", "bench", "examples"]) rmSync(join(root, "dist", folder), { recursive: true, force: true });
    rmSync(join(root, "dist/.tsbuildinfo"), { force: true });
    node("node_modules/typescript/lib/tsc.js", "-p", "tsconfig.json");
  },
  todo: "The compiler's message stands above.",
});
