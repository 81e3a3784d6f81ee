// Every host the suite runs on: how it is started, and what it says. Each `start` resolves to { version, report }; a host that cannot be
// started here throws NotRun with the reason.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { binary, command, installed, load, NotRun } from "./install.mjs";
import { chromium } from "./chromium.mjs";
import { bundled } from "./project.mjs";

const last = (output) => JSON.parse(output.trim().split("\n").at(-1));

/** One script of the project in a program of its own. */
async function printed(file, args, { project }, options = {}) {
  return last(await command(file, args, { cwd: project, ...options }));
}

async function nodeAt(folder) {
  const file = binary(folder, "node/bin/node", "node/node");
  return { file, version: (await command(file, ["--version"])).trim().slice(1) };
}

const kernelsOf = ({ project }) => join(project, "node_modules/engram/dist/kernels.wasm");

const npmNode = (host, args) => async (context) => {
  const { file, version } = await nodeAt(await installed(host, context.cache));
  return { version, report: await printed(file, args, context) };
};

const thisNode = (args, env) => async (context) => ({ version: process.versions.node, report: await printed(process.execPath, args, context, { env }) });

const TURKISH = { LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8", TZ: "Asia/Kathmandu" };

/** What must hold for the run to have been what it is called. */
function expect(what, check) {
  return (report) => {
    if (report.empty.some((backend) => backend !== report.live)) throw new Error(`empty memories say ${report.empty.join(", ")}, and ${report.live} is live`);
    if (!check(report)) throw new Error(`this was no run ${what}: backend ${report.live}, locale ${report.locale}, time zone ${report.timeZone}`);
  };
}
const simd = expect("with WebAssembly", ({ live }) => live === "simd");
const handed = expect("that forbids compiling bytes and takes a module", ({ live, compiled }) => live === "simd" && compiled === false);
const scalar = expect("without WebAssembly", ({ live }) => live === "scalar");
const turkish = expect("in Turkish in Nepal", ({ live, locale, timeZone }) => live === "simd" && /^tr/.test(locale) && /Kat[h]?mandu/.test(timeZone));

export const HOSTS = [
  { id: "node", name: "Node", start: thisNode(["print.mjs"]), expect: simd },
  { id: "node-floor", name: "Node, the oldest supported", start: npmNode("node-floor", ["print.mjs"]), expect: simd },
  { id: "node-newest", name: "Node, newest", start: npmNode("node-newest", ["print.mjs"]), expect: simd },
  {
    id: "deno", name: "Deno", expect: simd,
    start: async (context) => {
      const file = binary(await installed("deno", context.cache), ...["linux-x64-glibc", "linux-arm64-glibc", "darwin-x64", "darwin-arm64", "win32-x64", "win32-arm64"].map((name) => `@deno/${name}/deno`));
      const env = { DENO_DIR: join(context.cache, "deno"), DENO_NO_UPDATE_CHECK: "1" };
      const version = /deno (\S+)/.exec(await command(file, ["--version"], { env }))[1];
      return { version, report: await printed(file, ["run", "--no-prompt", "--cached-only", "--node-modules-dir=manual", "--allow-read", "print.mjs"], context, { env }) };
    },
  },
  {
    id: "bun", name: "Bun", expect: simd,
    start: async (context) => {
      const file = binary(await installed("bun", context.cache), ...["linux-x64", "linux-aarch64", "darwin-x64", "darwin-aarch64", "windows-x64"].map((name) => `@oven/bun-${name}/bin/bun`), "bun/bin/bun.exe");
      return { version: (await command(file, ["--version"])).trim(), report: await printed(file, ["--no-install", "run", "print.mjs"], context) };
    },
  },
  { id: "chromium", name: "Chromium", start: chromium({}), expect: simd },
  { id: "chromium-turkish", name: "Chromium, tr-TR, Asia/Kathmandu", start: chromium({ locale: "tr-TR", timezoneId: "Asia/Kathmandu" }), expect: turkish },
  {
    id: "workerd", name: "workerd (miniflare)", expect: handed,
    start: async (context) => {
      const folder = await installed("miniflare", context.cache);
      const { Miniflare } = await load(folder, "miniflare");
      const contents = await bundled(context.esbuild, context.project, "worker.mjs", { format: "esm", conditions: ["workerd", "worker", "browser"] });
      const worker = new Miniflare({
        compatibilityDate: "2026-01-01",
        modules: [
          { type: "ESModule", path: "worker.js", contents },
          { type: "CompiledWasm", path: "kernels.wasm", contents: readFileSync(kernelsOf(context)) },
        ],
      });
      try {
        const answer = await worker.dispatchFetch("http://localhost/");
        const text = await answer.text();
        if (!answer.ok) throw new Error(text.slice(0, 500));
        const { version } = JSON.parse(readFileSync(join(folder, "node_modules/workerd/package.json"), "utf8"));
        return { version, report: JSON.parse(text) };
      } finally {
        await worker.dispose();
      }
    },
  },
  {
    id: "edge-vm", name: "@edge-runtime/vm", expect: handed,
    start: async (context) => {
      const folder = await installed("edge-vm", context.cache);
      const { EdgeVM } = await load(folder, "@edge-runtime/vm");
      const { version } = JSON.parse(readFileSync(join(folder, "node_modules/@edge-runtime/vm/package.json"), "utf8"));
      const module = new WebAssembly.Module(readFileSync(kernelsOf(context)));
      const vm = new EdgeVM({ codeGeneration: { strings: false, wasm: false }, extend: (scope) => Object.assign(scope, { kernels: module }) });
      vm.evaluate(await bundled(context.esbuild, context.project, "edge.mjs", { format: "iife", wasm: "global", conditions: ["edge-light", "browser"] }));
      return { version, report: JSON.parse(vm.evaluate("JSON.stringify(conformance())")) };
    },
  },
  { id: "jitless", name: "Node --jitless, no WebAssembly", start: thisNode(["--jitless", "print.mjs"]), expect: scalar },
  { id: "without", name: "Node, WebAssembly deleted", start: thisNode(["without.mjs"]), expect: scalar },
  {
    id: "big-endian", name: "Node on IBM Z (big-endian), emulated", expect: scalar,
    start: async (context) => {
      const { QEMU_S390X: emulator = "/usr/bin/qemu-s390x-static", S390X_LIBRARIES: libraries = "/usr/s390x-linux-gnu" } = process.env;
      if (!existsSync(emulator) || !existsSync(libraries)) throw new NotRun("no emulator; on Debian: apt-get install qemu-user-static libc6-s390x-cross libstdc++6-s390x-cross libatomic1-s390x-cross");
      const file = binary(await installed("big-endian", context.cache), "node/bin/node");
      const version = (await command(emulator, ["-L", libraries, file, "--version"])).trim().slice(1);
      return { version, report: await printed(emulator, ["-L", libraries, file, "print.mjs"], context, { seconds: 900 }) };
    },
  },
  { id: "turkish", name: "Node, tr_TR, Asia/Kathmandu", start: thisNode(["print.mjs"], TURKISH), expect: turkish },
  { id: "denied", name: "Node, functions that differ denied", start: thisNode(["denied.mjs"]), expect: expect("without the functions that differ", ({ live, used }) => live === "simd" && used.length === 0) },
];
