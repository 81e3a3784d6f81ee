import { gzipSync } from "node:zlib";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { CIFAR_PIXELS, readCifar, readCifarTar } from "../../src/formats/cifar.ts";
import { sha256Hex } from "../../src/formats/sha256.ts";
import { badCuts, silentFlips, surviveNoise, tarOf } from "./hostile.ts";

t.test("CIFAR records", async (t) => {
  const record = (head: number[], fill: number): Uint8Array => Uint8Array.of(...head, ...new Uint8Array(CIFAR_PIXELS).fill(fill));
  const ten = readCifar(Buffer.concat([record([7], 1), record([9], 2)]), "cifar10");
  t.same([ten.count, ...ten.labels, ten.images.length, ten.images[3071], ten.images[3072]], [2, 7, 9, 6144, 1, 2]);
  const hundred = readCifar(Buffer.concat([record([19, 99], 1), record([0, 5], 2)]), "cifar100");
  t.same([...hundred.labels, ...hundred.coarse!], [99, 5, 19, 0]);
  t.throws(() => readCifar(record([10], 0), "cifar10"), { message: /record 0: expected a label below 10, got 10/ });
  t.throws(() => readCifar(record([20, 1], 0), "cifar100"), { message: /below 20/ });
  t.throws(() => readCifar(record([1], 0).subarray(1), "cifar10"), { message: /whole records of 3073/ });

  const two = tarOf("c/data_batch_2.bin", record([2], 2)).subarray(0, 512 * 8);
  const archive = Buffer.concat([two, tarOf("c/data_batch_1.bin", record([1], 1)).subarray(0, 512 * 8), tarOf("c/test_batch.bin", record([3], 3))]);
  t.same([...readCifarTar(archive).train.labels], [1, 2], "batches in the order of their numbers");
  t.same([...readCifarTar(archive, { only: "test" }).test.labels], [3]);
  t.equal(readCifarTar(archive, { only: "test" }).train.count, 0);
  t.throws(() => readCifarTar(tarOf("readme", Uint8Array.of(1))), { message: /official binary version/ });
});

t.test("CIFAR: damage, bombs and lies", async (t) => {
  const record = (label: number): Uint8Array => Uint8Array.of(label, ...new Uint8Array(CIFAR_PIXELS).fill(label));
  const archive = Buffer.concat([tarOf("c/data_batch_1.bin", record(1)).subarray(0, 512 * 8), tarOf("c/test_batch.bin", record(3))]);
  const packed = gzipSync(archive);
  for (const [name, bytes] of [["tar", archive], ["tar.gz", packed]] as const) {
    const read = (file: Uint8Array): unknown => {
      const { train, test } = readCifarTar(file);
      return [train, test].map(({ count, labels, images }) => [count, labels, sha256Hex(images)]);
    };
    // Pixels are not covered by a checksum in a bare tar; all else is, and in a tar.gz everything.
    if (name === "tar.gz") t.same(silentFlips(read, bytes), []);
    t.same(badCuts(read, bytes), [], name);
    surviveNoise(read, bytes, 100);
  }
  surviveNoise((bytes) => readCifar(bytes, "cifar100"), record(3), 100);
  t.throws(() => readCifarTar(gzipSync(tarOf("c/data_batch_1.bin", new Uint8Array(3073 * 3000))), { limit: 1e6 }), { message: /at most 1000000 bytes inflated/ });
  t.throws(() => readCifarTar(tarOf("c/data_batch_1.bin", record(1)), { fileLimit: 100 }), { message: /at most 100 bytes, got 3073/ });
  const twice = Buffer.concat([tarOf("c/data_batch_1.bin", record(1)).subarray(0, 512 * 8), tarOf("c/data_batch_1.bin", record(2))]);
  t.throws(() => readCifarTar(twice), { message: /every batch once/ });
  const mixed = Buffer.concat([tarOf("c/data_batch_1.bin", record(1)).subarray(0, 512 * 8), tarOf("c/train.bin", Uint8Array.of(1, ...record(2)))]);
  t.throws(() => readCifarTar(mixed), { message: /only cifar10 files/ });
});

const cifar = join(process.env.ENGRAM_DATA ?? "../shared/data", "cifar-10-binary.tar.gz");
t.test("the CIFAR-10 archive itself", { skip: existsSync(cifar) ? false : `no ${cifar}` }, async (t) => {
  const { kind, names, train, test } = readCifarTar(readFileSync(cifar));
  t.equal(kind, "cifar10");
  t.same([train.count, test.count, train.images.length], [50000, 10000, 50000 * 3072]);
  t.equal(names[0], "airplane");
  const counts = new Array<number>(10).fill(0);
  for (const label of train.labels) counts[label]++;
  t.same(counts, new Array<number>(10).fill(5000), "5,000 of each class, as the data set has");
  let sum = 0;
  for (const pixel of train.images) sum += pixel;
  // .4914, .4822 and .4465 are the published channel means; to the four digits they are given with.
  t.ok(Math.abs(sum / train.images.length / 255 - (0.4914 + 0.4822 + 0.4465) / 3) < 1e-4);
});
