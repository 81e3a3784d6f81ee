/** Memories in latent space: exact sets against numpy's, the golden fixture of section 9 of the notes, quick runs, what a full run needs. */
import t from "tap";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Context, experiments, type Report } from "../../src/experiments/index.ts";
import { latentMemories, letter, title } from "../../src/experiments/lsr-latents.ts";
import { loadTinyImageNet } from "../../src/experiments/tiny-imagenet.ts";
import { readTar } from "../../src/formats/index.ts";
import { decodePng } from "../../src/images/index.ts";
import { EngramError, seeded } from "../../src/numeric/index.ts";

const quick: Context = { quick: true, seed: 3, progress: () => {}, now: () => 0 };

async function run(name: string, context: Partial<Context> = {}): Promise<Report> {
  return experiments.find((experiment) => experiment.name === name)!.run({ ...quick, ...context });
}

t.test("24 codes of digits by PyTorch: beta and every minimum are numpy's, by direct distances", async (t) => {
  const { mnist } = JSON.parse(readFileSync("fixtures/weights/beta-vae-mnist.json", "utf8")) as { mnist: { mu: number[][]; beta: number; touching: number; minima: number[][]; minimaTouching: number[][] } };
  const found = latentMemories(mnist.mu.flat(), 10, 5);
  // Sums of ten squares in another order: a few units in the last place.
  t.ok(Math.abs(found.beta / mnist.beta - 1) < 1e-14, `beta ${found.beta}`);
  t.ok(Math.abs(found.touching.beta / mnist.touching - 1) < 1e-11, `touching ${found.touching.beta}`);
  t.same(found.found.minima.map(({ members }) => members.join()).sort(), mnist.minima.map((K) => K.join()).sort(), `${mnist.minima.length} sets`);
  const sizes = mnist.minimaTouching.map((K) => K.length);
  t.same([found.touching.kept, found.touching.novel], [sizes.filter((n) => n === 1).length, sizes.filter((n) => n > 1).length]);
  t.same([found.kept.length, found.novel.length], [22, 47], "the paper's figure: 22 kept, 38 or 46 novel");
  t.ok(found.found.margin > 1e-6, "no comparison so close that f32 codes could decide it otherwise");
});

t.test("the golden fixture, K_target = 3", async (t) => {
  // xi_{mu, i} = frac(m^2 sqrt(p_i)), m = mu + 1
  const Xi = Array.from({ length: 10 }, (_, mu) => [2, 3, 5, 7].map((p) => ((mu + 1) ** 2 * Math.sqrt(p)) % 1)).flat();
  const found = latentMemories(Xi, 4, 3);
  // Nine and eleven digits are what the notes print.
  t.ok(Math.abs(found.beta - 26.445806499) < 1e-9 && Math.abs(found.touching.beta - 27.16094248) < 1e-8);
  t.same([found.pairs, found.kept.length, found.novel.length], [10, 10, 10]);
  for (const { members, code, novelty, nearest } of found.novel) {
    const distances = Array.from({ length: 10 }, (_, mu) => Math.sqrt([0, 1, 2, 3].reduce((sum, k) => sum + (code[k] - Xi[4 * mu + k]) ** 2, 0)));
    t.equal(distances[nearest], Math.min(...distances), title(members));
    t.ok(Math.abs(novelty - distances[nearest]) < 1e-15 && novelty < found.radius && members.includes(nearest));
  }
  t.ok(found.lse.settled && found.lse.codes.length >= 1 && found.lse.codes.length <= 10);
});

t.test("LSE: at a large beta one memory per pattern, at a small one a single one", async (t) => {
  const rng = seeded(9);
  // Two far groups of close patterns: K_target = 3 links the groups inside, and LSE cannot part them.
  const Xi = Array.from({ length: 6 }, (_, mu) => [mu < 3 ? 0 : 100, 0, 0].map((value) => value + 0.01 * rng.uniform())).flat();
  t.equal(latentMemories(Xi, 3, 3).lse.codes.length, 2, "one for each group");
  t.throws(() => latentMemories(new Float32Array(8).fill(1), 2, 3), EngramError, "equal codes");
  t.throws(() => latentMemories([1, 2], 2, 3), EngramError, "a single code");
  t.same([0, 25, 26, 51, 52, 104].map(letter), ["A", "Z", "a", "z", "A1", "A2"]);
});

for (const [name, sheets] of [["lsr-latent-mnist", ["stored", "decoded", "kept", "novel", "lse"]], ["lsr-latent-tiny", ["stored", "decoded", "kept", "novel", "lse"].flatMap((sheet) => [`pixels-3-${sheet}`, `pixels-5-${sheet}`])]] as const) {
  t.test(`${name} --quick`, async (t) => {
    const { result, files } = await run(name);
    t.equal(result.experiment, name);
    t.ok(result.checks.length >= 4 && result.pass, JSON.stringify(result.checks.filter(({ pass }) => !pass)));
    t.same([...files.keys()].sort(), ["index.html", "result.json", ...sheets.map((sheet) => `${sheet}.png`)].sort());
    for (const sheet of sheets) t.ok(decodePng(files.get(`${sheet}.png`)!).width > 200, sheet);
    const again = await run(name);
    for (const [file, bytes] of files) t.equal(Buffer.compare(Buffer.from(bytes), Buffer.from(again.files.get(file)!)), 0, `${file}: the same bytes`);
    const other = await run(name, { seed: 4 });
    t.not(JSON.stringify(other.result.rows), JSON.stringify(result.rows), "another seed, other pictures");
  });
}

t.test("full runs need their data", async (t) => {
  await t.rejects(run("lsr-latent-mnist", { quick: false }), /--data/);
  await t.rejects(run("lsr-latent-mnist", { quick: false, data: "fixtures" }), /train-images-idx3-ubyte/);
  await t.rejects(run("lsr-latent-tiny", { quick: false, data: "fixtures" }), /--weights DIR with taef2-encoder/);
  await t.rejects(run("lsr-latent-tiny", { quick: false, data: "fixtures", weights: "fixtures" }), /taef2-encoder/);
});

const data = process.env.ENGRAM_DATA ?? "../shared/data";
const weights = process.env.ENGRAM_WEIGHTS ?? "../shared/weights";
const missing = [join(data, "tiny-imagenet-sample.tar.gz"), join(weights, "taef2-encoder.safetensors")].find((path) => !existsSync(path));

t.test("Tiny ImageNet: archive and folder give the same pictures, other places are refused", { skip: existsSync(join(data, "tiny-imagenet-sample.tar.gz")) ? false : `no Tiny ImageNet in ${data}` }, async (t) => {
  const { images, names } = loadTinyImageNet(data, 2);
  t.same([images.length, names[0], names[1]], [40, "n01641577_0", "n01641577_1"]);
  t.same(names, [...names].sort(), "classes in the order of their names");
  t.equal(loadTinyImageNet(data, 1, 3).images.length, 3);
  const folder = t.testdir();
  for (const { path, data: bytes } of readTar(readFileSync(join(data, "tiny-imagenet-sample.tar.gz")), { accept: (path) => /_0\.JPEG$/.test(path) })) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  t.same(loadTinyImageNet(folder, 1, 2).images, loadTinyImageNet(data, 1, 2).images);
  t.throws(() => loadTinyImageNet(folder, 2, 2), /_1\.JPEG/, "the second image is not there");
  t.throws(() => loadTinyImageNet("fixtures", 1), /tiny-imagenet-sample\.tar\.gz or/);
});

t.test("lsr-latent-tiny on Tiny ImageNet through TAEF2: the counts of the re-run", { skip: missing === undefined ? false : `${missing} is not here`, timeout: 280_000 }, async (t) => {
  const { result } = await run("lsr-latent-tiny", { quick: false, data, weights });
  t.ok(result.pass, JSON.stringify(result.checks.filter(({ pass }) => !pass)));
  const counts = result.rows.filter(({ part }) => part === "midway").map(({ path, wanted, kept, novel }) => [path, wanted, kept, novel]);
  t.same(counts, ["plain", "half-range"].flatMap((path) => [[path, 3, 40, 40], [path, 5, 40, 80]]));
});

t.test("lsr-latent-mnist on the digits of Figure 4", { skip: existsSync(join(data, "mnist")) ? false : `no MNIST in ${data}` }, async (t) => {
  const { result } = await run("lsr-latent-mnist", { quick: false, data });
  t.ok(result.pass, JSON.stringify(result.checks.filter(({ pass }) => !pass)));
  t.same(result.rows.slice(0, 2).map(({ kept, novel }) => [kept, novel]), [[22, 47], [22, 45]], "as from PyTorch's codes");
});
