/** `engram minima`: lists, budgets that go on, barcodes as lines, picture and file, and every wrong use. */
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { Barcode } from "../../src/dense/index.ts";
import { tensor, writeNpy } from "../../src/formats/index.ts";
import { parse } from "../report/markup.ts";
import { engram, folder } from "./run.ts";

/** The triangle of Figure 1, side 2, at beta 1.1: three patterns and four novel ones. */
function triangle(t: { teardown(f: () => void): unknown }): string {
  const cwd = folder(t);
  writeFileSync(join(cwd, "t.npy"), writeNpy(tensor(Float64Array.of(-1, 0, 1, 0, 0, -Math.sqrt(3)), [3, 2])));
  const { status, stderr } = engram(["remember", "t.npy", "-o", "t.engram", "--model", "dense", "--energy", "lsr", "--beta", "1.1", "--precision", "f64"], { cwd });
  if (status !== 0) throw new Error(stderr);
  return cwd;
}

t.test("a list, at the memory's beta and at another", async (t) => {
  const cwd = triangle(t);
  const own = engram(["minima", "t.engram"], { cwd });
  t.equal(own.status, 0);
  t.equal(own.stdout.trimEnd().split("\n").length, 7);
  t.match(own.stderr, /3 of 3 patterns preserved, 4 novel minima\n/);
  t.same(own.stdout.trimEnd().split("\n").map((line) => line.split("\t").slice(1)).filter(([kind]) => kind === "novel").map(([, members]) => members), ["0, 1", "0, 1, 2", "0, 2", "1, 2"]);
  t.match(engram(["minima", "t.engram", "--beta", "2.1"], { cwd }).stderr, /3 of 3 patterns preserved, 0 novel minima\n/);
});

t.test("a budget: exit code 1, and the cursor of the warning goes on to the whole list", async (t) => {
  const cwd = triangle(t);
  const whole = engram(["minima", "t.engram"], { cwd }).stdout;
  for (const option of ["--max", "--max-sets"]) {
    let [lines, more, rounds] = ["", [] as string[], 0];
    for (;;) {
      const { stdout, stderr, status } = engram(["minima", "t.engram", option, "3", ...more], { cwd });
      lines += stdout;
      rounds++;
      if (status === 0) break;
      t.equal(status, 1);
      t.match(stderr, /incomplete: 3 sets were tested/);
      more = ["--cursor", /--cursor ([\d,]+)/.exec(stderr)![1]];
    }
    t.equal(lines, whole);
    t.equal(rounds, 3, "7 sets in threes");
  }
  const json = JSON.parse(engram(["minima", "t.engram", "--max", "3", "--json"], { cwd }).stdout) as { complete: boolean; cursor: number[] };
  t.equal(json.complete, false);
  t.ok(json.cursor.length > 0);
});

t.test("sets with one pattern, small ones first: singles and pairs whatever the budget", async (t) => {
  const cwd = triangle(t);
  const members = (stdout: string): string[] => stdout.trimEnd().split("\n").map((line) => line.split("\t")[2]);
  const all = engram(["minima", "t.engram", "--containing", "1"], { cwd });
  t.same([all.status, members(all.stdout)], [0, ["1", "0, 1", "1, 2", "0, 1, 2"]]);
  t.match(all.stderr, /1 of 3 patterns preserved, 3 novel minima with 1\n/);
  // Two sets are passed on the way to the set of three, one more is that set.
  const cut = engram(["minima", "t.engram", "--containing", "1", "--max", "1"], { cwd });
  t.same([cut.status, members(cut.stdout)], [1, ["1", "0, 1", "1, 2"]]);
  t.match(cut.stderr, /larger sets are not done; raise --max\n/);
});

t.test("other energies: the same command by descent, a lower bound that says so", async (t) => {
  const cwd = triangle(t);
  const remember = (name: string, energy: string, beta: string): void => void engram(["remember", "t.npy", "-o", name, "--model", "dense", "--energy", energy, "--beta", beta, "--precision", "f64"], { cwd });
  // The triangle's window of four minima of LSE: 1.373 to 1.5 (docs/emergent-memories.md); the mean is a minimum that no pattern descends to.
  remember("lse.engram", "lse", "1.45");
  const four = engram(["minima", "lse.engram"], { cwd });
  t.equal(four.status, 0);
  t.same(four.stdout.replace(/\n$/, "").split("\n").map((line) => line.split("\t").slice(1)).sort(), [["novel", ""], ["novel", "0"], ["novel", "1"], ["novel", "2"]]);
  t.match(four.stderr, /4 minima, 0 of them at a stored pattern, from 3 patterns, their mean and 0 random points: a lower bound\n/);
  const one = JSON.parse(engram(["minima", "lse.engram", "--beta", "0.5", "--starts", "9", "--seed", "4", "--json"], { cwd }).stdout) as object;
  t.match(one, { minima: [{ members: [0, 1, 2], novel: true }], preserved: 0, novel: 1, complete: false, seed: 4 });
  // Cosine: patterns exact for h < 2, so beta = 2 / h^2 = 2 / 2.25.
  remember("cosine.engram", "cosine", "0.8888888888888888");
  t.match(engram(["minima", "cosine.engram", "--starts", "40"], { cwd }).stderr, /7 minima, 3 of them at a stored pattern/);
  engram(["remember", "t.npy", "-o", "none.engram", "--model", "universal"], { cwd });
  t.match(engram(["minima", "none.engram"], { cwd }), { status: 2, stderr: /model dense/ });
});

t.test("duplicates are preserved together, and so is a pattern that others surround", async (t) => {
  const cwd = folder(t);
  writeFileSync(join(cwd, "d.npy"), writeNpy(tensor(Float64Array.of(1, 1, 1, 5, 8, 9, 10), [7, 1])));
  engram(["remember", "d.npy", "-o", "d.engram", "--model", "dense", "--energy", "lsr", "--beta", "1.5"], { cwd });
  // r_s = 1.15: 8, 9 and 10 have 9 as their mean, 8 alone and 10 alone are too near to 9.
  t.match(engram(["minima", "d.engram"], { cwd }).stderr, /5 of 7 patterns preserved, 2 novel minima\n/);
});

t.test("the barcode: lines, JSON, a picture, a file", async (t) => {
  const cwd = triangle(t);
  const { status, stdout, stderr } = engram(["minima", "t.engram", "--barcode", "-o", "bars.svg"], { cwd });
  t.equal(status, 0);
  t.equal(stdout.trimEnd().split("\n").length, 7);
  t.equal(stdout.split("\n")[0].split("\t").slice(2).join(), "novel,0, 1, 2", "the set of all comes first, from 0");
  t.match(stderr, /7 windows; most novel minima at once: 4, for beta from 0.666667 to 1.5; the memory has beta 1.1/);
  parse(readFileSync(join(cwd, "bars.svg"), "utf8"));
  t.equal(engram(["minima", "t.engram", "--barcode", "-o", "bars.engram"], { cwd }).status, 0);
  t.equal(Barcode.fromBytes(readFileSync(join(cwd, "bars.engram"))).windows.length, 7);
  const about = engram(["info", "bars.engram"], { cwd });
  t.equal(about.status, 0, about.stderr);
  for (const line of [/^model +barcode$/m, /^windows +7 of 3 patterns$/m, /^most novel at once +4, for beta from 0\.666667 to 1\.5$/m, /^sha256 +[0-9a-f]{64} \(checked\)$/m, /^tensor low +f64 7$/m]) t.match(about.stdout, line);
  const told = JSON.parse(engram(["info", "bars.engram", "--json"], { cwd }).stdout) as { model: string; windows: number; peak: { novel: number }; tensors: { name: string }[] };
  t.match(told, { model: "barcode", windows: 7, peak: { novel: 4 }, parameters: { complete: "true" } });
  t.same(told.tensors.map(({ name }) => name).sort(), ["ends", "high", "low", "members", "novel"]);
  const damaged = readFileSync(join(cwd, "bars.engram"));
  damaged[damaged.length - 1] ^= 1;
  writeFileSync(join(cwd, "bad.engram"), damaged);
  const bad = engram(["info", "bad.engram"], { cwd });
  t.same([bad.status, bad.stdout], [2, ""]);
  t.match(bad.stderr, /bad\.engram.*sha256/);
  const json = JSON.parse(engram(["minima", "t.engram", "--barcode", "--json", "--min-beta", "1.2"], { cwd }).stdout) as { windows: { high: unknown }[]; complete: boolean; peak: { novel: number } };
  t.same([json.windows.length, json.complete, json.peak.novel], [7, true, 4]);
  t.equal(JSON.parse(engram(["minima", "t.engram", "--barcode", "--json", "--min-beta", "2.5"], { cwd }).stdout).windows.length, 3);
  t.equal(engram(["minima", "t.engram", "--barcode", "--max", "2"], { cwd }).status, 1);
});

t.test("wrong use: exit code 2, nothing written", async (t) => {
  const cwd = triangle(t);
  engram(["remember", "t.npy", "-o", "lse.engram", "--model", "dense"], { cwd });
  const before = readdirSync(cwd).sort();
  for (const [args, message] of [
    [["--max", "0"], /--max/], [["--beta", "0"], /--beta/], [["--beta", "x"], /--beta/], [["--cursor", "a"], /--cursor/], [["--cursor", "9"], /cursor/], [["--cursor", "2,1"], /cursor/],
    [["--out", "a.svg"], /--barcode/], [["--min-beta", "1"], /--barcode/], [["--barcode", "--beta", "2"], /--beta/], [["--barcode", "--cursor", "1"], /--cursor/],
    [["--containing", "9"], /--containing.*"9"/], [["--containing", "1", "--cursor", "1"], /--cursor/], [["--barcode", "--containing", "1"], /--containing/], [["--barcode", "--starts", "1"], /--starts/],
    [["--barcode", "--out", "a.png"], /\.svg or \.engram/], [["--barcode", "--min-beta", "-1"], /--min-beta/], [["--barcode", "--out", "t.svg/a.svg"], /t\.svg/],
  ] as const) {
    const { status, stderr, stdout } = engram(["minima", "t.engram", ...args], { cwd });
    t.equal(status, 2, args.join(" "));
    t.match(stderr, message);
    t.equal(stdout, "");
  }
  for (const more of [["--barcode"], ["--max", "5"], ["--cursor", "1"], ["--containing", "1"]]) t.match(engram(["minima", "lse.engram", ...more], { cwd }), { status: 2, stderr: /energy lsr/, stdout: "" }, more.join(" "));
  t.match(engram(["minima", "t.engram", "--starts", "5"], { cwd }), { status: 2, stderr: /--starts/, stdout: "" });
  t.same(readdirSync(cwd).sort(), before);
  engram(["minima", "t.engram", "--barcode", "-o", "bars.svg"], { cwd });
  t.match(engram(["minima", "t.engram", "--barcode", "-o", "bars.svg"], { cwd }), { status: 2, stderr: /force/ });
  t.equal(engram(["minima", "t.engram", "--barcode", "-o", "bars.svg", "--force"], { cwd }).status, 0);
});
