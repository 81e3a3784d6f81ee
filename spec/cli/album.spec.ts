/** The main job by hand: a folder of pictures is remembered, one is damaged, and the right one comes back. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { readEngram, readNpy } from "../../src/formats/index.ts";
import { decodePng, encodePng, image } from "../../src/images/index.ts";
import { UniversalMemory } from "../../src/universal/index.ts";
import { blocks, engram, folder, png } from "./run.ts";

/** photos/ with 12 pictures of several sizes and kinds, two of them in a folder below. */
function photos(t: { teardown(handler: () => void): unknown }): string {
  const home = folder(t);
  mkdirSync(join(home, "photos", "deep"), { recursive: true });
  for (let i = 0; i < 10; i++) writeFileSync(join(home, "photos", `p${i}.png`), png(i, 32 + 16 * (i % 3), 32 + 16 * (i % 3)));
  writeFileSync(join(home, "photos", "deep", "grey.png"), encodePng(blocks(100, 40, 40, 1)));
  writeFileSync(join(home, "photos", "deep", "ppm.ppm"), Buffer.concat([Buffer.from("P6\n2 2\n255\n"), Buffer.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9])]));
  return home;
}

t.test("remember, corrupt, recall, original", async (t) => {
  const cwd = photos(t);
  const made = engram(["remember", "photos/", "-o", "album.engram", "--delta", "1e-6"], { cwd });
  t.equal(made.status, 0, made.stderr);
  t.equal(made.stdout, "", "nothing is data");
  t.match(made.stderr, /remembered 12 patterns of 3072 numbers in album\.engram/);
  t.match(made.stderr, /size 32x32 colour \(default/);
  t.match(made.stderr, /beta [0-9.e+-]+/, "says which beta it chose");

  const damaged = engram(["corrupt", "photos/p3.png", "-o", "cue.png", "--mask", "0.5"], { cwd });
  t.equal(damaged.status, 0, damaged.stderr);
  const found = engram(["recall", "album.engram", "cue.png", "-o", "recalled.png", "--original", "original.png", "--json"], { cwd });
  t.equal(found.status, 0, found.stderr);
  const json = JSON.parse(found.stdout) as { results: { key: string; path: string; ranking: { key: string; weight: number }[] }[] };
  t.equal(json.results[0].key, "p3.png");
  t.equal(json.results[0].path, "photos/p3.png");
  // beta gives a whole cue all but 1e-6 of the weight; half a cue has about half the lead, all but 1e-3
  t.ok(json.results[0].ranking[0].weight > 0.99, "and it is sure of it");
  const recalled = decodePng(readFileSync(join(cwd, "recalled.png")));
  t.same([recalled.width, recalled.height, recalled.channels], [32, 32, 3]);
  t.equal(recalled.alpha, undefined, "the hidden half is filled in");
  const stored = blocks(3).data;
  // at most 1 % of the weight belongs to others, and 8 bits round by .5/255, twice
  t.ok(recalled.data.every((value, i) => Math.abs(value - stored[i]) <= 0.01 + 1 / 255), "the recalled picture is the stored one");
  t.same(readFileSync(join(cwd, "original.png")), readFileSync(join(cwd, "photos/p3.png")), "the original, byte for byte");
});

t.test("cues of any size, and each damage, find their picture", async (t) => {
  const cwd = photos(t);
  t.equal(engram(["remember", "photos", "-o", "a.engram"], { cwd }).status, 0);
  mkdirSync(join(cwd, "cues"));
  const damages = [["--mask", "0.5"], ["--square", "16"], ["--crop", "0.8"], ["--noise", "0.2"], ["--noise", "0.2", "--folded"], ["--rotate", "5"], ["--mask", "0.25", "--blind"]];
  damages.forEach((damage, i) => t.equal(engram(["corrupt", "photos/p4.png", "-o", `cues/${i}.png`, ...damage, "--seed", "7"], { cwd }).status, 0, damage.join(" ")));
  const { stdout, status } = engram(["recall", "a.engram", "cues"], { cwd });
  t.equal(status, 0);
  const lines = stdout.trimEnd().split("\n");
  t.equal(lines.length, damages.length);
  for (const [i, line] of lines.entries()) t.equal(line.split("\t")[1], "p4.png", damages[i].join(" "));
});

t.test("several cues: a folder, a pattern, an array; batches give the bits of single calls", async (t) => {
  const cwd = photos(t);
  t.equal(engram(["remember", "photos", "-o", "a.engram"], { cwd }).status, 0);
  t.equal(engram(["recall", "a.engram", "photos/p1.png", "photos/p2.png", "-o", "out/"], { cwd }).status, 0);
  t.same(readdirSync(join(cwd, "out")).sort(), ["p1.png", "p2.png"]);
  t.equal(engram(["recall", "a.engram", "photos/p1.png", "photos/p2.png", "-o", "re-{}.png"], { cwd }).status, 0);
  t.same(readFileSync(join(cwd, "re-p2.png")), readFileSync(join(cwd, "out/p2.png")));
  t.equal(engram(["recall", "a.engram", "photos/p1.png", "photos/p2.png", "-o", "states.npy", "--original", "originals"], { cwd }).status, 0);
  const states = readNpy(readFileSync(join(cwd, "states.npy")));
  t.same(states.shape, [2, 3072]);
  t.same(readFileSync(join(cwd, "originals/p1.png")), readFileSync(join(cwd, "photos/p1.png")));
  t.equal(engram(["recall", "a.engram", "photos/p2.png", "-o", "one.npy"], { cwd }).status, 0);
  t.same(readNpy(readFileSync(join(cwd, "one.npy"))).data, (states.data as Float64Array).slice(3072));
  const energy = engram(["energy", "a.engram", "states.npy", "--json"], { cwd });
  t.equal((JSON.parse(energy.stdout) as { energies: number[] }).energies.length, 2);
});

t.test("what is visible can be said: a side, a mask, transparency", async (t) => {
  const cwd = photos(t);
  t.equal(engram(["remember", "photos", "-o", "a.engram"], { cwd }).status, 0);
  // the lower half of p5 under the upper half of p6: only the declared half decides
  const [above, below] = [blocks(6), blocks(5)];
  const mixed = image(32, 32, 3, above.data.map((value, i) => (Math.floor((i % 1024) / 32) < 16 ? value : below.data[i])));
  writeFileSync(join(cwd, "mixed.png"), encodePng(mixed));
  const half = Float32Array.from({ length: 1024 }, (_, i) => (i < 512 ? 0 : 1));
  writeFileSync(join(cwd, "mask.png"), encodePng(image(32, 32, 1, half)));
  writeFileSync(join(cwd, "clear.png"), encodePng(image(32, 32, 3, mixed.data, half)));
  const key = (args: string[]): string => engram(["recall", "a.engram", ...args], { cwd }).stdout.split("\t")[1];
  t.equal(key(["mixed.png", "--visible", "top:0.5"]), "p6.png");
  t.equal(key(["mixed.png", "--visible", "bottom:0.5"]), "p5.png");
  t.equal(key(["mixed.png", "--visible", "mask.png"]), "p5.png");
  t.equal(key(["clear.png"]), "p5.png");
});

t.test("the memory file is one that the library reads, and the same every time", async (t) => {
  const cwd = photos(t);
  for (const name of ["a.engram", "b.engram"]) t.equal(engram(["remember", "photos", "-o", name], { cwd }).status, 0);
  const bytes = readFileSync(join(cwd, "a.engram"));
  t.same(bytes, readFileSync(join(cwd, "b.engram")));
  const memory = UniversalMemory.fromBytes(bytes);
  t.equal(memory.size, 12);
  t.same(memory.keys.slice(0, 3), ["deep/grey.png", "deep/ppm.ppm", "p0.png"]);
  memory.dispose();
  const { parameters, tensors } = readEngram(bytes);
  t.match(parameters, { "pictures.width": "32", "pictures.height": "32", "pictures.channels": "3" });
  const originals = JSON.parse(Buffer.from(tensors.get("originals")!.data as Uint8Array).toString()) as [string, string][];
  t.equal(originals[2][0], "photos/p0.png");
  t.match(originals[2][1], /^[0-9a-f]{64}$/);
});

t.test("an original that is gone or changed is said, not replaced", async (t) => {
  const cwd = photos(t);
  t.equal(engram(["remember", "photos", "-o", "a.engram"], { cwd }).status, 0);
  copyFileSync(join(cwd, "photos/p1.png"), join(cwd, "cue.png"));
  copyFileSync(join(cwd, "photos/p2.png"), join(cwd, "photos/p1.png"));
  const changed = engram(["recall", "a.engram", "cue.png", "--original", "o.png"], { cwd });
  t.equal(changed.status, 2);
  t.match(changed.stderr, /photos\/p1\.png: expected the picture that was remembered \(sha256/);
  renameSync(join(cwd, "photos/p1.png"), join(cwd, "photos/gone.png"));
  const gone = engram(["recall", "a.engram", "cue.png", "--original", "o.png"], { cwd });
  t.equal(gone.status, 2);
  t.match(gone.stderr, /photos\/p1\.png: expected a readable file, got no such file/);
  t.notOk(existsSync(join(cwd, "o.png")));
});
