/** The worker examples, bundled from the packed tarball and run by workerd (miniflare): the answers of Node, to the bit. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import t from "tap";
import { openAlbum } from "../../examples/recall.ts";
import { cropResize, decodePng } from "../../src/images/index.ts";
import { encodePng, seeded } from "../../src/index.ts";
import { host, load, project, run, withAlbum } from "./started.ts";

interface Answered { readonly status: number; readonly headers: { get(name: string): string | null }; text(): Promise<string>; arrayBuffer(): Promise<ArrayBuffer>; json(): Promise<unknown> }
interface Worker { dispatchFetch(url: string, init?: object): Promise<Answered>; dispose(): Promise<void> }
interface Miniflare { readonly Miniflare: new (options: object) => Worker }

/** As wrangler does it: the conditions of workerd, modules and data left as files. @returns the files of the worker, entry first */
async function bundle(folder: string, name: string): Promise<{ type: string; path: string; contents: Uint8Array }[]> {
  const { outputFiles } = await esbuild.build({
    entryPoints: [join(folder, "examples/worker", `${name}.ts`)], outdir: join(folder, "out"), bundle: true, minify: true, write: false, format: "esm", platform: "browser",
    conditions: ["workerd", "worker", "browser"], loader: { ".wasm": "copy", ".engram": "copy", ".safetensors": "copy" }, assetNames: "[name]", logLevel: "error",
  });
  return outputFiles
    .map(({ path, contents }) => ({ path: path.slice(path.lastIndexOf("/") + 1), contents, type: path.endsWith(".js") ? "ESModule" : path.endsWith(".wasm") ? "CompiledWasm" : "Data" }))
    .sort((a) => (a.type === "ESModule" ? -1 : 1));
}

t.test("a worker recalls from a POSTed PNG", { timeout: 600_000 }, async (t) => {
  const found = await host("miniflare");
  if ("skip" in found) return void t.pass("workerd", { skip: found.skip });
  const folder = await project("worker");
  withAlbum(folder, 1000);
  const { outputFiles: [album] } = await esbuild.build({ entryPoints: [join(folder, "examples/worker/make-album.ts")], bundle: true, write: false, format: "esm", platform: "node", packages: "external", logLevel: "error" });
  writeFileSync(join(folder, "make-album.mjs"), album.contents);
  const made = run(process.execPath, ["make-album.mjs", "photos", "examples/worker/semantic.engram"], folder);
  t.equal(made.status, 0, made.stderr);
  const { Miniflare } = await load<Miniflare>(found.folder, "miniflare");
  const damaged = readFileSync(join(folder, "damaged.png"));

  const start = async (name: string, use: (post: (body: Uint8Array) => Promise<Answered>, worker: Worker) => Promise<void>): Promise<void> => {
    const modules = await bundle(folder, name);
    t.same(modules.map(({ type }) => type).sort(), ["CompiledWasm", ...Array.from({ length: modules.length - 2 }, () => "Data"), "ESModule"], `${name}: the kernels are a module of their own`);
    const bytes = modules.reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0);
    t.ok(bytes <= 3e6, `${name}: ${bytes} bytes compressed with 1,000 memories, at most 3 MB`);
    const worker = new Miniflare({ compatibilityDate: "2026-01-01", modules });
    try {
      await use((body) => worker.dispatchFetch("http://worker/", { method: "POST", body }), worker);
    } finally {
      await worker.dispose();
    }
  };

  await start("worker", async (post, worker) => {
    const answer = await post(damaged);
    t.equal(answer.status, 200);
    const wanted = openAlbum(readFileSync(join(folder, "examples/worker/album.engram")))(damaged);
    t.equal(decodeURIComponent(answer.headers.get("x-key")!), wanted.key);
    t.match(wanted.key, /clown_face\.png$/);
    t.equal(Number(answer.headers.get("x-weight")), wanted.weight);
    t.same(new Uint8Array(await answer.arrayBuffer()), wanted.png, "the picture is Node's to the last byte");
    t.equal((await worker.dispatchFetch("http://worker/")).status, 405);
    for (const bad of [new Uint8Array(3), damaged.subarray(0, 500), new Uint8Array(0)]) {
      const refused = await post(bad);
      t.equal(refused.status, 400, `${bad.length} bytes`);
      t.match(((await refused.json()) as { error: string }).error, /cue: expected /);
    }
    t.equal((await post(damaged)).status, 200, "and the worker goes on");
  });

  await start("semantic", async (post) => {
    const clown = decodePng(readFileSync(join(folder, "photos/clown_face.png")));
    const cropped = encodePng(cropResize(0.8)(clown, seeded(2)));
    const answer = (await (await post(cropped)).json()) as { key: string; backend: string };
    t.match(answer.key, /clown_face\.png$/, "a crop, by features");
    t.equal(answer.backend, "simd");
    t.equal((await post(damaged.subarray(0, 500))).status, 400);
  });
});
