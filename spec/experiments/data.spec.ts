import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { imageOf, loadCifar10, loadEmoji, loadFashion, loadMnist, packageRoot, rowsOf } from "../../src/experiments/data.ts";
import { EngramError } from "../../src/numeric/errors.ts";
import { toBytes } from "../../src/images/index.ts";

t.test("the root is the folder of package.json", async (t) => {
  t.equal(packageRoot(), process.cwd());
});

t.test("1,600 emoji, all apart by 3.5 or more", async (t) => {
  const { images, names, rows } = loadEmoji();
  t.same([images.length, names.length, new Set(names).size, rows.length], [1600, 1600, 1600, 1600 * 3072]);
  t.ok(statSync("fixtures/images/emoji.png").size < 2.5e6);
  t.same(names.slice(0, 3), ["grinning", "grin", "laughing"]);
  for (const i of [0, 41, 1599]) t.same(rows.subarray(i * 3072, (i + 1) * 3072), images[i].data);
  // Differences are multiples of 1/255, and the generator works in double precision on the same bytes: 1e-6 covers Float32.
  let least = Infinity;
  for (let i = 0; i < 1600; i++) {
    for (let j = 0; j < i; j++) {
      let sum = 0;
      // Most pairs are far apart long before the last pixel.
      for (let d = 0; d < 3072 && sum < least; d++) sum += (rows[i * 3072 + d] - rows[j * 3072 + d]) ** 2;
      least = Math.min(least, sum);
    }
  }
  t.ok(Math.sqrt(least) >= 3.5 - 1e-6 && Math.sqrt(least) < 3.6, `nearest pair ${Math.sqrt(least)}`);
});

t.test("Fashion-MNIST: the first 1,000 test images", async (t) => {
  const set = loadFashion();
  t.same([set.count, ...set.shape, set.names.length, set.labels.length, set.bytes.length], [1000, 1, 28, 28, 10, 1000, 784000]);
  t.same([...set.labels.subarray(0, 10)], [9, 2, 1, 1, 6, 1, 4, 6, 5, 7], "the labels every tutorial shows");
  t.same(toBytes(imageOf(set, 999)), set.bytes.subarray(999 * 784));
  t.same(rowsOf(set, { from: 3, to: 5 }), rowsOf(set, [3, 4]));
  t.equal(rowsOf(set, []).length, 0);
  for (const bad of [[1000], [-1], [0.5]]) t.throws(() => rowsOf(set, bad), EngramError);
});

t.test("official files in folders: made here, missing, and not belonging together", async (t) => {
  const dir = mkdtempSync(join(tmpdir(), "engram-data-"));
  t.teardown(() => rmSync(dir, { recursive: true }));
  t.throws(() => loadMnist(dir, "train"), { message: /train-images-idx3-ubyte/ });
  t.throws(() => loadMnist(join(dir, "none"), "test"), EngramError);
  writeFileSync(join(dir, "t10k-images-idx3-ubyte.gz"), readFileSync("fixtures/images/fashion-images-1000.idx.gz"));
  writeFileSync(join(dir, "t10k-labels-idx1-ubyte.gz"), readFileSync("fixtures/images/fashion-labels-1000.idx.gz"));
  t.same(loadMnist(dir, "test").bytes, loadFashion().bytes);
  writeFileSync(join(dir, "t10k-labels-idx1-ubyte"), Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 5, 6));
  t.throws(() => loadMnist(dir, "test"), { message: /1000 bytes, got u8 \[2\]/ });
  t.throws(() => loadCifar10(dir, "test"), { message: /test_batch\.bin/ });
  t.throws(() => loadCifar10(join(dir, "none"), "test"), EngramError);
  for (let k = 1; k <= 5; k++) writeFileSync(join(dir, `data_batch_${k}.bin`), Uint8Array.from({ length: 3073 }, (_, i) => (i === 0 ? k : i + k)));
  const set = loadCifar10(dir, "train");
  t.same([set.count, ...set.shape, ...set.labels], [5, 3, 32, 32, 1, 2, 3, 4, 5]);
  t.equal(set.bytes[3 * 3072 + 7], 8 + 4);
  t.equal(set.names[3], "cat");
});

const MNIST = "../shared/data/mnist";
t.test("official MNIST", { skip: existsSync(MNIST) ? false : `${MNIST} is absent` }, async (t) => {
  const set = loadMnist(MNIST, "test");
  t.same([set.count, ...set.shape, ...set.labels.subarray(0, 5)], [10000, 1, 28, 28, 7, 2, 1, 0, 4]);
});

const CIFAR = "../shared/data/cifar-10-binary.tar.gz";
t.test("official CIFAR-10", { skip: existsSync(CIFAR) ? false : `${CIFAR} is absent` }, async (t) => {
  const set = loadCifar10(CIFAR, "test");
  t.same([set.count, ...set.shape, set.names[0]], [10000, 3, 32, 32, "airplane"]);
  t.same(Array.from({ length: 10 }, (_, k) => set.labels.filter((label) => label === k).length), Array(10).fill(1000));
});
