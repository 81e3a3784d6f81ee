/** Bad input: exit code 2, one message that says what was expected, what came and what to do, no stack, and nothing half-written. */
import { appendFileSync, mkdirSync, readFileSync, readdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { readEngram, sha256Hex, tensor, writeEngram, writeNpy } from "../../src/formats/index.ts";
import { engram, folder, hugePng, png, type Ran, shell } from "./run.ts";

/** What `refused` needs of a test. */
type Checks = Pick<typeof t, "equal" | "match" | "notMatch">;

/** A folder with three pictures, a memory of them, and one of rows. */
function home(t: { teardown(handler: () => void): unknown }): string {
  const cwd = folder(t);
  mkdirSync(join(cwd, "photos"));
  for (let i = 0; i < 3; i++) writeFileSync(join(cwd, "photos", `p${i}.png`), png(i));
  writeFileSync(join(cwd, "rows.npy"), writeNpy(tensor(Float64Array.from({ length: 12 }, (_, i) => i % 5), [3, 4])));
  return cwd;
}

/** A refusal: code 2, nothing on stdout, the message, no stack. */
function refused(t: Checks, ran: Ran, message: RegExp, what: string): void {
  t.equal(ran.status, 2, `${what}: exit code 2`);
  t.equal(ran.stdout, "", `${what}: no data`);
  t.match(ran.stderr, message, what);
  t.notMatch(ran.stderr, /\n\s+at /, `${what}: no stack`);
}

t.test("cues that do not fit", async (t) => {
  const cwd = home(t);
  t.equal(engram(["remember", "photos", "-o", "a.engram"], { cwd }).status, 0);
  t.equal(engram(["remember", "rows.npy", "-o", "rows.engram"], { cwd }).status, 0);
  const npy = (name: string, values: number[]): void => writeFileSync(join(cwd, name), writeNpy(tensor(Float64Array.from(values), [values.length / 4, 4])));
  npy("wide.npy", [1, 2, 3, 4]);
  refused(t, engram(["recall", "a.engram", "wide.npy"], { cwd }), /wide\.npy: expected 3072 numbers, got 4\. \w/, "wrong dimension");
  npy("nan.npy", [1, 2, 3, 4, 5, 6, NaN, 8]);
  refused(t, engram(["recall", "rows.engram", "nan.npy"], { cwd }), /nan\.npy, row 1, column 2: expected a finite number, got NaN/, "NaN");
  npy("inf.npy", [1, -Infinity, 3, 4]);
  refused(t, engram(["remember", "inf.npy", "-o", "x.engram"], { cwd }), /inf\.npy, row 0, column 1: expected a finite number, got -Infinity/, "infinity");
  refused(t, engram(["recall", "rows.engram", "photos/p0.png"], { cwd }), /photos\/p0\.png: expected a \.npy array of 4 numbers/, "a picture for a memory of rows");
  refused(t, engram(["recall", "a.engram", "missing.png"], { cwd }), /missing\.png: expected a file or folder, got no such file/, "no such cue");
  refused(t, engram(["recall", "a.engram", "photos/p0.png", "--visible", "top:0"], { cwd }), /photos\/p0\.png: expected at least one visible pixel, got none/, "nothing visible");
  refused(t, engram(["recall", "a.engram", "photos/p0.png", "--visible", "top:x"], { cwd }), /--visible: expected a number from 0 to 1, got "x"\. For example --visible top:0\.5/, "no fraction");
  refused(t, engram(["recall", "a.engram", "photos/p0.png", "--visible", "tpo:0.5"], { cwd }), /--visible: expected MASK\.png, .* got "tpo:0\.5", which is no file either\. Did you mean "top:0\.5"\?/, "no side");
  refused(t, engram(["energy", "rows.engram", "photos/p0.png"], { cwd }), /photos\/p0\.png: expected a \.npy array of rows, got a file of another kind/, "a picture for states");
});

t.test("nothing to store, the same key twice, other widths", async (t) => {
  const cwd = home(t);
  mkdirSync(join(cwd, "empty"));
  refused(t, engram(["remember", "empty", "-o", "x.engram"], { cwd }), /empty: expected at least one picture or array, got none/, "an empty folder");
  writeFileSync(join(cwd, "none.npy"), writeNpy(tensor(new Float64Array(0), [0, 4])));
  refused(t, engram(["remember", "none.npy", "-o", "x.engram"], { cwd }), /none\.npy: expected at least one row/, "an array without rows");
  refused(t, engram(["remember", "photos/p0.png", "./photos/p0.png", "-o", "x.engram"], { cwd }), /keys: expected unique keys, got "photos\/p0\.png" from/, "a file twice");
  mkdirSync(join(cwd, "more"));
  writeFileSync(join(cwd, "more", "p0.png"), png(9));
  refused(t, engram(["remember", "photos", "more", "-o", "x.engram"], { cwd }), /"p0\.png" from photos\/p0\.png and from more\/p0\.png/, "the same name in two folders");
  refused(t, engram(["remember", "photos", "rows.npy", "-o", "x.engram"], { cwd }), /rows\.npy: expected 3072 numbers, got 4/, "other widths");
  refused(t, engram(["remember", "rows.npy", "photos", "-o", "x.engram"], { cwd }), /photos\/p0\.png: expected 4 numbers as in rows\.npy, got 3072/, "other widths the other way round");
  refused(t, engram(["remember", "photos", "-o", "x.engram", "--model", "dense", "--energy", "classical"], { cwd }), /photos\/p0\.png, column \d+: expected -1 or 1 for the classical energy, got 0\.\d+\. Give --binarize T/, "pictures for bits");
  // The second batch begins at row 1024: the row is that of the file.
  const bits = Float64Array.from({ length: 2100 }, (_, i) => (i === 2057 ? 0.5 : 1));
  writeFileSync(join(cwd, "bits.npy"), writeNpy(tensor(bits, [1050, 2])));
  refused(t, engram(["remember", "bits.npy", "-o", "x.engram", "--model", "dense", "--energy", "classical"], { cwd }), /bits\.npy, row 1028, column 1: expected -1 or 1/, "a row that is not bits");
  t.notOk(readdirSync(cwd).some((name) => name.includes("x.engram")), "no file came of any of it");
  writeFileSync(join(cwd, "good.npy"), writeNpy(tensor(Float64Array.of(1, -1), [1, 2])));
  t.equal(engram(["remember", "good.npy", "-o", "bits.engram", "--model", "dense", "--energy", "classical"], { cwd }).status, 0);
  refused(t, engram(["recall", "bits.engram", "good.npy", "bits.npy"], { cwd }), /bits\.npy:1028, column 1: expected -1 or 1/, "a cue that is not bits");
});

t.test("dense: tails and remedies that do not fit", async (t) => {
  const cwd = home(t);
  const dense = (...options: string[]): Ran => engram(["remember", "rows.npy", "-o", "x.engram", "--model", "dense", ...options], { cwd });
  refused(t, dense("--energy", "hybrid", "--lambda", "-1"), /--lambda: expected a number above 0, got "-1"/, "a tail below 0");
  refused(t, dense("--energy", "hybrid", "--lambda", "0"), /--lambda: expected a number above 0, got "0"/, "no tail");
  refused(t, dense("--energy", "lsr", "--lambda", "0.1"), /--lambda: expected energy hybrid, got lsr/, "a tail for LSR");
  refused(t, dense("--energy", "lsr", "--far", "nearset"), /--far.*nearest/, "a misspelt remedy");
  refused(t, dense("--energy", "lse", "--far", "nearest"), /far: expected an energy of compact support \(lsr or a kernel\), got lse/, "a remedy for what reaches everywhere");
  refused(t, engram(["remember", "rows.npy", "-o", "x.engram", "--far", "nearest"], { cwd }), /--far: expected an option of model universal/, "a remedy for another model");
  t.notOk(readdirSync(cwd).some((name) => name.includes("x.engram")), "no file came of any of it");
  t.equal(engram(["remember", "rows.npy", "-o", "rows.engram"], { cwd }).status, 0);
  refused(t, engram(["recall", "rows.engram", "rows.npy", "--far", "lse"], { cwd }), /--far: expected a memory of model dense/, "at recall");
});

t.test("memory files that are damaged, of another version, another kind", async (t) => {
  const cwd = home(t);
  t.equal(engram(["remember", "rows.npy", "-o", "rows.engram"], { cwd }).status, 0);
  const good = readFileSync(join(cwd, "rows.engram"));
  const damage = (name: string, change: (bytes: Buffer) => Buffer | void): string => {
    const bytes = Buffer.from(good);
    writeFileSync(join(cwd, name), change(bytes) ?? bytes);
    return name;
  };
  const use = (name: string): Ran => engram(["recall", name, "rows.npy"], { cwd });
  refused(t, use(damage("flipped.engram", (bytes) => void (bytes[bytes.length - 5] ^= 1))), /flipped\.engram: expected sha256 [0-9a-f]{64}, got [0-9a-f]{64}\. The file was damaged/, "a flipped bit");
  refused(t, use(damage("digest.engram", (bytes) => void (bytes[40] ^= 1))), /digest\.engram: expected sha256/, "a flipped bit of the digest");
  damage("short.engram", () => {});
  truncateSync(join(cwd, "short.engram"), good.length - 7);
  refused(t, use("short.engram"), /short\.engram: expected .+, got .+/, "cut short");
  truncateSync(join(cwd, "short.engram"), 50);
  refused(t, use("short.engram"), /short\.engram: expected an \.engram file/, "cut in its header");
  truncateSync(join(cwd, "short.engram"), 0);
  refused(t, use("short.engram"), /got an empty file/, "empty");
  appendFileSync(join(cwd, "long.engram"), Buffer.concat([good, Buffer.alloc(3)]));
  refused(t, use("long.engram"), /long\.engram: expected/, "bytes after the end");
  refused(t, use("photos/p0.png"), /p0\.png: expected an \.engram file, got a file of another kind/, "a picture");
  refused(t, use("photos"), /photos: expected a readable file, got a folder/, "a folder");
  refused(t, use("nowhere.engram"), /nowhere\.engram: expected a readable file, got no such file/, "missing");
  const other = writeEngram({ model: "universl", parameters: {}, tensors: { patterns: tensor(new Float64Array(4), [1, 4]) } });
  writeFileSync(join(cwd, "model.engram"), other);
  refused(t, use("model.engram"), /expected a memory of model dense, universal, semantic, entropic, got a file of model universl\. `engram info` says what it holds/, "an unknown model");
  // its digest is right, and cues would be resized to 12 billion numbers
  const { model, parameters, tensors } = readEngram(good);
  writeFileSync(join(cwd, "size.engram"), writeEngram({ model, tensors, parameters: { ...parameters, "pictures.width": "65536", "pictures.height": "65536", "pictures.channels": "3", "pictures.filter": "box" } }));
  refused(t, engram(["recall", "size.engram", "photos/p0.png"], { cwd }), /size\.engram: expected a picture size of 4 numbers in the parameters pictures\.\*, got 65536 x 65536 x 3/, "a picture size of another dimension");
  // a file of the future: its digest is right
  const later = Buffer.from(other.map((byte) => byte));
  const at = later.indexOf('"version":"1"');
  later.write('"version":"9"', at, "latin1");
  const sha = '"sha256":"'.length + later.indexOf('"sha256":"');
  later.fill("0", sha, sha + 64);
  later.write(sha256Hex(new Uint8Array(later)), sha, "latin1");
  writeFileSync(join(cwd, "version.engram"), later);
  refused(t, use("version.engram"), /version\.engram: expected memory file version 1, got 9\. Read it with the release/, "another version");
  refused(t, engram(["info", "version.engram"], { cwd }), /version\.engram: expected/, "info checks too");
});

t.test("pictures that are none: skipped and counted, or refused with --strict", async (t) => {
  const cwd = home(t);
  writeFileSync(join(cwd, "photos", "empty.png"), "");
  writeFileSync(join(cwd, "photos", "huge.png"), hugePng());
  t.equal(hugePng().length, 69);
  writeFileSync(join(cwd, "photos", "notes.txt"), "no picture");
  writeFileSync(join(cwd, "photos", "cut.png"), png(5).subarray(0, 60));
  writeFileSync(join(cwd, "photos", ".hidden"), "left out without a word");
  writeFileSync(join(cwd, "photos", "x.gif"), "GIF89a and so on");
  writeFileSync(join(cwd, "photos", "red\u001b[31m\u009b.txt"), "a name that a terminal would obey");
  writeFileSync(join(cwd, "photos", "zero.npy"), "");
  writeFileSync(join(cwd, "photos", "small.npy"), writeNpy(tensor(new Float64Array(4), [1, 4])));
  // Refused by its first bytes: it is not read whole.
  writeFileSync(join(cwd, "photos", "film.mov"), Buffer.from("\0\0\0\x14ftypqt  \0\0\0\0"));
  truncateSync(join(cwd, "photos", "film.mov"), 2 ** 36);
  symlinkSync("nowhere.png", join(cwd, "photos", "broken.png"));
  const lenient = engram(["remember", "photos", "-o", "a.engram", "--json"], { cwd });
  t.equal(lenient.status, 0, lenient.stderr);
  for (const name of ["empty.png", "huge.png", "notes.txt", "cut.png", "broken.png", "x.gif", "zero.npy", "small.npy", "film.mov"]) t.match(lenient.stderr, new RegExp(`warning: skipped photos/${name}: expected`), name);
  t.match(lenient.stderr, /huge\.png: expected at most \d+ pixels, got 30000 x 30000/);
  t.match(lenient.stderr, /film\.mov: expected a PNG, JPEG, PGM or PPM file, got a film/);
  t.match(lenient.stderr, /x\.gif: expected a PNG, JPEG, PGM or PPM file, got a GIF picture\. Convert it to PNG/);
  t.match(lenient.stderr, /zero\.npy: expected the npy magic .*, got an empty file/);
  t.match(lenient.stderr, /remembered 3 patterns of 3072 numbers in a\.engram, 10 skipped/);
  t.match(lenient.stderr, /skipped photos\/red\ufffd\[31m\ufffd\.txt/);
  t.notMatch(lenient.stderr, /[\u001b\u009b]/);
  t.match(JSON.parse(lenient.stdout), { size: 3, skipped: 10 });
  const strict = engram(["remember", "photos", "-o", "b.engram", "--strict"], { cwd });
  refused(t, strict, /error: photos\/broken\.png: expected a file, got a broken link/, "strict");
  t.notOk(readdirSync(cwd).some((name) => name.includes("b.engram")));
  for (const name of ["empty.png", "huge.png", "notes.txt", "cut.png"]) {
    refused(t, engram(["recall", "a.engram", join("photos", name)], { cwd }), new RegExp(`photos/${name}: expected`), `${name} as a cue`);
  }
  // Nobody is locked out of a file when they are root.
  if (process.getuid?.() !== 0) {
    writeFileSync(join(cwd, "photos", "locked.png"), png(6), { mode: 0 });
    t.match(engram(["remember", "photos", "-o", "c.engram"], { cwd }).stderr, /skipped photos\/locked\.png: expected a readable file, got permission denied/);
  }
  mkdirSync(join(cwd, "junk"));
  writeFileSync(join(cwd, "junk", "notes.txt"), "no picture");
  refused(t, engram(["remember", "junk", "-o", "d.engram"], { cwd }), /expected at least one picture or array, got none that is readable \(1 skipped\)/, "only junk");
});

t.test("outputs that are in the way, cannot be written, or do not fit on the disk", async (t) => {
  const cwd = home(t);
  t.equal(engram(["remember", "photos", "-o", "a.engram"], { cwd }).status, 0);
  const before = readFileSync(join(cwd, "a.engram"));
  refused(t, engram(["remember", "rows.npy", "-o", "a.engram"], { cwd }), /a\.engram: expected a name that is free, got a file that exists\. .*--force/, "output exists");
  t.same(readFileSync(join(cwd, "a.engram")), before, "and stays as it was");
  refused(t, engram(["recall", "a.engram", "photos/p0.png", "-o", "photos/p1.png"], { cwd }), /photos\/p1\.png: expected a name that is free/, "picture exists");
  refused(t, engram(["remember", "photos", "-o", "no/where/a.engram"], { cwd }), /expected a folder at no\/where, got none/, "no such folder");
  refused(t, engram(["remember", "photos", "-o", "photos"], { cwd }), /photos: expected the name of a file to write, got a folder/, "a folder");
  refused(t, engram(["remember", "photos", "-o", "/proc/a.engram"], { cwd }), /\/proc\/a\.engram: expected a place that can be written, got/, "a folder that cannot be written");
  refused(t, engram(["remember", "photos", "-o", "/dev/full"], { cwd }), /\/dev\/full: expected a place that can be written, got no space left on the device/, "disk full");
  refused(t, shell('$ENGRAM info a.engram > /dev/full', { cwd }), /stdout: expected a place that takes the output, got no space left/, "disk full behind stdout");
  // 512-byte blocks: the file would have more, so the write fails half-way
  refused(t, shell("ulimit -f 8; $ENGRAM remember photos -o big.engram", { cwd }), /big\.engram: expected a place that can be written, got a limit on file sizes/, "full half-way");
  refused(t, shell("ulimit -f 8; $ENGRAM remember photos -o a.engram --force", { cwd }), /a\.engram: expected a place that can be written/, "full half-way over an old file");
  t.same(readFileSync(join(cwd, "a.engram")), before, "the old file is whole");
  t.same(readdirSync(cwd).sort(), ["a.engram", "photos", "rows.npy"], "nothing half-written stays");
  t.equal(engram(["remember", "rows.npy", "-o", "a.engram", "--force"], { cwd }).status, 0, "--force replaces it");
  t.notSame(readFileSync(join(cwd, "a.engram")), before);
});

t.test("names and options that do not exist, values out of range", async (t) => {
  const cwd = home(t);
  const remember = (...options: string[]): Ran => engram(["remember", "rows.npy", "-o", "x.engram", ...options], { cwd });
  refused(t, remember("--model", "univrsal"), /--model: expected one of dense, universal, .*got "univrsal"\. Did you mean "universal"\?/, "model");
  refused(t, remember("--similarity", "cosin"), /similarity: expected one of .*got "cosin"\. Did you mean "cosine"\?/, "similarity");
  refused(t, remember("--separation", "softmx(2)"), /Did you mean "softmax"\?/, "separation");
  refused(t, remember("--model", "dense", "--energy", "lsx"), /energy: expected one of .*got "lsx"\. Did you mean "ls[er]"\?/, "energy");
  refused(t, remember("--energy", "lse"), /--energy: expected an option of model universal, got an option of model dense/, "an option of another model");
  refused(t, remember("--model", "dense", "--degree", "4"), /--degree: expected energy polynomial or rectified, got lse/, "an option of another energy");
  refused(t, remember("--bta", "3"), /unknown option '--bta'\s+\(Did you mean --beta\?\)/, "option");
  refused(t, remember("--beta", "minus"), /--beta: expected a number above 0, got "minus"/, "no number");
  refused(t, remember("--beta", "-3"), /--beta: expected a number above 0, got "-3"/, "out of range");
  refused(t, remember("--size", "32"), /--size: expected WIDTHxHEIGHT/, "size");
  refused(t, remember("--size", "99999x99999"), /--size: expected WIDTHxHEIGHT .* at most 16777216, got "99999x99999"/, "a size of 30 GB");
  refused(t, engram(["rember", "rows.npy"], { cwd }), /unknown command 'rember'\s+\(Did you mean remember\?\)/, "command");
  refused(t, engram(["remember", "rows.npy"], { cwd }), /required option '-o, --output <file>' not specified/, "no output");
  refused(t, engram([], { cwd }), /Usage: engram/, "no command");
  refused(t, engram(["reproduce", "main-jb"], { cwd }), /Did you mean "main-job"\?/, "experiment");
  refused(t, engram(["reproduce", "lsr-latent-tiny", "--data", "photos"], { cwd }), /lsr-latent-tiny: expected --weights DIR with published weights, got no folder of weights/, "weights");
  refused(t, engram(["reproduce", "lsr-latent-tiny", "--data", "photos", "--weights", "nowhere"], { cwd }), /--weights: expected a folder, got nowhere/, "no such folder");
  refused(t, engram(["reproduce"], { cwd }), /reproduce: expected the name of an experiment, --all or --list, got none/, "no experiment");
});
