/** The entropic memory at the command line: options, reasons, sigma at recall, hidden halves, refusals. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { readNpy, tensor, toFloat64, writeNpy } from "../../src/formats/index.ts";
import { seeded } from "../../src/numeric/index.ts";
import { engram, folder, png } from "./run.ts";

const [N, D] = [40, 12];
const rng = seeded(12);
const data = Float64Array.from({ length: N * D }, () => rng.normal());

function made(cwd: string, ...options: string[]): void {
  writeFileSync(join(cwd, "z.npy"), writeNpy(tensor(data, [N, D])));
  const { status, stderr } = engram(["remember", "z.npy", "-o", "m.engram", "--model", "entropic", "--force", ...options], { cwd });
  if (status !== 0) throw new Error(stderr);
}

t.test("remember, info, recall, recognize: stored rows are known and named", async (t) => {
  const cwd = folder(t);
  made(cwd, "--preset", "fashion2023", "--levels", "32", "--iota", "0.1", "--kappa", "0.2", "--xi", "3");
  const info = JSON.parse(engram(["info", "m.engram", "--json"], { cwd }).stdout) as { model: string; parameters: Record<string, string> };
  t.equal(info.model, "entropic");
  t.match(info.parameters, { preset: "fashion2023", levels: "32", quantiser: "global", iota: "0.1", kappa: "0.2", xi: "3", sigma: "0.1", overrides: /iota 0.1, kappa 0.2, xi 3, levels 32/ });
  const recalled = engram(["recall", "m.engram", "z.npy", "--sigma", "0", "-o", "out.npy"], { cwd });
  t.equal(recalled.status, 0, recalled.stderr);
  t.same(recalled.stdout.trim().split("\n").map((line) => line.split("\t")[1]), Array.from({ length: N }, (_, i) => String(i)));
  const out = toFloat64(readNpy(readFileSync(join(cwd, "out.npy"))));
  const span = Math.max(...data) - Math.min(...data);
  t.ok(out.every((x, i) => Math.abs(x - data[i]) <= (span / 62) * 1.0001), "half a step of 32 levels");
  const twice = [0, 0, 1].map((seed) => engram(["recall", "m.engram", "z.npy", "--sigma", "0.2", "--seed", String(seed), "--json"], { cwd }).stdout);
  t.equal(twice[0], twice[1]);
  t.not(twice[0], twice[2]);
});

t.test("recognize says which columns and which test", async (t) => {
  const cwd = folder(t);
  made(cwd);
  const cue = data.slice(0, D);
  cue[5] = 100;
  writeFileSync(join(cwd, "cue.npy"), writeNpy(tensor(cue, [1, D])));
  const plain = engram(["recognize", "m.engram", "cue.npy"], { cwd });
  t.equal(plain.status, 1);
  t.match(plain.stdout, /not accepted: 1 of 12 columns do not match \(xi allows 0\): 1 outside the range; columns 5/);
  t.match(engram(["recall", "m.engram", "cue.npy", "-o", "out.npy"], { cwd }), { status: 1, stderr: /^warning: cue\.npy: not accepted; row 0 of out\.npy is zeros, no answer\n$/ });
  t.same([...toFloat64(readNpy(readFileSync(join(cwd, "out.npy"))))], new Array(D).fill(0));
  mkdirSync(join(cwd, "photos"));
  for (let i = 0; i < 9; i++) writeFileSync(join(cwd, "photos", `${i}.png`), png(i));
  writeFileSync(join(cwd, "b.png"), png(99));
  t.equal(engram(["remember", "photos", "-o", "p.engram", "--model", "entropic", "--size", "8x8"], { cwd }).status, 0);
  t.match(engram(["recall", "p.engram", "b.png", "-o", "r.png"], { cwd }), { status: 1, stderr: /^warning: b\.png: not accepted; r\.png is black, no answer\n$/ });
  t.ok(existsSync(join(cwd, "r.png")));
  t.match(engram(["recall", "--help"]).stdout.replace(/\s+/g, " "), /not accepted the state that was reached, of an entropic memory zeros \(black\), with a warning/);
  t.match(JSON.parse(engram(["recognize", "m.engram", "cue.npy", "--json"], { cwd }).stdout), { results: [{ accepted: false, criterion: "eta", reason: /outside the range/, key: null, ranking: [] }] });
});

t.test("pictures: what is hidden is no mismatch, and the rest finds its picture", async (t) => {
  const cwd = folder(t);
  mkdirSync(join(cwd, "photos"));
  for (let i = 0; i < 12; i++) writeFileSync(join(cwd, "photos", `${i}.png`), png(i));
  // 12 pictures leave most levels empty, and the mask's edge blurs: a few columns must be allowed to differ.
  t.equal(engram(["remember", "photos", "-o", "a.engram", "--model", "entropic", "--size", "8x8", "--xi", "20"], { cwd }).status, 0);
  t.equal(engram(["corrupt", "photos/7.png", "-o", "half.png", "--mask", "0.5"], { cwd }).status, 0);
  t.match(engram(["recall", "a.engram", "half.png"], { cwd }), { status: 0, stdout: /^half\.png\t7\.png\t/ });
  t.match(engram(["remember", "photos", "-o", "b.engram", "--model", "entropic", "--no-items"], { cwd }), { status: 0 });
  t.match(engram(["recall", "b.engram", "photos/7.png"], { cwd }), { status: 0, stdout: /^photos\/7\.png\t-\t-\t-\taccepted/ }, "the table alone knows no names");
  t.match(engram(["recall", "b.engram", "photos/7.png", "--original", "o.png"], { cwd }), { status: 0, stderr: /^warning: photos\/7\.png: the memory keeps no items \(--no-items\), so there is no original\n$/ });
});

t.test("refusals", async (t) => {
  const cwd = folder(t);
  made(cwd);
  const refused = (args: string[], message: RegExp): void => {
    const { status, stderr } = engram(args, { cwd });
    t.equal(status, 2, args.join(" "));
    t.match(stderr, message);
  };
  refused(["remember", "z.npy", "-o", "x.engram", "--model", "entropic", "--preset", "cifar"], /cifar2024/);
  refused(["remember", "z.npy", "-o", "x.engram", "--model", "entropic", "--levels", "0"], /--levels/);
  refused(["remember", "z.npy", "-o", "x.engram", "--model", "entropic", "--levels", "5793"], /--levels: expected .*5792/);
  refused(["remember", "z.npy", "-o", "x.engram", "--model", "entropic", "--cap", "0"], /--cap/);
  refused(["remember", "z.npy", "-o", "x.engram", "--model", "entropic", "--beta", "3"], /model entropic|model dense/);
  refused(["remember", "z.npy", "-o", "x.engram", "--model", "dense", "--xi", "3"], /entropic/);
  refused(["remember", "z.npy", "-o", "x.engram", "--no-items"], /entropic/);
  for (const [option, value] of [["--layer", "h"], ["--arch", "mlp-encoder"], ["--scale", "unit"]]) {
    refused(["remember", "z.npy", "-o", "x.engram", "--model", "entropic", option, value], new RegExp(`${option}: expected --encoder beside it, got none\\.`));
  }
  t.notOk(existsSync(join(cwd, "x.engram")), "nothing was written");
  refused(["recall", "m.engram", "z.npy", "--sigma", "-1"], /--sigma/);
  refused(["recall", "m.engram", "z.npy", "--accept", "margin:3"], /--iota, --kappa and --xi/);
  t.equal(engram(["remember", "z.npy", "-o", "u.engram"], { cwd }).status, 0);
  refused(["recall", "u.engram", "z.npy", "--sigma", "0.1"], /--sigma: expected a memory of model entropic/);
  refused(["recall", "m.engram", "z.npy", "--max-steps", "5"], /--max-steps: expected a memory whose recall takes steps, got model entropic\. Leave it out; `engram imagine --steps`/);
  refused(["recall", "u.engram", "z.npy", "--max-steps", "5"], /--max-steps: expected a memory made with --iterations above 1, got one whose recall takes one step/);
  t.equal(engram(["remember", "z.npy", "-o", "i.engram", "--iterations", "9", "--similarity", "negHalfSqL2", "--beta", "0.2"], { cwd }).status, 0);
  const slow = JSON.parse(engram(["recall", "i.engram", "z.npy", "--json"], { cwd }).stdout) as { results: { steps: number }[] };
  const cut = JSON.parse(engram(["recall", "i.engram", "z.npy", "--json", "--max-steps", "1"], { cwd }).stdout) as { results: { steps: number }[] };
  t.ok(slow.results.some(({ steps }) => steps > 1) && cut.results.every(({ steps }) => steps === 1), "where it has an effect it is taken");
});
