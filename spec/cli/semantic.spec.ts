/** `engram remember --model semantic` and what recalls from it: the library's answers, the shipped encoder, weights that are gone, every refusal. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { writeNpy, tensor } from "../../src/formats/index.ts";
import { decodePng, encodePng, rotate } from "../../src/images/index.ts";
import { seeded } from "../../src/numeric/index.ts";
import { FullySemanticMemory, functionMap, networkMap, SemanticMemory } from "../../src/semantic/index.ts";
import { weightsFile } from "../semantic/made.ts";
import { engram, folder, png } from "./run.ts";

function home(t: { teardown(handler: () => void): unknown }): string {
  const cwd = folder(t);
  mkdirSync(join(cwd, "photos"));
  mkdirSync(join(cwd, "weights"));
  for (let i = 0; i < 12; i++) writeFileSync(join(cwd, "photos", `p${i}.png`), png(i, 40, 33));
  writeFileSync(join(cwd, "weights", "w.safetensors"), weightsFile("small-conv"));
  writeFileSync(join(cwd, "cue.png"), encodePng(rotate(12)(decodePng(png(7, 40, 33)), seeded(1))));
  return cwd;
}

const MINE = ["--model", "semantic", "--encoder", "weights/w.safetensors", "--arch", "small-conv"];

t.test("the shipped encoder needs nothing said; size and encoder stand in the file; answers are the library's", async (t) => {
  const cwd = home(t);
  const made = engram(["remember", "photos", "-o", "a.engram", "--model", "semantic", "--json"], { cwd });
  t.equal(made.status, 0, made.stderr);
  const { parameters, pictures, dim } = JSON.parse(made.stdout) as { parameters: Record<string, string>; pictures: { width: number }; dim: number };
  t.match(parameters, { encoder: "contrastive-small", "encoder.kind": "network", "encoder.architecture": "contrastive-small", features: "192", inputs: "3072" });
  t.same([pictures.width, dim], [32, 3072]);
  const found = engram(["recall", "a.engram", "cue.png", "--json", "-o", "out.png"], { cwd });
  t.equal(found.status, 0, found.stderr);
  const [{ key, ranking }] = (JSON.parse(found.stdout) as { results: { key: string; ranking: { score: number }[] }[] }).results;
  t.equal(key, "p7.png");
  const weights = readFileSync("fixtures/weights/contrastive-small.safetensors");
  const memory = SemanticMemory.fromBytes(readFileSync(join(cwd, "a.engram")), { encoder: networkMap("contrastive-small", weights, { scale: "root" }) });
  t.equal(memory.recall(memory.recall(decodedCue(cwd)).state).key, "p7.png");
  t.ok(ranking.every(({ score }, i) => i === 0 || score <= ranking[i - 1].score));
  t.same([decodePng(readFileSync(join(cwd, "out.png"))).width, engram(["recognize", "a.engram", "photos/p3.png"], { cwd }).status], [32, 0]);
  const about = engram(["info", "a.engram"], { cwd });
  t.match(about.stdout, /encoder +contrastive-small/);
  t.match(about.stdout, new RegExp(`encoder.weights +${parameters["encoder.weights"]}`));
  const states = join(cwd, "s.npy");
  writeFileSync(states, writeNpy(tensor(Float64Array.from({ length: 3072 }, (_, i) => (i % 7) / 7), [1, 3072])));
  t.equal(Number(engram(["energy", "a.engram", "s.npy"], { cwd }).stdout), memory.energy(Float64Array.from({ length: 3072 }, (_, i) => (i % 7) / 7)));
});

function decodedCue(cwd: string): Float32Array {
  engram(["recall", "a.engram", "cue.png", "-o", "again.png", "-f"], { cwd });
  return decodePng(readFileSync(join(cwd, "again.png"))).data;
}

t.test("weights of one's own: recorded by path and digest, found after a move with --encoder, refused when they are others", async (t) => {
  const cwd = home(t);
  t.equal(engram(["remember", "photos", "-o", "a.engram", ...MINE, "--size", "20x16", "--similarity", "cosine"], { cwd }).status, 0);
  const before = engram(["recall", "a.engram", "cue.png"], { cwd });
  t.match(before.stdout, /^cue.png\tp7.png\t/);
  renameSync(join(cwd, "weights", "w.safetensors"), join(cwd, "moved.safetensors"));
  const gone = engram(["recall", "a.engram", "cue.png"], { cwd });
  t.same([gone.status, gone.stdout], [2, ""]);
  t.match(gone.stderr, /the weights of its encoder small-conv, sha256 [0-9a-f]{64}, got nothing at .*w.safetensors.*--encoder W.safetensors/s);
  t.equal(engram(["info", "a.engram"], { cwd }).status, 0, "info needs no weights");
  t.equal(engram(["recall", "a.engram", "cue.png", "--encoder", "moved.safetensors"], { cwd }).stdout, before.stdout);
  t.equal(engram(["recall", "a.engram", "cue.png", "--encoder", "small-conv=moved.safetensors"], { cwd }).stdout, before.stdout);
  const wrong = engram(["recall", "a.engram", "cue.png", "--encoder", "mini-conv=moved.safetensors"], { cwd });
  t.equal(wrong.status, 2);
  t.match(wrong.stderr, /--encoder: expected weights of small-conv, which a\.engram was made with, got mini-conv\. Name the file alone/);
  writeFileSync(join(cwd, "weights", "w.safetensors"), weightsFile("small-conv", (tensors) => void (tensors.get("features.0.bias")!.data[0] = 5)));
  const other = engram(["recognize", "a.engram", "cue.png"], { cwd });
  t.equal(other.status, 2);
  t.match(other.stderr, /w.safetensors: expected the encoder a.engram was made with, sha256 [0-9a-f]{64}, got [0-9a-f]{64}. Embeddings of different encoders/);
  copyFileSync(join(cwd, "moved.safetensors"), join(cwd, "weights", "w.safetensors"));
  const bytes = readFileSync(join(cwd, "a.engram"));
  engram(["remember", "photos", "-o", "b.engram", ...MINE, "--size", "20x16", "--similarity", "cosine"], { cwd });
  t.ok(bytes.equals(readFileSync(join(cwd, "b.engram"))), "the same pictures and weights give the same file");
});

t.test("encoders without weights come along in the file; calibrated, a stranger is told so", async (t) => {
  const cwd = home(t);
  for (const encoder of ["pixels", "pca", "u-hop", "random-conv"]) {
    t.equal(engram(["remember", "photos", "-o", `${encoder}.engram`, "--model", "semantic", "--encoder", encoder, "--false-accepts", "0.2"], { cwd }).status, 0, encoder);
    const ran = engram(["recognize", `${encoder}.engram`, "photos/p5.png", "--json"], { cwd });
    t.match((JSON.parse(ran.stdout) as { results: unknown[] }).results, [{ accepted: true, criterion: "threshold", key: "p5.png" }], encoder);
  }
  mkdirSync(join(cwd, "strangers"));
  for (let i = 0; i < 20; i++) writeFileSync(join(cwd, "strangers", `s${i}.png`), png(100 + i));
  const ran = engram(["recognize", "pixels.engram", "strangers"], { cwd });
  t.equal(ran.status, 1);
  const refused = ran.stdout.match(/not accepted: score .* is below the threshold/g) ?? [];
  // 4 of 20 would be accepted on average; 10 or more with a chance of .003, and the pictures are always the same
  t.ok(refused.length > 10, `${refused.length} of 20 strangers refused`);
});

t.test("what is learned from the stored patterns is learned from all of them, however many are read at once", async (t) => {
  const cwd = folder(t);
  const rng = seeded(3);
  // the first 1,100 rows vary in one coordinate, the last 100 in another: only who sees all of them has two components
  const data = Float32Array.from({ length: 1200 * 4 }, (_, i) => (i % 4 === (Math.floor(i / 4) < 1100 ? 0 : 2) ? rng.normal() : 0));
  writeFileSync(join(cwd, "rows.npy"), writeNpy(tensor(data, [1200, 4])));
  for (const encoder of ["pca", "u-hop"]) {
    const made = engram(["remember", "rows.npy", "-o", "m.engram", "-f", "--model", "semantic", "--encoder", encoder, "--json"], { cwd });
    t.equal(made.status, 0, made.stderr);
    t.match(JSON.parse(made.stdout), { size: 1200, parameters: { features: "2" } });
  }
});

t.test("what a person should know: hidden is black to an encoder, bytes are no pictures", async (t) => {
  const cwd = home(t);
  engram(["remember", "photos", "-o", "a.engram", ...MINE], { cwd });
  engram(["remember", "photos", "-o", "p.engram", "--model", "semantic", "--encoder", "pixels"], { cwd });
  engram(["corrupt", "photos/p3.png", "-o", "half.png", "--mask", "0.5"], { cwd });
  t.match(engram(["recall", "a.engram", "half.png"], { cwd }).stderr, /half\.png: what is hidden is black to the encoder/);
  t.match(engram(["recognize", "a.engram", "photos/p3.png", "--visible", "top:0.5"], { cwd }).stderr, /p3\.png: what is hidden is black to the encoder/);
  t.equal(engram(["recall", "p.engram", "half.png"], { cwd }).stderr, "", "pixels leave it out");
  t.equal(engram(["recall", "a.engram", "photos/p3.png"], { cwd }).stderr, "");
  writeFileSync(join(cwd, "bytes.npy"), writeNpy(tensor(Float32Array.from({ length: 2 * 3072 }, (_, i) => (i * 7) % 256), [2, 3, 32, 32])));
  const bytes = /bytes\.npy: numbers up to 255; pictures are numbers in \[0, 1\], divide bytes by 255/;
  t.match(engram(["remember", "bytes.npy", "-o", "b.engram", ...MINE], { cwd }).stderr, bytes);
  t.match(engram(["encode", "bytes.npy", "-o", "f.npy", "--weights", "weights/w.safetensors", "--arch", "small-conv"], { cwd }).stderr, bytes);
  const both = engram(["remember", "photos", "-o", "c.engram", "--model", "semantic", "--encoder", "small-conv=weights/w.safetensors"], { cwd });
  t.equal(both.status, 0, both.stderr);
  t.ok(readFileSync(join(cwd, "a.engram")).equals(readFileSync(join(cwd, "c.engram"))), "ARCH=FILE is --arch ARCH");
});

t.test("files the command line cannot ask say who can", async (t) => {
  const cwd = folder(t);
  const mine = functionMap("mine", (x) => x.map(Math.abs));
  const semantic = new SemanticMemory({ encoder: mine });
  semantic.store([[1, 2], [3, 4]]);
  writeFileSync(join(cwd, "f.engram"), semantic.toBytes());
  const painted = new FullySemanticMemory({ encoder: mine, decoder: mine });
  painted.store([[1, 2], [3, 4]]);
  writeFileSync(join(cwd, "p.engram"), painted.toBytes());
  writeFileSync(join(cwd, "x.npy"), writeNpy(tensor(Float64Array.of(1, 2), [1, 2])));
  for (const command of ["recall", "recognize", "energy"]) {
    const one = engram([command, "f.engram", "x.npy"], { cwd });
    t.same([one.status, one.stdout], [2, ""], command);
    t.match(one.stderr, /f\.engram: expected a memory whose encoder is a network of the library, or in the file, got one made with mine, an encoder of the library's user\. Recall from it in the library/);
    const other = engram([command, "p.engram", "x.npy"], { cwd });
    t.same([other.status, other.stdout], [2, ""], command);
    t.match(other.stderr, /p\.engram: expected a memory of model dense, universal, semantic, entropic, got a file of model fully-semantic\. `engram info` says what it holds/);
  }
  t.equal(engram(["info", "f.engram"], { cwd }).status, 0);
  const about = engram(["info", "p.engram"], { cwd });
  t.match(about.stdout, /^model +fully-semantic$/m);
  t.match(about.stdout, /^tensor patterns +f32 2 x 2$|^tensor embeddings +f32 2 x 2$/m);
});

t.test("refusals: exit code 2, one reason, nothing written", async (t) => {
  const cwd = home(t);
  writeFileSync(join(cwd, "weights", "other.safetensors"), weightsFile("mini-conv"));
  writeFileSync(join(cwd, "weights", "nan.safetensors"), weightsFile("small-conv", (tensors) => void (tensors.get("features.4.weight")!.data[9] = NaN)));
  writeFileSync(join(cwd, "weights", "text.safetensors"), "no weights");
  writeFileSync(join(cwd, "rows.npy"), writeNpy(tensor(Float32Array.of(1, 2, 3, 4), [2, 2])));
  const semantic = ["--model", "semantic"];
  const cases: [string[], RegExp][] = [
    [["photos", ...semantic, "--encoder", "contrastive-smal"], /--encoder: .*Did you mean "contrastive-small"/],
    [["photos", ...semantic, "--encoder", "cue.png"], /--encoder cue\.png: expected a name that ends in \.safetensors, got another file\. Weights of PyTorch are converted/],
    [["photos", ...semantic, "--encoder", "none.safetensors", "--arch", "small-conv"], /none.safetensors/],
    [["photos", ...semantic, "--encoder", "weights/w.safetensors"], /weights.w.safetensors: expected the architecture.*--arch/],
    [["photos", ...semantic, "--encoder", "weights/w.safetensors", "--arch", "smal-conv"], /Did you mean "small-conv"/],
    [["photos", ...semantic, "--encoder", "weights/w.safetensors", "--arch", "mlp-decoder"], /--arch: expected a network that takes pictures, got mlp-decoder, which takes features/],
    [["photos", ...semantic, "--encoder", "weights/other.safetensors", "--arch", "small-conv"], /the 6 tensors of small-conv, got 6 of another shape/],
    [["photos", ...semantic, "--encoder", "weights/nan.safetensors", "--arch", "small-conv"], /weights.nan.safetensors, tensor "features.4.weight", element 9: expected a finite number, got NaN/],
    [["photos", ...semantic, "--encoder", "weights/text.safetensors", "--arch", "small-conv"], /weights.text.safetensors/],
    [["photos", ...MINE, "--layer", "features.9"], /layer.*features/],
    [["photos", ...semantic, "--encoder", "pca", "--arch", "small-conv"], /--arch: expected an encoder with weights, got pca/],
    [["photos", "--encoder", "pca"], /--encoder: expected an option of model universal, got an option of model semantic/],
    [["photos", ...semantic, "--preset", "cifar2024"], /--preset: expected an option of model semantic/],
    [["photos", ...semantic, "--false-accepts", "0.01"], /at least 199 stored patterns without a twin for a false-accept rate of 0.01, got 12/],
    [["photos", ...semantic, "--false-accepts", "2"], /--false-accepts/],
    [["photos", ...semantic, "--false-accepts", "0.2", "--accept", "margin:1"], /one rule of acceptance/],
    [["rows.npy", ...semantic], /rows\.npy: expected pictures of 3 x 32 x 32 = 3072 numbers, which contrastive-small takes, got rows of 2/],
  ];
  for (const [args, reason] of cases) {
    const ran = engram(["remember", ...args, "-o", "x.engram"], { cwd });
    t.equal(ran.status, 2, args.join(" "));
    t.match(ran.stderr, reason);
    t.notOk(existsSync(join(cwd, "x.engram")));
  }
  engram(["remember", "photos", "-o", "u.engram"], { cwd });
  const ran = engram(["recall", "u.engram", "cue.png", "--encoder", "weights/w.safetensors"], { cwd });
  t.equal(ran.status, 2);
  t.match(ran.stderr, /--encoder: expected a memory made with a network, got model universal/);
});
