/** `engram pairs`: folders and arrays of pairs, recognition, recall both ways in every mode, files, and whatever can be wrong with the input. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { readNpy, tensor, writeNpy } from "../../src/formats/index.ts";
import { decodeImage } from "../../src/images/index.ts";
import { seeded } from "../../src/numeric/index.ts";
import { engram, folder, png, type Ran } from "./run.ts";

const [N, n, p] = [30, 6, 5];
const rng = seeded(2411);
const centres = [n, p].map((dim) => Array.from({ length: 3 }, () => Array.from({ length: dim }, () => 4 * rng.normal())));
const side = (at: 0 | 1): Float64Array => Float64Array.from({ length: N * [n, p][at] }, (_, k) => centres[at][Math.floor(k / [n, p][at]) % 3][k % [n, p][at]] + 0.2 * rng.normal());

/** Two arrays of three classes, two folders of six pictures, and what they became. */
function made(t: Test): { cwd: string; pairs: (...args: string[]) => Ran; refused: (args: string[], message: RegExp) => void } {
  const cwd = folder(t);
  writeFileSync(join(cwd, "l.npy"), writeNpy(tensor(side(0), [N, n])));
  writeFileSync(join(cwd, "r.npy"), writeNpy(tensor(side(1), [N, p])));
  writeFileSync(join(cwd, "c.npy"), writeNpy(tensor(Float64Array.from({ length: N }, (_, k) => k % 3), [N])));
  for (const at of ["left", "right"]) mkdirSync(join(cwd, at));
  for (let k = 0; k < 6; k++) {
    writeFileSync(join(cwd, "left", `${k}.png`), png(k));
    writeFileSync(join(cwd, "right", `${k}.png`), png(100 + k));
  }
  const pairs = (...args: string[]): Ran => engram(["pairs", ...args], { cwd });
  const refused = (args: string[], message: RegExp): void => {
    const { status, stderr, stdout } = pairs(...args);
    t.equal(status, 2, args.join(" "));
    t.equal(stdout, "");
    t.match(stderr, message);
  };
  return { cwd, pairs, refused };
}

t.test("arrays: registered pairs are recognised, partners recalled from both sides in every mode", async (t) => {
  const { cwd, pairs } = made(t);
  // xi: a class mean may lie on empty cells, sqrt(xi) of them are allowed.
  t.match(pairs("remember", "l.npy", "r.npy", "-o", "p.engram", "--labels", "c.npy", "--xi", "36", "--json"), { status: 0, stdout: /"size": 30/ });
  const known = pairs("recognize", "p.engram", "l.npy", "r.npy");
  t.equal(known.status, 0);
  t.same(known.stdout.trim().split("\n").map((line) => line.split("\t")[3]), new Array(N).fill("accepted"));
  t.match(known.stdout, /^l\.npy:0\tr\.npy:0\t0\taccepted\n/);
  for (const from of ["left", "right"]) {
    for (const mode of ["random", "test", "search", "prototype"]) {
      const recalled = pairs("recall", "p.engram", from === "left" ? "l.npy" : "r.npy", "--from", from, "--mode", mode, "-o", "out.npy", "--force");
      t.equal(recalled.status, 0, recalled.stderr);
      const keys = recalled.stdout.trim().split("\n").map((line) => Number(line.split("\t")[1]));
      t.ok(keys.every((key, k) => key % 3 === k % 3), `${from} ${mode}: of the class`);
      t.same(readNpy(readFileSync(join(cwd, "out.npy"))).shape, [N, from === "left" ? p : n]);
    }
  }
  const json = (seed: string): string => pairs("recall", "p.engram", "l.npy", "--mode", "random", "--seed", seed, "--json").stdout;
  t.equal(json("1"), json("1"));
  const first = (JSON.parse(json("1")) as { results: Record<string, unknown>[] });
  t.same(Object.keys(first), ["memory", "model", "seed", "backend", "version", "from", "mode", "results"]);
  t.same(Object.keys(first.results[0]), ["cue", "accepted", "criterion", "key", "ranking", "distance", "judged"]);
  const info = pairs("info", "p.engram");
  t.match(info.stdout, /pairs +30 of 6 and 5 numbers/);
  t.match(info.stdout, /entropy +\d/);
  t.match(JSON.parse(pairs("info", "p.engram", "--json").stdout), { size: N, dim: n, rightDim: p, parameters: { preset: "hetero2024", xi: "36" } });
});

t.test("what does not belong together is not accepted, exit code 1, with the reason", async (t) => {
  const { cwd, pairs } = made(t);
  t.equal(pairs("remember", "l.npy", "r.npy", "-o", "p.engram").status, 0);
  const l = readNpy(readFileSync(join(cwd, "l.npy"))).data as Float64Array;
  const r = readNpy(readFileSync(join(cwd, "r.npy"))).data as Float64Array;
  writeFileSync(join(cwd, "a.npy"), writeNpy(tensor(l.slice(0, n), [1, n])));
  writeFileSync(join(cwd, "b.npy"), writeNpy(tensor(r.slice(p, 2 * p), [1, p])));
  t.match(pairs("recognize", "p.engram", "a.npy", "b.npy"), { status: 1, stdout: /^a\.npy\tb\.npy\t\d+\tnot accepted: \d+ pairs of columns never met like this\n$/ });
  writeFileSync(join(cwd, "mix.npy"), writeNpy(tensor(Float64Array.from([...l.slice(0, 3), ...l.slice(n + 3, 2 * n)]), [1, n])));
  t.match(pairs("recall", "p.engram", "mix.npy"), { status: 1, stdout: /^mix\.npy\t-\t-\t-\tnot accepted: \d of 5 columns of the projection are empty/ });
  t.match(pairs("recall", "p.engram", "a.npy", "mix.npy", "-o", "out.npy"), { status: 1, stderr: /^warning: mix\.npy: not accepted; row 1 of out\.npy is zeros, no answer\n$/ }, "once, for the one");
  const out = readNpy(readFileSync(join(cwd, "out.npy")));
  t.same(out.shape, [2, p], "rows stay in line with the cues");
  t.same([...(out.data as Float64Array).subarray(p)], new Array(p).fill(0));
  t.match(pairs("recall", "--help").stdout.replace(/\s+/g, " "), /not accepted zeros \(black\), with a warning/);
  t.match(JSON.parse(pairs("recall", "p.engram", "mix.npy", "--json").stdout), { results: [{ accepted: false, key: null, ranking: [], distance: null }] });
});

t.test("folders: pairs by name; pictures come back; hidden halves", async (t) => {
  const { cwd, pairs } = made(t);
  t.match(pairs("remember", "left", "right", "-o", "f.engram", "--size", "6x5"), { status: 0, stderr: /remembered 6 pairs of 30 and 30 numbers/ });
  t.match(pairs("recognize", "f.engram", "left", "right"), { status: 0, stdout: /^0\t0\t0\taccepted\n/ });
  t.match(pairs("recognize", "f.engram", "left/3.png", "right/3.png"), { status: 0, stdout: /^left\/3\tright\/3\t0\taccepted\n/ });
  t.equal(pairs("recognize", "f.engram", "left/3.png", "right/4.png").status, 1);
  t.match(pairs("recall", "f.engram", "left/3.png", "-o", "found.png"), { status: 0, stdout: /^left\/3\.png\t3\t/ });
  const found = decodeImage(readFileSync(join(cwd, "found.png")), { name: "found.png" });
  t.same([found.width, found.height, found.channels], [6, 5, 1]);
  t.match(pairs("recall", "f.engram", "left/3.png", "--visible", "top:0.6"), { status: 0, stdout: /^left\/3\.png\t3\t/ });
  t.match(pairs("remember", "left", "r.npy", "-o", "x.engram", "--in-order"), { status: 2, stderr: /expected 6 sides/ });
  t.match(pairs("info", "f.engram"), { stdout: /left +pictures, 6x5 grey/ });
});

t.test("bad input: exit code 2, what was expected, nothing written", async (t) => {
  const { cwd, pairs, refused } = made(t);
  const out = ["-o", "x.engram"];
  refused(["remember", "l.npy", ...out], /missing required argument/);
  refused(["remember", "l.npy", "r.npy"], /required option/);
  refused(["remember", "l.npy", "none.npy", ...out], /none\.npy/);
  refused(["remember", "l.npy", "right", ...out], /--in-order/);
  refused(["remember", "l.npy", "c.npy", ...out, "--labels", "c.npy"], /expected 30 sides, one for each of l\.npy, got 1/);
  refused(["remember", "l.npy", "r.npy", ...out, "--labels", "l.npy"], /30 classes/);
  refused(["remember", "l.npy", "r.npy", ...out, "--levels", "0"], /--levels/);
  refused(["remember", "l.npy", "r.npy", ...out, "--cap", "70000"], /--cap/);
  refused(["remember", "l.npy", "r.npy", ...out, "--quantiser", "locl"], /local/);
  refused(["remember", "l.npy", "r.npy", ...out, "--xi", "0.5"], /--xi/);
  refused(["remember", "left", "right", ...out, "--size", "100x100"], /1073741824 bytes/);
  refused(["remember", "left", "right", ...out, "--size", "64x64"], /hetero table, 4096 and 4096 columns of 16 and 16 levels, its index and the cells of one pair: expected at most 1073741824 bytes/);
  refused(["remember", "left", "right", ...out, "--size", "8x8", "--levels", "65534"], /64 and 64 columns of 65534 and 65534 levels/);
  writeFileSync(join(cwd, "nan.npy"), writeNpy(tensor(side(1).fill(NaN, 7, 8), [N, p])));
  refused(["remember", "l.npy", "nan.npy", ...out], /nan\.npy, row 1, column 2/);
  writeFileSync(join(cwd, "half.npy"), writeNpy(tensor(new Float64Array(N).fill(0.5), [N])));
  refused(["remember", "l.npy", "r.npy", ...out, "--labels", "half.npy"], /whole numbers/);
  writeFileSync(join(cwd, "right", "note.txt"), "no picture");
  refused(["remember", "left", "right", ...out], /note\.txt/);
  mkdirSync(join(cwd, "empty"));
  refused(["remember", "left", "empty", ...out], /empty: expected at least one picture/);
  mkdirSync(join(cwd, "twice"));
  for (const name of ["a.png", "a.jpg.png", "a.PNG"]) writeFileSync(join(cwd, "twice", name), png(1));
  refused(["remember", "twice", "twice", ...out], /a twice/);
  mkdirSync(join(cwd, "other"));
  writeFileSync(join(cwd, "other", "7.png"), png(1));
  refused(["remember", "left", "other", ...out], /other: expected a picture named 0, endings aside/);
  t.notOk(readdirSync(cwd).some((name) => name.includes("x.engram")), "nothing half-written");
  t.equal(pairs("remember", "l.npy", "r.npy", "-o", "p.engram").status, 0);
  refused(["remember", "l.npy", "r.npy", "-o", "p.engram"], /--force/);
  refused(["recall", "p.engram", "r.npy"], /expected.*6/);
  refused(["recall", "p.engram", "l.npy", "--from", "above"], /--from/);
  refused(["recall", "p.engram", "l.npy", "--mode", "serch"], /search/);
  refused(["recall", "p.engram", "l.npy", "--mode", "partner"], /random, test, search, prototype|mode/);
  refused(["recall", "p.engram", "l.npy", "--mode", "prototype"], /--labels/);
  refused(["recall", "p.engram", "l.npy", "--mode", "random", "--samples", "3"], /--samples/);
  refused(["recall", "p.engram", "l.npy", "--samples", "0"], /--samples/);
  refused(["recall", "p.engram", "left/0.png"], /\.npy array/);
  refused(["recall", "p.engram", "l.npy", "-o", "x.png"], /\.npy/);
  refused(["recognize", "p.engram", "l.npy", "l.npy"], /5/);
  refused(["recognize", "p.engram", "left", "right"], /\.npy array of 6 numbers/);
  refused(["info", "l.npy"], /l\.npy/);
  t.equal(engram(["remember", "l.npy", "-o", "u.engram"], { cwd }).status, 0);
  refused(["info", "u.engram"], /a memory of pairs/);
  for (const ask of [["info", "p.engram"], ["recall", "p.engram", "l.npy"]]) t.match(engram(ask, { cwd }), { status: 2, stderr: /engram pairs/ });
  writeFileSync(join(cwd, "cut.engram"), readFileSync(join(cwd, "p.engram")).subarray(0, 5000));
  refused(["info", "cut.engram"], /cut\.engram/);
});
