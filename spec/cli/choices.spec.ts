/** The options of remember: sizes, channels, keys, models; damages of corrupt; what info says of it. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { readEngram, readNpy, tensor, writeNpy } from "../../src/formats/index.ts";
import { decodePng, encodePng, image } from "../../src/images/index.ts";
import { blocks, engram, folder, png } from "./run.ts";

interface Info {
  size: number;
  dim: number;
  keys: (string | number)[];
  pictures: { width: number; height: number; channels: number; filter: string } | null;
  originals: number;
  parameters: Record<string, string>;
}

t.test("size, channels, keys and originals are as asked", async (t) => {
  const cwd = folder(t);
  mkdirSync(join(cwd, "a", "b"), { recursive: true });
  writeFileSync(join(cwd, "a", "z.png"), png(1));
  writeFileSync(join(cwd, "a", "b", "y.png"), png(2));
  const values = Float64Array.from({ length: 24 }, (_, i) => (i * 7) % 11);
  writeFileSync(join(cwd, "cube.npy"), writeNpy(tensor(values, [2, 3, 4])));
  writeFileSync(join(cwd, "flat.npy"), writeNpy(tensor(Float32Array.from(values.subarray(0, 12)), [12])));
  const info = (args: string[]): Info => {
    const made = engram(["remember", ...args, "-o", "m.engram", "--force"], { cwd });
    t.equal(made.status, 0, made.stderr);
    return JSON.parse(engram(["info", "m.engram", "--json"], { cwd }).stdout) as Info;
  };
  t.match(info(["a", "--size", "20x10", "--grey"]), { size: 2, dim: 200, keys: ["b/y.png", "z.png"], pictures: { width: 20, height: 10, channels: 1 }, originals: 2 });
  t.match(info(["a/z.png", "./a/b/y.png", "--no-originals"]), { size: 2, dim: 3072, keys: ["a/z.png", "a/b/y.png"], pictures: { width: 32, height: 32, channels: 3 }, originals: 0 });
  t.match(info(["cube.npy"]), { size: 2, dim: 12, keys: [0, 1], pictures: null, originals: 0 });
  t.match(info(["cube.npy", "--size", "4x3", "--grey"]), { dim: 12, pictures: { width: 4, height: 3, channels: 1 } }, "rows of an array can be pictures");
  t.match(info(["cube.npy", "flat.npy"]), { size: 3, keys: ["cube.npy:0", "cube.npy:1", "flat.npy"] });
  t.match(info(["a", "--absolute"]), { originals: 2 });
  const listed = JSON.parse(Buffer.from(readEngram(readFileSync(join(cwd, "m.engram"))).tensors.get("originals")!.data as Uint8Array).toString()) as string[][];
  t.equal(listed[1][0], join(cwd, "a", "z.png"));
});

t.test("the models and their parameters come through", async (t) => {
  const cwd = folder(t);
  const bits = Float64Array.from({ length: 3 * 16 }, (_, i) => ((i * i + 3 * i + Math.floor(i / 16)) % 7 < 3 ? 1 : 0));
  writeFileSync(join(cwd, "bits.npy"), writeNpy(tensor(bits, [3, 16])));
  const made: [string[], Record<string, string>][] = [
    [["--similarity", "cosine", "--separation", "softmax(20)"], { similarity: "cosine", separation: "softmax", beta: "20" }],
    [["--separation", "max", "--precision", "f64"], { similarity: "negL1", separation: "max", precision: "f64" }],
    [["--reference", "--similarity", "dot"], { mode: "reference" }],
    [["--iterations", "20", "--similarity", "negHalfSqL2"], { iterations: "20", projection: "descent" }],
    [["--model", "dense"], { energy: "lse" }],
    [["--model", "dense", "--energy", "lsr", "--interactions", "2"], { energy: "lsr", interactions: "2" }],
    [["--model", "dense", "--energy", "rectified", "--degree", "4", "--binarize", "0.5"], { energy: "rectified", degree: "4", binarize: "0.5" }],
    [["--model", "dense", "--energy", "triweight", "--beta", "0.5"], { energy: "triweight", beta: "0.5" }],
    [["--model", "dense", "--accept", "distance:0.1"], { threshold: "0.1" }],
  ];
  for (const [options, parameters] of made) {
    t.equal(engram(["remember", "bits.npy", "-o", "m.engram", "--force", ...options], { cwd }).status, 0, options.join(" "));
    t.match((JSON.parse(engram(["info", "m.engram", "--json"], { cwd }).stdout) as Info).parameters, parameters);
    const found = engram(["recall", "m.engram", "bits.npy"], { cwd });
    t.equal(found.stdout.split("\n")[2].split("\t")[1], "2", "and recalls its own patterns");
  }
});

t.test("corrupt: what each damage hides and changes", async (t) => {
  const cwd = folder(t);
  writeFileSync(join(cwd, "p.png"), png(3, 40, 20));
  const original = decodePng(png(3, 40, 20));
  const damage = (...options: string[]): ReturnType<typeof decodePng> => {
    const ran = engram(["corrupt", "p.png", "-o", "c.png", "--force", ...options], { cwd });
    t.equal(ran.status, 0, ran.stderr);
    return decodePng(readFileSync(join(cwd, "c.png")));
  };
  const hidden = (picture: ReturnType<typeof decodePng>): number => picture.alpha?.filter((alpha) => alpha === 0).length ?? 0;
  const masked = damage("--mask", "0.25");
  t.equal(hidden(masked), 5 * 40, "(C3) rows trunc(20 * .75) = 15 to 19");
  t.ok(masked.alpha!.every((alpha, i) => (alpha === 0) === i >= 15 * 40));
  t.ok(masked.data.every((value, i) => value === (i % 800 >= 600 ? 0 : original.data[i])), "the rest as it was");
  const blind = damage("--mask", "0.25", "--blind");
  t.equal(blind.alpha, undefined);
  t.same(blind.data, masked.data, "blind: black");
  t.equal(hidden(damage("--square", "7")), 49);
  t.same(damage("--square", "7", "--seed", "4").alpha, damage("--square", "7", "--seed", "4").alpha, "the seed decides where");
  t.notSame(damage("--square", "7", "--seed", "4").alpha, damage("--square", "7", "--seed", "5").alpha);
  t.same(damage("--square", "7", "--seed", "4", "--noise", "0.1").alpha, damage("--square", "7", "--seed", "4").alpha, "whatever else is done");
  const mirrored = damage("--flip");
  t.ok(mirrored.data.every((value, i) => value === original.data[i - (i % 40) + 39 - (i % 40)]), "(C11)");
  t.equal(hidden(damage("--rotate", "30")), 0, "corners are black, not hidden");
  t.equal(hidden(damage("--rotate", "180", "--mask", "0.5")), 400);
  // noise: n ~ N(0, 1) clipped; of 2400 values the mean change where nothing clips is 0 +- 5 sigma / sqrt(2400)
  const noisy = damage("--noise", "0.02");
  const middle = Array.from(noisy.data, (value, i) => (original.data[i] > 0.1 && original.data[i] < 0.9 ? value - original.data[i] : NaN)).filter((d) => !Number.isNaN(d));
  t.ok(Math.abs(middle.reduce((sum, d) => sum + d, 0) / middle.length) < (5 * 0.02) / Math.sqrt(middle.length));
  const spread = Math.sqrt(middle.reduce((sum, d) => sum + d * d, 0) / middle.length);
  t.ok(Math.abs(spread - 0.02) < 0.003, `standard deviation ${spread}`); // 5 sigma / sqrt(2 n) for n > 600
  // what the input hides stays hidden
  writeFileSync(join(cwd, "h.png"), encodePng(image(8, 8, 1, new Float32Array(64).fill(0.5), Float32Array.from({ length: 64 }, (_, i) => (i % 8 < 2 ? 0 : 1)))));
  t.equal(engram(["corrupt", "h.png", "-o", "h2.png", "--mask", "0.5", "--flip"], { cwd }).status, 0);
  const twice = decodePng(readFileSync(join(cwd, "h2.png")));
  t.ok(twice.alpha!.every((alpha, i) => (alpha === 0) === (i >= 32 || i % 8 >= 6)), "and moves with the picture");
});

t.test("corrupt: arrays get plain noise, their dtype and shape kept", async (t) => {
  const cwd = folder(t);
  writeFileSync(join(cwd, "x.npy"), writeNpy(tensor(new Float32Array(4000), [20, 200])));
  t.equal(engram(["corrupt", "x.npy", "-o", "y.npy", "--noise", "2", "--seed", "3"], { cwd }).status, 0);
  const { dtype, shape, data } = readNpy(readFileSync(join(cwd, "y.npy")));
  t.same([dtype, shape], ["f32", [20, 200]]);
  const values = Array.from(data as Float32Array);
  t.ok(values.some((value) => value < -2) && values.some((value) => value > 2), "not clipped");
  // 5 sigma of the standard deviation's own spread: 5 * 2 / sqrt(2 * 4000) = .11
  t.ok(Math.abs(Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / 4000) - 2) < 0.11);
  for (const options of [["--mask", "0.5"], ["--noise", "1", "--flip"], []]) t.equal(engram(["corrupt", "x.npy", "-o", "z.npy", ...options], { cwd }).status, 2, options.join(" "));
  t.equal(engram(["corrupt", "x.npy", "-o", "z.png", "--noise", "1"], { cwd }).status, 2, "array to picture");
  writeFileSync(join(cwd, "p.png"), encodePng(blocks(1)));
  t.equal(engram(["corrupt", "p.png", "-o", "q.png"], { cwd }).status, 2, "no damage");
  const refused = (options: string[], message: RegExp): void => {
    const { status, stderr } = engram(["corrupt", "p.png", ...options], { cwd });
    t.equal(status, 2);
    t.match(stderr, message);
  };
  refused(["-o", "q.jpg", "--mask", "0.5"], /q\.jpg: expected a name that ends in \.png/);
  refused(["-o", "q.png", "--crop", "0"], /--crop: expected a share of the area above 0/);
  refused(["-o", "q.png", "--square", "33"], /--square: expected at most the picture's sides, 32 and 32, got 33/);
  t.equal(engram(["corrupt", "p.png", "-o", "q.png", "--folded"], { cwd }).status, 2, "folded without noise");
  t.equal(engram(["corrupt", "p.png", "-o", "q.png", "--mask", "1.5"], { cwd }).status, 2, "a fraction above 1");
});
