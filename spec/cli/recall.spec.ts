/** What `engram recall` and `recognize` do with answers of several memories, junk among the cues, and outputs that would meet. */
import { existsSync, lstatSync, mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { tensor, writeNpy } from "../../src/formats/index.ts";
import { engram, folder, png } from "./run.ts";

/** Three rows of two numbers; with LSR at beta .5 (support 2) the middle of all three is a memory of its own. */
const ROWS = Float64Array.of(0, 0, 1, 0, 0, 1);

t.test("LSR: an answer that is the mean of several says which", async (t) => {
  const cwd = folder(t);
  writeFileSync(join(cwd, "rows.npy"), writeNpy(tensor(ROWS, [3, 2])));
  writeFileSync(join(cwd, "cue.npy"), writeNpy(tensor(Float64Array.of(0.4, 0.4), [1, 2])));
  const made = engram(["remember", "rows.npy", "-o", "m.engram", "--model", "dense", "--energy", "lsr", "--beta", "0.5"], { cwd });
  t.equal(made.status, 0, made.stderr);
  for (const verb of ["recall", "recognize"]) {
    const text = engram([verb, "m.engram", "cue.npy"], { cwd });
    t.equal(text.stdout, "cue.npy\t-\t-\t-\taccepted: emergent, the mean of 0, 1, 2\n", verb);
    const json = JSON.parse(engram([verb, "m.engram", "cue.npy", "--json"], { cwd }).stdout) as { results: { key: unknown; members: unknown }[] };
    t.equal(json.results[0].key, null);
    t.same(json.results[0].members, [0, 1, 2]);
  }
});

t.test("LSR: a cue outside every support, with and without a remedy; the hybrid energy", async (t) => {
  const cwd = folder(t);
  writeFileSync(join(cwd, "rows.npy"), writeNpy(tensor(ROWS, [3, 2])));
  writeFileSync(join(cwd, "far.npy"), writeNpy(tensor(Float64Array.of(4, -0.5), [1, 2])));
  const remember = (...options: string[]): ReturnType<typeof engram> => engram(["remember", "rows.npy", "-o", "m.engram", "--force", "--model", "dense", "--energy", "lsr", "--beta", "8", ...options], { cwd });
  const recall = (...options: string[]): { status: number | null; found: Record<string, unknown> } => {
    const { status, stdout } = engram(["recall", "m.engram", "far.npy", "--json", ...options], { cwd });
    return { status, found: (JSON.parse(stdout) as { results: Record<string, unknown>[] }).results[0] };
  };
  t.equal(remember().status, 0);
  const boundary = Math.sqrt(3 * 3 + 0.5 * 0.5) - 0.5; // to (1, 0), less r_s = sqrt(2 / 8)
  const plain = recall();
  t.equal(plain.status, 1);
  t.match(plain.found, { accepted: false, key: null, reason: /outside the support of every stored pattern/ });
  t.ok(Math.abs((plain.found.boundary as number) - boundary) < 1e-6);
  for (const far of ["nearest", "lse"]) {
    const { status, found } = recall("--far", far);
    t.equal(status, 0, far);
    t.match(found, { accepted: true, criterion: "none", key: 1, far: [{ remedy: far, beta: 8, supported: true }] });
  }
  t.match(recall("--far", "adaptive").found.far, [{ remedy: "adaptive", steps: Number, supported: true }]);
  t.equal(remember("--far", "nearest").status, 0);
  t.match(recall().found, { key: 1 }, "the memory keeps its remedy");
  t.equal(engram(["recognize", "m.engram", "far.npy"], { cwd }).status, 0);
  t.equal(remember("--energy", "hybrid", "--lambda", "0.01").status, 0);
  t.match(recall().found, { accepted: true, criterion: "none", key: 1 });
});

t.test("a folder of cues: what is none is skipped and said, or refused with --strict", async (t) => {
  const cwd = folder(t);
  mkdirSync(join(cwd, "cues"));
  for (let i = 0; i < 3; i++) writeFileSync(join(cwd, "cues", `p${i}.png`), png(i, 32, 32));
  t.equal(engram(["remember", "cues", "-o", "m.engram"], { cwd }).status, 0);
  writeFileSync(join(cwd, "cues", "Thumbs.db"), "junk");
  writeFileSync(join(cwd, "cues", "other.npy"), writeNpy(tensor(ROWS, [3, 2])));
  for (const verb of ["recall", "recognize"]) {
    const found = engram([verb, "m.engram", "cues"], { cwd });
    t.equal(found.status, 0, found.stderr);
    t.same(found.stdout.trim().split("\n").map((line) => line.split("\t").slice(0, 2)), [0, 1, 2].map((i) => [`cues/p${i}.png`, `p${i}.png`]), verb);
    t.match(found.stderr, /skipped .*Thumbs\.db/);
    t.match(found.stderr, /skipped .*other\.npy/);
    const strict = engram([verb, "m.engram", "cues", "--strict"], { cwd });
    t.same([strict.status, strict.stdout], [2, ""], `${verb} --strict`);
  }
  const named = engram(["recall", "m.engram", "cues/p0.png", "cues/Thumbs.db"], { cwd });
  t.same([named.status, named.stdout], [2, ""], "a file that was named is wanted");
  mkdirSync(join(cwd, "junk"));
  writeFileSync(join(cwd, "junk", "a.txt"), "junk");
  const none = engram(["recall", "m.engram", "junk"], { cwd });
  t.equal(none.status, 2);
  t.match(none.stderr, /none that is readable \(1 skipped\)/);
});

t.test("outputs: never two under one name, nothing written when an original is gone, links are no free names", async (t) => {
  const cwd = folder(t);
  mkdirSync(join(cwd, "photos"));
  for (let i = 0; i < 3; i++) writeFileSync(join(cwd, "photos", `p${i}.png`), png(i, 32, 32));
  t.equal(engram(["remember", "photos", "-o", "m.engram"], { cwd }).status, 0);
  for (const [o, original] of [["same.png", "./same.png"], ["out/", "out"]]) {
    const met = engram(["recall", "m.engram", "photos/p1.png", "-o", o, "--original", original, "--force"], { cwd });
    t.same([met.status, met.stdout], [2, ""], `${o} and ${original}`);
    t.match(met.stderr, /another name than --output's/);
    t.notOk(existsSync(join(cwd, o)));
  }
  mkdirSync(join(cwd, "other"));
  writeFileSync(join(cwd, "other", "p1.png"), png(1, 32, 32));
  const twice = engram(["recall", "m.engram", "photos/p1.png", "other/p1.png", "-o", "new/"], { cwd });
  t.same([twice.status, twice.stdout], [2, ""]);
  t.match(twice.stderr, /--output: expected a name for each cue, got new\/p1\.png for photos\/p1\.png and for other\/p1\.png/);
  t.notOk(existsSync(join(cwd, "new")), "no folder is left");
  const both = engram(["recall", "m.engram", "photos/p1.png", "other/p1.png", "--original", "new/"], { cwd });
  t.same([both.status, both.stdout], [2, ""]);
  t.match(both.stderr, /--original: expected a name for each cue, got new\/p1 for photos\/p1\.png and for other\/p1\.png/);
  t.notOk(existsSync(join(cwd, "new")), "no folder is left");
  mkdirSync(join(cwd, "kept"));
  writeFileSync(join(cwd, "kept", "p2.png"), "mine");
  for (const [o, message] of [["states/", /kept\/p2\.png: expected a name that is free/], ["kept/{}.png", /kept\/p2\.png: expected a name that is free/]] as const) {
    const taken = engram(["recall", "m.engram", "photos/p1.png", "photos/p2.png", "-o", o, "--original", "kept/"], { cwd });
    t.same([taken.status, taken.stdout], [2, ""]);
    t.match(taken.stderr, message);
  }
  t.same([readdirSync(join(cwd, "kept")), readdirSync(join(cwd, "states"))], [["p2.png"], []], "no state, no original: names are checked before anything is written");
  const met = engram(["recall", "m.engram", "photos/p0.png", "photos/p1.png", "-o", "kept/{}.png", "--original", "kept/", "--force"], { cwd });
  t.equal(met.status, 2);
  t.match(met.stderr, /--original: expected other names than --output's, got kept\/p0\.png for both/);
  t.same(readdirSync(join(cwd, "kept")), ["p2.png"]);
  writeFileSync(join(cwd, "cue.png"), png(1, 32, 32));
  renameSync(join(cwd, "photos", "p1.png"), join(cwd, "photos", "gone.png"));
  const gone = engram(["recall", "m.engram", "cue.png", "-o", "r.png", "--original", "o.png"], { cwd });
  t.same([gone.status, gone.stdout], [2, ""]);
  t.same(readdirSync(cwd).filter((name) => name.endsWith(".png")), ["cue.png"], "nothing was written");
  symlinkSync("nowhere.engram", join(cwd, "link.engram"));
  const linked = engram(["remember", "photos", "-o", "link.engram"], { cwd });
  t.equal(linked.status, 2);
  t.match(linked.stderr, /a link to nothing/);
  t.ok(lstatSync(join(cwd, "link.engram")).isSymbolicLink(), "and stays");
  t.equal(engram(["remember", "photos", "-o", "link.engram", "--force"], { cwd }).status, 0);
});

t.test("outputs that no file can have: through a file, an empty name", async (t) => {
  const cwd = folder(t);
  writeFileSync(join(cwd, "rows.npy"), writeNpy(tensor(ROWS, [3, 2])));
  writeFileSync(join(cwd, "p.png"), png(1));
  const refused = (args: string[], message: RegExp): void => {
    const { status, stdout, stderr } = engram(args, { cwd });
    t.same([status, stdout], [2, ""], args.join(" "));
    t.match(stderr, message);
    t.notMatch(stderr, /mistake in engram/);
  };
  t.equal(engram(["remember", "p.png", "-o", "m.engram", "--model", "entropic", "--size", "4x4"], { cwd }).status, 0);
  for (const [name, more] of [["x.png", []], ["x.npy", []], ["x.png", ["--force"]]] as const) {
    for (const verb of ["recall", "imagine"]) refused([verb, "m.engram", "p.png", "-o", `rows.npy/${name}`, ...more], /rows\.npy\/x\.\w+: expected a place that can be written, got a path through something that is no folder\. Check the path/);
  }
  refused(["remember", "rows.npy", "-o", "p.png/m.engram"], /p\.png\/m\.engram: expected a place/);
  refused(["recall", "m.engram", "p.png", "--original", "rows.npy/x.png"], /rows\.npy\/x\.png: expected a place/);
  for (const verb of ["recall", "imagine"]) refused([verb, "m.engram", "p.png", "-o", ""], /--output: expected the name of a file to write, got an empty one/);
  refused(["remember", "rows.npy", "-o", ""], /--output: expected the name of a file/);
  refused(["recall", "m.engram", "p.png", "--original", ""], /--original: expected the name of a file/);
  t.same(readdirSync(cwd).sort(), ["m.engram", "p.png", "rows.npy"], "nothing was written");
});

t.test("outputs with long names: file systems count bytes", async (t) => {
  const cwd = folder(t);
  writeFileSync(join(cwd, "rows.npy"), writeNpy(tensor(ROWS, [3, 2])));
  for (const name of [`${"記".repeat(80)}.engram`, `a${"é".repeat(123)}.engram`, `${"x".repeat(240)}.engram`]) {
    const ran = engram(["remember", "rows.npy", "-o", name], { cwd });
    t.equal(ran.status, 0, ran.stderr);
    t.ok(existsSync(join(cwd, name)), `${Buffer.byteLength(name)} bytes`);
  }
  t.equal(readdirSync(cwd).length, 4, "nothing else");
});

t.test("info --json has every key", async (t) => {
  const cwd = folder(t);
  writeFileSync(join(cwd, "rows.npy"), writeNpy(tensor(Float64Array.from({ length: 34 }, (_, i) => i), [17, 2])));
  t.equal(engram(["remember", "rows.npy", "-o", "m.engram"], { cwd }).status, 0);
  const { keys } = JSON.parse(engram(["info", "m.engram", "--json"], { cwd }).stdout) as { keys: unknown[] };
  t.equal(keys.length, 17);
  t.match(engram(["info", "m.engram"], { cwd }).stdout, /8, 9, \.\.\. \(17\)/);
});
