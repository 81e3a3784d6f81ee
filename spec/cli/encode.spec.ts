/** `engram encode`: features as the library gives them, from pictures, folders and arrays; every refusal with its reason. */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { ARCHITECTURES, Encoder } from "../../src/encoders/index.ts";
import { inferShapes } from "../../src/encoders/shapes.ts";
import { expectedTensors } from "../../src/encoders/weights.ts";
import { readNpy, tensor, writeNpy, writeSafetensors } from "../../src/formats/index.ts";
import { decodePng } from "../../src/images/index.ts";
import { ruleWeights } from "../encoders/rule.ts";
import { engram, folder, png, type Ran } from "./run.ts";

/** Weights of an architecture in a file. */
function weightsOf(name: string, path: string, size: [number, number]): Uint8Array {
  const architecture = ARCHITECTURES.find((each) => each.name === name)!;
  const [channels] = architecture.input((_t, _a, otherwise) => otherwise);
  const { layers } = architecture.graph((_t, _a, otherwise) => otherwise, [channels, ...size]);
  const wanted = expectedTensors(layers, inferShapes(layers, [channels, ...size]));
  const bytes = writeSafetensors(new Map([...wanted.keys()].map((tensorName) => [tensorName, ruleWeights(wanted).read(tensorName)])));
  writeFileSync(path, bytes);
  return bytes;
}

function home(t: { teardown(handler: () => void): unknown }): { cwd: string; bytes: Uint8Array } {
  const cwd = folder(t);
  mkdirSync(join(cwd, "photos"));
  for (let i = 0; i < 3; i++) writeFileSync(join(cwd, "photos", `p${i}.png`), png(i, 40, 33));
  return { cwd, bytes: weightsOf("small-conv", join(cwd, "w.safetensors"), [32, 32]) };
}

const USE = ["--arch", "small-conv", "--weights", "w.safetensors"];

t.test("a folder, a picture and an array give the library's bits, in order", async (t) => {
  const { cwd, bytes } = home(t);
  const pictures = [0, 1, 2].map((i) => decodePng(readFileSync(join(cwd, "photos", `p${i}.png`))));
  const encoder = new Encoder("small-conv", bytes);
  const want = encoder.encode(pictures);
  const ran = engram(["encode", "photos", ...USE, "-o", "f.npy", "--json"], { cwd });
  t.equal(ran.status, 0, ran.stderr);
  const report = JSON.parse(ran.stdout) as Record<string, unknown>;
  t.same([report.arch, report.layer, report.shape, report.input, report.output], ["small-conv", "avgpool", [3, 128], [3, 32, 32], "f.npy"]);
  const features = readNpy(readFileSync(join(cwd, "f.npy")));
  t.same([features.dtype, features.shape], ["f32", [3, 128]]);
  t.same(features.data, want);
  const all = new Float32Array(3 * pictures[0].data.length);
  pictures.forEach(({ data }, i) => all.set(data, i * data.length));
  writeFileSync(join(cwd, "images.npy"), writeNpy(tensor(all, [3, 3, 33, 40])));
  t.equal(engram(["encode", "images.npy", "photos/p1.png", ...USE, "-o", "g.npy"], { cwd }).status, 0);
  const more = readNpy(readFileSync(join(cwd, "g.npy")));
  t.same(more.shape, [4, 128]);
  t.same(more.data, Float32Array.from([...want, ...want.subarray(128, 256)]));
  encoder.dispose();
});

t.test("another layer, size, accuracy, preprocessing; a decoder takes numbers", async (t) => {
  const { cwd, bytes } = home(t);
  t.equal(engram(["encode", "photos/p0.png", ...USE, "-o", "l.npy", "--layer", "features.3", "--size", "20x12", "--accuracy", "exact", "--preprocess", "imagenet"], { cwd }).status, 0);
  const layer = readNpy(readFileSync(join(cwd, "l.npy")));
  t.same(layer.shape, [1, 64, 6, 10]);
  const encoder = new Encoder("small-conv", bytes, { layers: ["features.3"], size: [12, 20], accuracy: "exact", preprocessing: "imagenet" });
  t.same(layer.data, encoder.encode([decodePng(readFileSync(join(cwd, "photos/p0.png")))]));
  encoder.dispose();
  weightsOf("mlp-decoder", join(cwd, "d.safetensors"), [1, 1]);
  writeFileSync(join(cwd, "codes.npy"), writeNpy(tensor(Float64Array.from({ length: 32 }, (_, i) => i / 7), [2, 16])));
  t.equal(engram(["encode", "codes.npy", "--arch", "mlp-decoder", "--weights", "d.safetensors", "-o", "d.npy"], { cwd }).status, 0);
  t.same(readNpy(readFileSync(join(cwd, "d.npy"))).shape, [2, 784]);
  for (const [args, message] of [
    [["photos"], /photos\/p0\.png: expected a \.npy array for mlp-decoder/], [["l.npy"], /l\.npy: expected N x 16 x 1 x 1 numbers, got shape \(1, 64, 6, 10\)/],
    [["codes.npy", "--preprocess", "unit"], /--preprocess: expected an architecture that takes pictures, got mlp-decoder/],
  ] as const) refused(t, engram(["encode", ...args, "--arch", "mlp-decoder", "--weights", "d.safetensors", "-o", "x.npy"], { cwd }), message);
});

function refused(t: Pick<Tap, "equal" | "match" | "notMatch">, ran: Ran, message: RegExp): void {
  t.equal(ran.status, 2, String(message));
  t.equal(ran.stdout, "");
  t.match(ran.stderr, message);
  t.notMatch(ran.stderr, /\n\s+at /, "no stack");
}
type Tap = typeof t;

t.test("bad input: code 2, the reason, nothing written", async (t) => {
  const { cwd } = home(t);
  const arrays: Record<string, Float32Array | Uint8Array> = { flat: new Float32Array(6), bytes: new Uint8Array(12), nan: Float32Array.from({ length: 12 }, (_, i) => (i === 7 ? NaN : 0)), none: new Float32Array(0) };
  const shapes: Record<string, number[]> = { flat: [2, 3], bytes: [1, 3, 2, 2], nan: [1, 3, 2, 2], none: [0, 3, 2, 2] };
  for (const name of Object.keys(arrays)) writeFileSync(join(cwd, `${name}.npy`), writeNpy(tensor(arrays[name], shapes[name])));
  writeFileSync(join(cwd, "bad.safetensors"), "no such thing");
  mkdirSync(join(cwd, "empty"));
  const cases: [string[], RegExp][] = [
    [["photos", "--arch", "smal-conv", "--weights", "w.safetensors"], /--arch: expected one of .* got "smal-conv"\. Did you mean "small-conv"\?/],
    [["photos", "--arch", "resnet18", "--weights", "w.safetensors"], /w\.safetensors: expected the 100 tensors of resnet18, got 100 missing: conv1\.weight, .*; 6 not part of it: features\.0\.bias/],
    [["photos", "--arch", "small-conv", "--weights", "bad.safetensors"], /bad\.safetensors: expected a header/],
    [["photos", "--arch", "small-conv", "--weights", "missing.safetensors"], /missing\.safetensors: expected a readable file, got no such file/],
    [["photos", ...USE, "--layer", "featurs.3"], /layer: expected one of input, features\.0.* Did you mean "features\.3"\?/],
    [["photos", ...USE, "--size", "0x3"], /--size: expected WIDTHxHEIGHT/], [["photos", ...USE, "--preprocess", "imagenot"], /Did you mean "imagenet"\?/],
    [["photos", ...USE, "--accuracy", "exat"], /Did you mean "exact"\?/], [["nothing.png", ...USE], /nothing\.png: expected a file or folder/], [["empty", ...USE], /empty: expected at least one picture or array, got none/],
    [["w.safetensors", ...USE], /w\.safetensors: expected a PNG, JPEG, PGM or PPM file/], [["flat.npy", ...USE], /flat\.npy: expected N x C x H x W pictures, C 1 or 3, got shape \(2, 3\)/],
    [["bytes.npy", ...USE], /bytes\.npy: expected floating-point numbers, got u8\. Divide bytes by 255/], [["nan.npy", ...USE], /nan\.npy, row 0, column 7: expected a finite number, got NaN/],
    [["none.npy", ...USE], /none\.npy: expected at least one row/],
  ];
  const before = readdirSync(cwd).length;
  for (const [args, message] of cases) refused(t, engram(["encode", ...args, "-o", "x.npy"], { cwd }), message);
  refused(t, engram(["encode", "photos", ...USE, "-o", "x.png"], { cwd }), /x\.png: expected a name that ends in \.npy/);
  refused(t, engram(["encode", "photos", "--arch", "small-conv", "-o", "x.npy"], { cwd }), /required option '--weights <file>'/);
  t.equal(readdirSync(cwd).length, before, "no file came of any of it");
  writeFileSync(join(cwd, "old.npy"), "mine");
  refused(t, engram(["encode", "photos", ...USE, "-o", "old.npy"], { cwd }), /old\.npy: expected a name that is free/);
  t.equal(readFileSync(join(cwd, "old.npy"), "utf8"), "mine");
  t.equal(engram(["encode", "photos", ...USE, "-o", "old.npy", "--force"], { cwd }).status, 0);
  t.same(readNpy(readFileSync(join(cwd, "old.npy"))).shape, [3, 128]);
});
