/** What scripts rely on: exit codes, stable JSON keys, stdout for data only, colours, help, version, interrupts. */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import t from "tap";
import { tensor, writeNpy } from "../../src/formats/index.ts";
import { engram, folder, png, shell, start } from "./run.ts";

const COMMANDS = ["remember", "recall", "recognize", "energy", "minima", "info", "encode", "corrupt", "reproduce", "bench", "pairs"];

/** A script beside this one, from the sources or from dist/. */
function helper(name: string): string {
  return join(process.cwd(), import.meta.url.endsWith(".ts") ? `spec/cli/${name}.ts` : `dist/spec/cli/${name}.js`);
}

/** Three rows a fixed distance apart, a cue near the first and one far from all. */
function rows(t: { teardown(handler: () => void): unknown }): string {
  const cwd = folder(t);
  const npy = (name: string, shape: [number, number], values: number[]): void => writeFileSync(join(cwd, name), writeNpy(tensor(Float64Array.from(values), shape)));
  npy("rows.npy", [3, 3], [1, 0, 0, 0, 1, 0, 0, 0, 1]);
  npy("near.npy", [1, 3], [0.9, 0.1, 0]);
  npy("far.npy", [1, 3], [9, 9, 9]);
  npy("both.npy", [2, 3], [0.9, 0.1, 0, 9, 9, 9]);
  return cwd;
}

t.test("exit codes: 0 accepted, 1 not accepted, any of several", async (t) => {
  const cwd = rows(t);
  const lsr = ["--model", "dense", "--energy", "lsr", "--beta", "4"];
  t.equal(engram(["remember", "rows.npy", "-o", "lsr.engram", ...lsr], { cwd }).status, 0);
  for (const command of ["recall", "recognize"]) {
    t.equal(engram([command, "lsr.engram", "near.npy"], { cwd }).status, 0, `${command}, inside the support`);
    const outside = engram([command, "lsr.engram", "far.npy"], { cwd });
    t.equal(outside.status, 1, `${command}, outside the support`);
    t.match(outside.stdout, /^far\.npy\t-\t-\t-\tnot accepted: .*support/);
    t.equal(engram([command, "lsr.engram", "near.npy", "far.npy"], { cwd }).status, 1, `${command}, one of two`);
    t.equal(engram([command, "lsr.engram", "both.npy"], { cwd }).status, 1, `${command}, one of two rows`);
  }
  t.equal(engram(["remember", "rows.npy", "-o", "u.engram", "--accept", "margin:1"], { cwd }).status, 0);
  const above = engram(["recall", "u.engram", "near.npy"], { cwd });
  t.equal(above.status, 0, "above the margin it was made with");
  t.match(above.stdout, /\taccepted\n$/);
  t.equal(engram(["recall", "u.engram", "near.npy", "--accept", "margin:1.9"], { cwd }).status, 1, "below the margin given now");
  const slow = engram(["remember", "rows.npy", "-o", "slow.engram", "--model", "dense", "--beta", "0.1", "--max-steps", "1"], { cwd });
  t.equal(slow.status, 0);
  t.equal(engram(["recall", "slow.engram", "near.npy"], { cwd }).status, 1, "did not converge");
});

t.test("JSON keys are the ones that are documented", async (t) => {
  const cwd = rows(t);
  t.equal(engram(["remember", "rows.npy", "-o", "lsr.engram", "--model", "dense", "--energy", "lsr", "--beta", "4"], { cwd }).status, 0);
  const json = (args: string[]): Record<string, unknown> => JSON.parse(engram([...args, "--json"], { cwd }).stdout) as Record<string, unknown>;
  const recall = json(["recall", "lsr.engram", "both.npy", "--seed", "7"]);
  t.same(Object.keys(recall), ["memory", "model", "seed", "backend", "version", "results"]);
  t.match(recall, { memory: "lsr.engram", model: "dense", seed: 7, backend: /^(simd|scalar)$/, version: /^\d+\.\d+\.\d+/ });
  const [near, far] = recall.results as Record<string, unknown>[];
  t.same(Object.keys(near), ["cue", "accepted", "criterion", "key", "ranking", "energies", "steps", "converged"]);
  t.match(near, { cue: "both.npy:0", accepted: true, criterion: "support", key: 0, converged: true });
  t.same(Object.keys((near.ranking as object[])[0]), ["key", "score", "weight"]);
  t.same(Object.keys(far), ["cue", "accepted", "criterion", "reason", "key", "ranking", "boundary", "energies", "steps", "converged"]);
  t.match(far, { accepted: false, key: null });
  const known = json(["recognize", "lsr.engram", "near.npy", "--top", "2"]);
  t.same(Object.keys(known), ["memory", "model", "seed", "backend", "version", "results"]);
  t.same(Object.keys((known.results as object[])[0]), ["cue", "accepted", "criterion", "key", "ranking"]);
  t.equal((known.results as { ranking: unknown[] }[])[0].ranking.length, 2);
  t.same(Object.keys(json(["energy", "lsr.engram", "both.npy"])), ["energies"]);
  const minima = json(["minima", "lsr.engram"]);
  t.same(Object.keys(minima), ["minima", "preserved", "novel", "complete"]);
  t.same(Object.keys((minima.minima as object[])[0]), ["members", "energy", "novel"]);
  // r = sqrt(2/4) = .707, half the distance sqrt 2 of any two: only the patterns themselves
  t.match(minima, { preserved: 3, novel: 0, complete: true });
  t.same(Object.keys(json(["info", "lsr.engram"])), ["memory", "model", "backend", "version", "format", "bytes", "sha256", "size", "dim", "pictures", "originals", "parameters", "keys"]);
  const listed = json(["reproduce", "--list"]) as { experiments: { name: string }[] };
  t.ok(listed.experiments.some(({ name }) => name === "main-job"));
});

t.test("energies and gradients of rows", async (t) => {
  const cwd = rows(t);
  t.equal(engram(["remember", "rows.npy", "-o", "lse.engram", "--model", "dense", "--beta", "2", "--precision", "f64"], { cwd }).status, 0);
  const { stdout, status } = engram(["energy", "lse.engram", "both.npy", "--gradient", "g.npy"], { cwd });
  t.equal(status, 0);
  const energies = stdout.trimEnd().split("\n").map(Number);
  // E = -(1/beta) log sum exp(-(beta/2) d^2), d^2 of [.9 .1 0] to the rows: .02, 1.62, 1.82
  t.ok(Math.abs(energies[0] + Math.log(Math.exp(-0.02) + Math.exp(-1.62) + Math.exp(-1.82)) / 2) < 1e-12);
  t.ok(readdirSync(cwd).includes("g.npy"));
  t.equal(engram(["remember", "rows.npy", "-o", "u.engram"], { cwd }).status, 0);
  t.equal(engram(["minima", "u.engram"], { cwd }).status, 2, "a universal memory has no listed minima");
});

t.test("stdout is data only; no colours and no bar where nobody watches", async (t) => {
  const cwd = rows(t);
  for (const env of [{}, { NO_COLOR: "1" }, { FORCE_COLOR: "1" }]) {
    const made = engram(["remember", "rows.npy", "-o", "a.engram", "--force"], { cwd, env });
    t.equal(made.stdout, "");
    t.notMatch(made.stderr, /\u001b/, "plain text in a pipe");
    const found = engram(["recall", "a.engram", "both.npy"], { cwd, env });
    t.match(found.stdout, /^both\.npy:0\t0\t[-0-9.e]+\t[0-9.e-]+\taccepted \(not calibrated\)\nboth\.npy:1\t\d\t[-0-9.e]+\t[0-9.e-]+\taccepted \(not calibrated\)\n$/);
    t.equal(found.stderr, "");
  }
  const bad = engram(["recall", "a.engram", "nothing.npy"], { cwd });
  t.equal(bad.stdout, "");
  t.notMatch(bad.stderr, /\u001b/);
});

t.test("colours and a bar for a terminal, NO_COLOR respected", { skip: spawnSync("script", ["-V"]).status === 0 ? false : "no `script` to make a terminal with" }, async (t) => {
  const cwd = rows(t);
  writeFileSync(join(cwd, "notes.txt"), "no picture");
  const terminal = (env: Record<string, string>): string =>
    shell('script -qec "$ENGRAM remember rows.npy notes.txt -o a.engram --force" /dev/null', { cwd, env: { TERM: "xterm", ...env } }).stdout;
  const coloured = terminal({});
  t.match(coloured, /\u001b\[33mwarning:\u001b\[0m skipped notes\.txt/);
  t.match(coloured, /remember \[=* *\] 0\/2/, "a bar with counts");
  const plain = terminal({ NO_COLOR: "1" });
  t.match(plain, /warning: skipped notes\.txt/);
  t.notMatch(plain, /\u001b\[[0-9;]*m/, "no colours");
});

t.test("benchmarks: JSON is data, rows are for watching, from any folder", async (t) => {
  const { status, stdout, stderr } = engram(["bench", "start", "--json"], { cwd: folder(t) });
  t.equal(status, 0, stderr);
  const { version, node, rows } = JSON.parse(stdout) as { version: string; node: string; rows: { name: string; ours: number }[] };
  t.match(version, /^\d+\.\d+/);
  t.equal(node, process.versions.node);
  t.ok(rows.some(({ name, ours }) => name === "kernel module, raw" && ours > 10000));
  t.match(stderr, /kernel module, raw/);
  const unknown = engram(["bench", "nonsense"]);
  t.equal(unknown.status, 2);
  t.match(unknown.stderr, /bench: expected names of benchmarks, got nonsense/);
});

t.test("a reader that goes away is no error", async (t) => {
  const cwd = rows(t);
  t.equal(engram(["remember", "rows.npy", "-o", "a.engram"], { cwd }).status, 0);
  const { stderr } = shell("$ENGRAM info a.engram | head -c 1 > /dev/null", { cwd });
  t.equal(stderr, "");
});

t.test("help opens with two examples, version says which kernels are live", async (t) => {
  for (const command of [[], ...COMMANDS.map((name) => [name])]) {
    const { status, stdout } = engram([...command, "--help"]);
    t.equal(status, 0);
    t.match(stdout, /^Examples:\n {2}\$ engram .+\n {2}\$ engram .+\n\nUsage: engram/, command.join() || "engram");
  }
  const { status, stdout } = engram(["--version"]);
  t.equal(status, 0);
  t.match(stdout, /^engram \d+\.\d+\.\d+, (simd|scalar) kernels\n$/);
});

t.test("an interrupt in the middle of remember: its exit code, and no file", async (t) => {
  const cwd = folder(t);
  mkdirSync(join(cwd, "photos"));
  // the warning about the first file says that reading has begun; the pictures after it take seconds
  writeFileSync(join(cwd, "photos", "a.txt"), "no picture");
  const big = png(1, 400, 400);
  for (let i = 0; i < 400; i++) writeFileSync(join(cwd, "photos", `p${i}.png`), big);
  for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
    const child = start(["remember", "photos", "-o", "a.engram"], { cwd });
    const ended = new Promise<[number | null, NodeJS.Signals | null]>((resolve) => child.on("close", (status, by) => resolve([status, by])));
    child.stderr.once("data", () => child.kill(signal));
    t.same(await ended, [code, null], signal);
    t.same(readdirSync(cwd), ["photos"], "nothing was written");
  }
});

t.test("an interrupt while JavaScript is busy is not lost when a calculation begins", async (t) => {
  const { status, stdout } = spawnSync(process.execPath, [helper("late-signal")], { encoding: "utf8" });
  t.equal(status, 130);
  t.equal(stdout, "");
});

t.test("an interrupt in the middle of writing: 130, the old file whole, the new one gone", async (t) => {
  const cwd = folder(t);
  writeFileSync(join(cwd, "out.bin"), "old");
  const { status, stderr } = spawnSync(process.execPath, [helper("slow-write"), "out.bin"], { cwd, encoding: "utf8" });
  t.equal(status, 130);
  t.match(stderr, /half written: \.out\.bin\.\d+\.tmp/, "there was a temporary file");
  t.same(readdirSync(cwd), ["out.bin"]);
  t.equal(readFileSync(join(cwd, "out.bin"), "utf8"), "old");
});
