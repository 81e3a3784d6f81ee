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
    [["--barcode", "--out", "a.png"], /\.svg or \.engram/], [["--barcode", "--min-beta", "-1"], /--min-beta/], [["--barcode", "--out", "t.svg/a.svg"], /t\.svg/],
  ] as const) {
    const { status, stderr, stdout } = engram(["minima", "t.engram", ...args], { cwd });
    t.equal(status, 2, args.join(" "));
    t.match(stderr, message);
    t.equal(stdout, "");
  }
  for (const more of [[], ["--barcode"]]) t.match(engram(["minima", "lse.engram", ...more], { cwd }), { status: 2, stderr: /energy lsr/ });
  t.same(readdirSync(cwd).sort(), before);
  engram(["minima", "t.engram", "--barcode", "-o", "bars.svg"], { cwd });
  t.match(engram(["minima", "t.engram", "--barcode", "-o", "bars.svg"], { cwd }), { status: 2, stderr: /force/ });
  t.equal(engram(["minima", "t.engram", "--barcode", "-o", "bars.svg", "--force"], { cwd }).status, 0);
});
