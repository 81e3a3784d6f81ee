/** `engram imagine` and `engram show`, networks around an entropic memory, and every refusal: code 2 and nothing written. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { imageOf, loadFashion } from "../../src/experiments/index.ts";
import { chain, EntropicMemory, levelDistance } from "../../src/entropic/index.ts";
import { readNpy, tensor, toFloat64, writeNpy } from "../../src/formats/index.ts";
import { decodePng, encodePng } from "../../src/images/index.ts";
import { networkMap } from "../../src/semantic/index.ts";
import { Encoder } from "../../src/encoders/index.ts";
import { seeded } from "../../src/numeric/index.ts";
import { engram, folder, png } from "./run.ts";
import { all, isSelfContained, parse, textOf } from "../report/markup.ts";

type Tap = typeof t;

const [N, D] = [40, 12];
const rng = seeded(12);
const data = Float64Array.from({ length: N * D }, () => rng.normal());
/** Both halves of an autoencoder of garments with 16 features. */
const WEIGHTS = "fixtures/weights/autoencoder-fashion-mnist-16.safetensors";
const bytes = readFileSync(WEIGHTS);

function ok(t: Pick<Tap, "equal">, args: string[], cwd: string, status = 0): string {
  const ran = engram(args, { cwd });
  t.equal(ran.status, status, ran.stderr);
  return ran.stdout;
}

function rows(cwd: string): void {
  writeFileSync(join(cwd, "z.npy"), writeNpy(tensor(data, [N, D])));
  writeFileSync(join(cwd, "one.npy"), writeNpy(tensor(data.slice(0, D), [1, D])));
}

/** Forty garments and the weights. */
function garments(cwd: string): void {
  mkdirSync(join(cwd, "garments"));
  const set = loadFashion();
  for (let i = 0; i < N; i++) writeFileSync(join(cwd, "garments", `${i}.png`), encodePng(imageOf(set, i)));
  copyFileSync(WEIGHTS, join(cwd, "w.safetensors"));
}

t.test("imagine is the chain of the library, step by step, and repeats itself", async (t) => {
  const cwd = folder(t);
  rows(cwd);
  ok(t, ["remember", "z.npy", "-o", "m.engram", "--model", "entropic"], cwd);
  const out = ok(t, ["imagine", "m.engram", "z.npy", "--sigma", "0.1", "--steps", "4", "--seed", "3", "-o", "dream.npy", "--json"], cwd);
  const told = JSON.parse(out) as { sigma: number; steps: number; seed: number; results: { cue: string; steps: { known: boolean; key: number; distance: number; moved: number }[] }[] };
  t.match(told, { sigma: 0.1, steps: 4, seed: 3 });
  const memory = new EntropicMemory();
  memory.store({ rows: N, dim: D, data });
  const dream = readNpy(readFileSync(join(cwd, "dream.npy")));
  t.same(dream.shape, [N, 4, D]);
  const values = toFloat64(dream);
  for (let i = 0; i < N; i++) {
    const cue = data.slice(i * D, (i + 1) * D);
    const mine = chain(memory, cue, { steps: 4, sigma: 0.1, seed: 3 });
    let before = memory.register.levels(memory.quantiser.transform(cue));
    mine.forEach(({ recall }, k) => {
      t.same(values.slice((i * 4 + k) * D, (i * 4 + k + 1) * D), recall!.state);
      const { moved, distance, key } = told.results[i].steps[k];
      t.equal(moved, levelDistance(before, recall!.levels, 16));
      const items = memory.register.levels(memory.quantiser.transform(data));
      const nearest = Math.min(...Array.from({ length: N }, (_, mu) => levelDistance(recall!.levels, items, 16, 0, mu * D, D)));
      t.equal(distance, nearest);
      t.equal(levelDistance(recall!.levels, items, 16, 0, key * D, D), nearest);
      before = Uint16Array.from(recall!.levels);
    });
  }
  const lines = ok(t, ["imagine", "m.engram", "one.npy", "--sigma", "0.1", "--steps", "4", "--seed", "3"], cwd);
  t.equal(lines.trim().split("\n").length, 4);
  t.match(lines, /^one\.npy\t0\t0\t/);
  t.equal(ok(t, ["imagine", "m.engram", "one.npy", "--sigma", "0.1", "--steps", "4", "--seed", "3"], cwd), lines, "the same twice");
  t.not(ok(t, ["imagine", "m.engram", "one.npy", "--sigma", "0.5", "--steps", "4", "--seed", "4"], cwd), ok(t, ["imagine", "m.engram", "one.npy", "--sigma", "0.5", "--steps", "4", "--seed", "5"], cwd));
  t.match(ok(t, ["imagine", "m.engram", "one.npy", "--sigma", "0"], cwd), /one\.npy\t5\t0\t0\t0\t-\tknown/, "sigma 0 is the limit: it stays");
});

t.test("a cue that is rejected: every step unknown, exit code 1, zeros and black pictures", async (t) => {
  const cwd = folder(t);
  rows(cwd);
  ok(t, ["remember", "z.npy", "-o", "m.engram", "--model", "entropic"], cwd);
  writeFileSync(join(cwd, "far.npy"), writeNpy(tensor(new Float64Array(D).fill(100), [1, D])));
  const out = ok(t, ["imagine", "m.engram", "far.npy", "--steps", "3", "-o", "dream.npy"], cwd, 1);
  t.same(out.trim().split("\n").map((line) => line.split("\t").slice(1, 6)), [0, 1, 2].map((step) => [String(step), "-", "-", "-", "-"]));
  t.match(out, /unknown: 12 of 12 columns do not match .*outside the range/);
  t.match(out, /unknown: an earlier step was/);
  t.ok(toFloat64(readNpy(readFileSync(join(cwd, "dream.npy")))).every((x) => x === 0));
  mkdirSync(join(cwd, "photos"));
  for (let i = 0; i < 9; i++) writeFileSync(join(cwd, "photos", `${i}.png`), png(i));
  writeFileSync(join(cwd, "other.png"), png(99));
  ok(t, ["remember", "photos", "-o", "p.engram", "--model", "entropic", "--size", "8x8"], cwd);
  ok(t, ["imagine", "p.engram", "other.png", "--steps", "2", "-o", "dream.png"], cwd, 1);
  const film = decodePng(readFileSync(join(cwd, "dream.png")));
  const middle = film.data[Math.floor(film.height * 0.6) * film.width + film.width - 60];
  t.equal(middle, 0, "unknown is black");
  t.match(ok(t, ["imagine", "p.engram", "photos", "--steps", "2", "-o", "films/"], cwd), /8\.png\t1\t8\.png/);
  t.equal(readdirSync(join(cwd, "films")).length, 9);
  // 8 x 8 pictures are enlarged to 96, and 321 frames of 102 pixels fit into 32768; the first is the cue.
  const long = engram(["imagine", "p.engram", "other.png", "--steps", "321", "-o", "long/"], { cwd });
  t.match(long, { status: 2, stdout: "", stderr: /--steps: expected at most 320 in a filmstrip, got 321\. Write NAME\.npy/ });
  t.notOk(existsSync(join(cwd, "long")), "nothing was written");
  ok(t, ["imagine", "p.engram", "other.png", "--steps", "321", "-o", "long.npy"], cwd, 1);
  ok(t, ["imagine", "p.engram", "photos/3.png", "--sigma", "0", "--steps", "320", "-o", "long.png"], cwd);
  t.ok(decodePng(readFileSync(join(cwd, "long.png"))).width <= 32768);
});

t.test("hidden pixels count in the first step only", async (t) => {
  const cwd = folder(t);
  mkdirSync(join(cwd, "photos"));
  for (let i = 0; i < 12; i++) writeFileSync(join(cwd, "photos", `${i}.png`), png(i));
  ok(t, ["remember", "photos", "-o", "a.engram", "--model", "entropic", "--size", "8x8"], cwd);
  ok(t, ["imagine", "a.engram", "photos/7.png", "--visible", "top:0.5", "--steps", "3"], cwd);
  const { results: [{ steps }] } = JSON.parse(ok(t, ["imagine", "a.engram", "photos/7.png", "--visible", "top:0.5", "--steps", "3", "--sigma", "0", "--json"], cwd)) as { results: { steps: { moved: number }[] }[] };
  t.equal(steps[0].moved, 0, "over what was shown");
  t.same(steps.slice(1).map(({ moved }) => moved), [0, 0], "what is recalled is whole");
});

t.test("an encoder in front, a decoder behind: remembered, found again, and the library's own numbers", async (t) => {
  const cwd = folder(t);
  garments(cwd);
  ok(t, ["remember", "garments", "-o", "g.engram", "--model", "entropic", "--encoder", "w.safetensors", "--grey", "--levels", "8", "--xi", "16"], cwd);
  t.match(JSON.parse(ok(t, ["info", "g.engram", "--json"], cwd)), { dim: 16, encoder: "mlp-encoder", pictures: { width: 28, height: 28, channels: 1 } });
  const set = loadFashion();
  const map = networkMap("mlp-encoder", bytes, { shape: [1, 28, 28] });
  const decoder = new Encoder("mlp-decoder", bytes);
  const codes = Array.from({ length: N }, (_, i) => Float64Array.from(map.map(Float64Array.from(imageOf(set, i).data), 1)));
  const memory = new EntropicMemory({ levels: 8, xi: 16 });
  memory.store(codes);
  const mine = memory.recall(codes[5], { sigma: 0.1, seed: 2 });
  ok(t, ["recall", "g.engram", "garments/5.png", "--sigma", "0.1", "--seed", "2", "-o", "state.npy"], cwd);
  t.same(toFloat64(readNpy(readFileSync(join(cwd, "state.npy")))), mine.state);
  ok(t, ["recall", "g.engram", "garments/5.png", "--sigma", "0.1", "--seed", "2", "--decoder", "w.safetensors", "-o", "state.png"], cwd);
  const painted = decoder.network.run(Float32Array.from(mine.state));
  const file = decodePng(readFileSync(join(cwd, "state.png")));
  t.ok(file.data.every((x, i) => Math.abs(x - painted[i]) <= 0.5 / 255 + 1e-6), "to a half step of a byte");
  t.match(ok(t, ["recognize", "g.engram", "garments/5.png"], cwd), /accepted/);
  // (E17): painted and seen again at every step.
  ok(t, ["imagine", "g.engram", "garments/5.png", "--sigma", "0.1", "--steps", "3", "--seed", "2", "--decoder", "w.safetensors", "-o", "dream.npy"], cwd);
  const chained = chain(memory, codes[5], {
    steps: 3, sigma: 0.1, seed: 2, decode: (z) => decoder.network.run(Float32Array.from(z)), encode: (y) => Float64Array.from(map.map(Float64Array.from(y as Float32Array), 1)),
  });
  t.same(toFloat64(readNpy(readFileSync(join(cwd, "dream.npy")))), Float64Array.from(chained.flatMap(({ recall }) => [...recall!.state])));
  // Rows that `encode` made, and a picture as the cue: the network is named.
  ok(t, ["encode", "garments", "--arch", "mlp-encoder", "--weights", "w.safetensors", "-o", "codes.npy"], cwd);
  ok(t, ["remember", "codes.npy", "-o", "c.engram", "--model", "entropic", "--levels", "8", "--xi", "16"], cwd);
  t.equal(ok(t, ["recall", "c.engram", "garments/5.png", "--encoder", "w.safetensors"], cwd).split("\t")[0], "garments/5.png");
  ok(t, ["imagine", "c.engram", "garments/5.png", "--encoder", "mlp-encoder=w.safetensors", "--decoder", "mlp-decoder=w.safetensors", "-o", "dream.png"], cwd);
  // The weights move, and are named; others are refused.
  renameSync(join(cwd, "w.safetensors"), join(cwd, "moved.safetensors"));
  t.match(engram(["recall", "g.engram", "garments/5.png"], { cwd }), { status: 2, stderr: /the weights of its encoder mlp-encoder/ });
  ok(t, ["recall", "g.engram", "garments/5.png", "--encoder", "moved.safetensors"], cwd);
  copyFileSync("fixtures/weights/autoencoder-mnist-16.safetensors", join(cwd, "other.safetensors"));
  t.match(engram(["recall", "g.engram", "garments/5.png", "--encoder", "other.safetensors"], { cwd }), { status: 2, stderr: /the encoder g\.engram was made with/ });
});

t.test("networks that are shipped go by their names", async (t) => {
  const cwd = folder(t);
  mkdirSync(join(cwd, "photos"));
  for (let i = 0; i < 8; i++) writeFileSync(join(cwd, "photos", `${i}.png`), png(i));
  ok(t, ["remember", "photos", "-o", "a.engram", "--model", "entropic", "--encoder", "entropic-cifar-encoder-64", "--xi", "64"], cwd);
  t.match(JSON.parse(ok(t, ["info", "a.engram", "--json"], cwd)), { dim: 64, encoder: "entropic-cifar-encoder-64" });
  const networks = ["--decoder", "entropic-cifar-decoder-64", "--classifier", "entropic-cifar-classifier-64"];
  t.match(ok(t, ["imagine", "a.engram", "photos/3.png", "--sigma", "0", "--steps", "2", ...networks, "-o", "dream.png"], cwd), /photos\/3\.png\t0\t3\.png\t0\t0\t[0-9]\tknown/);
  ok(t, ["show", "a.engram", "photos/3.png", ...networks, "-o", "page.html"], cwd);
  t.match(textOf(parse(readFileSync(join(cwd, "page.html"), "utf8"), true)), /seen by entropic-cifar-encoder-64/);
  t.match(engram(["imagine", "a.engram", "photos/3.png", "--decoder", "entropic-cifar-decoder-1024"], { cwd }), { status: 2, stderr: /a network that takes the memory's 64 features, got entropic-cifar-decoder-1024, which takes 1024/ });
});

t.test("show: a page with the table, the paths, the reasons and the strip", async (t) => {
  const cwd = folder(t);
  rows(cwd);
  ok(t, ["remember", "z.npy", "-o", "m.engram", "--model", "entropic"], cwd);
  const cue = data.slice(0, D);
  cue[5] = 100;
  writeFileSync(join(cwd, "bad.npy"), writeNpy(tensor(cue, [1, D])));
  ok(t, ["show", "m.engram", "one.npy", "bad.npy", "-o", "page.html"], cwd, 1);
  const page = parse(readFileSync(join(cwd, "page.html"), "utf8"), true);
  t.ok(isSelfContained(page));
  const words = textOf(page);
  t.match(words, /one\.npy: accepted/);
  t.match(words, /bad\.npy: not accepted/);
  t.match(words, /5100outside the range01|outside the range/);
  t.equal(all(page, "svg").length, 2);
  t.equal(all(page, "img").length, 2);
  t.match(words, /0\.025.*inf/s);
  ok(t, ["show", "m.engram", "-o", "bare.html", "--columns", "2:5"], cwd);
  t.match(textOf(parse(readFileSync(join(cwd, "bare.html"), "utf8"), true)), /Columns 2 to 4 of 12 are drawn/);
});

t.test("refusals: code 2, what to do, nothing written", async (t) => {
  const cwd = folder(t);
  rows(cwd);
  garments(cwd);
  ok(t, ["remember", "z.npy", "-o", "m.engram", "--model", "entropic"], cwd);
  ok(t, ["remember", "z.npy", "-o", "u.engram"], cwd);
  ok(t, ["remember", "garments", "-o", "g.engram", "--model", "entropic", "--encoder", "w.safetensors", "--grey"], cwd);
  writeFileSync(join(cwd, "wide.npy"), writeNpy(tensor(new Float64Array(13), [1, 13])));
  writeFileSync(join(cwd, "nan.npy"), writeNpy(tensor(Float64Array.from({ length: D }, (_, j) => (j === 3 ? NaN : 0)), [1, D])));
  writeFileSync(join(cwd, "taken.png"), png(1));
  writeFileSync(join(cwd, "broken.engram"), readFileSync(join(cwd, "m.engram")).subarray(0, 900));
  writeFileSync(join(cwd, "broken.safetensors"), bytes.subarray(0, 5000));
  const before = readdirSync(cwd).sort();
  const refused = (args: string[], message: RegExp): void => {
    const { status, stderr, stdout } = engram(args, { cwd });
    t.equal(status, 2, args.join(" "));
    t.equal(stdout, "", "no data");
    t.match(stderr, message);
    t.notMatch(stderr, /\n\s+at /, "no stack");
  };
  refused(["imagine", "m.engram", "one.npy", "--steps", "0"], /--steps: expected a whole number from 1 to 10000, got "0"/);
  refused(["imagine", "m.engram", "one.npy", "--steps", "2.5"], /--steps/);
  refused(["imagine", "m.engram", "one.npy", "--sigma", "-0.1"], /--sigma: expected a number from 0, got "-0\.1"/);
  refused(["imagine", "m.engram", "one.npy", "--sigma", "NaN"], /--sigma/);
  refused(["imagine", "u.engram", "one.npy"], /u\.engram: expected a memory of model entropic, got model universal/);
  refused(["imagine", "broken.engram", "one.npy"], /broken\.engram/);
  refused(["imagine", "m.engram", "none.npy"], /none\.npy: expected a file or folder/);
  refused(["imagine", "m.engram"], /missing required argument 'cue'/);
  refused(["imagine", "m.engram", "wide.npy"], /wide\.npy: expected 12 numbers, got 13/);
  refused(["imagine", "m.engram", "nan.npy"], /nan\.npy, row 0, column 3: expected a finite number, got NaN/);
  refused(["imagine", "m.engram", "taken.png"], /taken\.png: expected a \.npy array of 12 numbers per row/);
  refused(["imagine", "m.engram", "one.npy", "-o", "dream.png"], /--output: expected a name that ends in \.npy, got "dream\.png"/);
  refused(["imagine", "g.engram", "garments/1.png", "-o", "dream.png"], /--decoder W\.safetensors paints them/);
  refused(["imagine", "g.engram", "garments/1.png", "--decoder", "w.safetensors", "-o", "taken.png"], /taken\.png: expected a name that is free/);
  refused(["imagine", "g.engram", "garments/1.png", "--decoder", "w.safetensors", "-o", "dream.jpg"], /a name that ends in \.png or \.npy/);
  refused(["imagine", "g.engram", "garments", "--decoder", "w.safetensors", "-o", "dream.png"], /expected a folder, a name with \{\}, or a \.npy file for 40 cues/);
  refused(["imagine", "m.engram", "one.npy", "--decoder", "w.safetensors"], /--decoder: expected a network that takes the memory's 12 features, got mlp-decoder, which takes 16/);
  refused(["imagine", "g.engram", "garments/1.png", "--decoder", "mlp-encoder=w.safetensors"], /--decoder: expected a network that paints features, got mlp-encoder/);
  refused(["imagine", "g.engram", "garments/1.png", "--decoder", "nothing"], /--decoder: expected NAME of shipped weights/);
  refused(["imagine", "g.engram", "garments/1.png", "--decoder", "broken.safetensors"], /broken\.safetensors/);
  refused(["imagine", "g.engram", "garments/1.png", "--classifier", "mlp-decoder=w.safetensors"], /--classifier: expected a network that classifies features, got mlp-decoder/);
  refused(["imagine", "m.engram", "one.npy", "--encoder", "w.safetensors"], /--encoder: expected a network of 12 features, as the memory's rows, got mlp-encoder, which gives 16/);
  refused(["imagine", "g.engram", "wide.npy"], /wide\.npy: expected rows of 16 features, or pictures of 784 numbers, got 13/);
  refused(["recall", "u.engram", "one.npy", "--decoder", "w.safetensors"], /--decoder: expected a memory of model entropic, got model universal/);
  for (const out of [[], ["-o", "states.npy"]]) {
    refused(["recall", "g.engram", "garments/1.png", "--decoder", "w.safetensors", ...out], /--decoder: expected -o NAME\.png beside it, which it paints, got (no -o|states\.npy)\. Leave it out/);
  }
  refused(["recall", "u.engram", "one.npy", "--encoder", "w.safetensors"], /--encoder: expected a memory made with a network/);
  refused(["remember", "garments", "-o", "x.engram", "--model", "entropic", "--encoder", "pca"], /--encoder: expected a network, for model entropic, got pca/);
  refused(["remember", "garments", "-o", "x.engram", "--model", "entropic", "--encoder", "broken.safetensors"], /broken\.safetensors/);
  const classifier = join(process.cwd(), "fixtures/weights/entropic-mnist-classifier.safetensors");
  refused(["remember", "garments", "-o", "x.engram", "--model", "entropic", "--encoder", classifier], /--encoder .*classifier\.safetensors: expected a network that takes pictures, got entropic-mnist-classifier, which takes features\. Decoders and classifiers stand behind a memory/);
  refused(["remember", "garments", "-o", "x.engram", "--model", "entropic", "--encoder", "w.safetensors", "--arch", "mlp-decoder"], /--arch: expected a network that takes pictures, got mlp-decoder, which takes features/);
  refused(["remember", "garments", "-o", "x.engram", "--model", "entropic", "--encoder", "mlp-encoder=w.safetensors", "--arch", "mlp-encoder"], /--arch: expected the architecture once/);
  refused(["remember", "wide.npy", "-o", "x.engram", "--model", "entropic", "--encoder", "w.safetensors", "--grey"], /wide\.npy: expected pictures of 1 x 28 x 28 = 784 numbers, which mlp-encoder takes, got rows of 13\. Save pictures channel-first/);
  writeFileSync(join(cwd, "codes.npy"), writeNpy(tensor(new Float64Array(32), [2, 16])));
  refused(["remember", "codes.npy", "-o", "x.engram", "--model", "entropic", "--encoder", "w.safetensors", "--grey"], /codes\.npy: .* got rows of 16\. So many features it gives: remember features without --encoder\./);
  refused(["remember", "codes.npy", "-o", "x.engram", "--model", "semantic", "--encoder", "mlp-encoder=w.safetensors", "--grey"], /remember features without --encoder, by --model universal/);
  unlinkSync(join(cwd, "codes.npy"));
  ok(t, ["pairs", "remember", "z.npy", "z.npy", "-o", "p.engram"], cwd);
  refused(["imagine", "p.engram", "one.npy"], /p\.engram: expected a memory of model entropic, got a memory of pairs/);
  refused(["show", "p.engram", "-o", "page.html"], /p\.engram: expected a memory of model entropic, got a memory of pairs/);
  refused(["minima", "p.engram"], /p\.engram: expected a memory of model dense, got a memory of pairs/);
  unlinkSync(join(cwd, "p.engram"));
  refused(["show", "m.engram", "one.npy"], /required option '-o, --output <file>'/);
  refused(["show", "m.engram", "one.npy", "-o", "page.svg"], /--output: expected a name that ends in \.html, got "page\.svg"/);
  refused(["show", "u.engram", "-o", "page.html"], /expected a memory of model entropic/);
  refused(["show", "m.engram", "-o", "page.html", "--columns", "5:3"], /--columns: expected FROM:TO/);
  refused(["show", "m.engram", "-o", "page.html", "--columns", "0:13"], /--columns: expected columns from 0 to 12, got 0:13/);
  refused(["show", "m.engram", "z.npy", "-o", "page.html"], /cues: expected at most 16 on a page, got 40/);
  refused(["show", "m.engram", "nan.npy", "-o", "page.html"], /nan\.npy, row 0, column 3/);
  t.same(readdirSync(cwd).sort(), before, "nothing was written");
  t.notOk(existsSync(join(cwd, "dream.png")));
});

t.test("pictures that no strip holds are refused before anything is recalled", async (t) => {
  const cwd = folder(t);
  garments(cwd);
  const tried = (args: string[], message: RegExp): void => {
    const { status, stderr, stdout } = engram(args, { cwd });
    t.same([status, stdout], [2, ""], args.join(" "));
    t.match(stderr, message);
  };
  ok(t, ["remember", "garments/1.png", "garments/2.png", "-o", "high.engram", "--model", "entropic", "--size", "1x32719", "--grey"], cwd);
  tried(["imagine", "high.engram", "garments/1.png", "-o", "d.png", "--steps", "2"], /filmstrip: expected pictures at most 32718 pixels high, got 32719\. Write NAME\.npy, or make the memory of smaller pictures/);
  tried(["show", "high.engram", "garments/1.png", "-o", "s.html"], /filmstrip: expected pictures at most 32718 pixels high, got 32719\. Make the memory of smaller pictures/);
  ok(t, ["imagine", "high.engram", "garments/1.png", "-o", "d.npy", "--steps", "2"], cwd);
  ok(t, ["remember", "garments/1.png", "garments/2.png", "-o", "just.engram", "--model", "entropic", "--size", "1x32718", "--grey"], cwd);
  ok(t, ["imagine", "just.engram", "garments/1.png", "-o", "d.png", "--steps", "2"], cwd);
  t.equal(decodePng(readFileSync(join(cwd, "d.png"))).height, 32768, "the largest that fits");
  ok(t, ["remember", "garments/1.png", "garments/2.png", "-o", "wide.engram", "--model", "entropic", "--size", "3640x1", "--grey"], cwd);
  tried(["show", "wide.engram", "garments/1.png", "-o", "s.html"], /filmstrip: expected pictures that fit 9 times into 32768 pixels, got 3640 pixels wide/);
  t.notOk(existsSync(join(cwd, "s.html")));
});

t.test("show tells by its exit code that a cue was rejected, as the others do", async (t) => {
  const cwd = folder(t);
  rows(cwd);
  writeFileSync(join(cwd, "far.npy"), writeNpy(tensor(new Float64Array(D).fill(99), [1, D])));
  ok(t, ["remember", "z.npy", "-o", "m.engram", "--model", "entropic"], cwd);
  for (const [cues, status] of [[["one.npy"], 0], [["far.npy"], 1], [["one.npy", "far.npy"], 1]] as const) {
    ok(t, ["show", "m.engram", ...cues, "-o", "page.html", "-f"], cwd, status);
    t.equal(existsSync(join(cwd, "page.html")), true, "the page is there, and says why");
    for (const command of ["recall", "recognize", "imagine"]) ok(t, [command, "m.engram", ...cues], cwd, status);
  }
  ok(t, ["show", "m.engram", "-o", "page.html", "-f"], cwd);
  t.match(engram(["show", "--help"]).stdout, /Exit code 1 if any cue is not\s+accepted/);
});
