/**
 * Deno and Bun run the installed command line, the main job and the example: the files are Node's to the last byte. The main job on Deno is
 * the whole one, whose picture is docs/recall.png; on Bun it is the quick one.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { host, program, project, run, withAlbum } from "./started.ts";

const ENGRAM = "node_modules/engram/dist/src/cli/main.js";

t.test("Deno and Bun as Node", { timeout: 900_000 }, async (t) => {
  const folder = await project("command-line");
  withAlbum(folder, 200);
  const album = "examples/worker/album.engram";
  const recall = ["recall", album, "damaged.png", "--json", "--force", "-o"];
  const node = run(process.execPath, [ENGRAM, ...recall, "node.png"], folder);
  t.equal(node.status, 0, node.stderr);
  t.match((JSON.parse(node.stdout) as { results: { key: string }[] }).results[0].key, /clown_face\.png$/);
  t.equal(run(process.execPath, [ENGRAM, "reproduce", "main-job", "--quick", "--out", "node"], folder).status, 0);
  for (const name of ["deno", "bun"] as const) {
    const found = await host(name);
    if ("skip" in found) {
      t.pass(name, { skip: found.skip });
      continue;
    }
    const file = program(found.folder, name);
    // Deno's -A is what a user types; the example asks for the two permissions it needs.
    const flags = name === "deno" ? ["run", "--no-prompt", "--cached-only", "--node-modules-dir=manual"] : ["--no-install", "run"];
    const all = name === "deno" ? ["-A"] : [];
    const said = run(file, [...flags, ...all, ENGRAM, ...recall, `${name}.png`], folder);
    t.equal(said.status, 0, said.stderr);
    t.equal(said.stdout, node.stdout, `${name}: the JSON of recall`);
    t.same(readFileSync(join(folder, `${name}.png`)), readFileSync(join(folder, "node.png")), `${name}: the picture of recall`);
    t.equal(run(file, [...flags, ...all, ENGRAM, "recall", "missing.engram", "damaged.png"], folder).status, 2, `${name}: bad input is exit code 2`);

    const example = run(file, [...flags, ...(name === "deno" ? ["--allow-read", "--allow-write"] : []), "examples/deno/recall.ts", album, "damaged.png", `${name}-example.png`], folder);
    t.equal(example.status, 0, example.stderr);
    t.match(example.stdout, /clown_face\.png [01]\.\d{3}\n$/);

    const quick = name === "bun" ? ["--quick"] : [];
    const job = run(file, [...flags, ...all, ENGRAM, "reproduce", "main-job", ...quick, "--out", name], folder);
    t.equal(job.status, 0, job.stderr.slice(-2000));
    t.same(readFileSync(join(folder, name, "recall.png")), readFileSync(name === "deno" ? "docs/recall.png" : join(folder, "node/recall.png")), `${name}: recall.png of the main job`);
  }
});
