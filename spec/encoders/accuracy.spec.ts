/** The published CIFAR-10 ResNet-20 scores what its authors' checkpoint scores in PyTorch: 9,173 of the 10,000 test images, +-2 for ties of the last bits. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { Encoder } from "../../src/encoders/index.ts";
import { imageOf, loadCifar10 } from "../../src/experiments/data.ts";

const data = join(process.env.ENGRAM_DATA ?? "../shared/data", "cifar-10-binary.tar.gz");
const weights = join(process.env.ENGRAM_WEIGHTS ?? "../shared/weights", "cifar10-resnet20.safetensors");
const missing = [data, weights].find((path) => !existsSync(path));

t.test("ResNet-20 on the test batch of CIFAR-10", { skip: missing === undefined ? false : `${missing} is not here`, timeout: 200_000 }, async (t) => {
  const set = loadCifar10(data, "test");
  const encoder = new Encoder("cifar-resnet20", readFileSync(weights), { layers: ["linear"] });
  t.equal(encoder.dim, 10);
  let right = 0;
  for (let from = 0; from < set.count; from += 500) {
    const logits = encoder.encode(Array.from({ length: 500 }, (_, i) => imageOf(set, from + i)));
    for (let i = 0; i < 500; i++) {
      const row = logits.subarray(10 * i, 10 * i + 10);
      if (row.indexOf(Math.max(...row)) === set.labels[from + i]) right++;
    }
  }
  encoder.dispose();
  t.ok(Math.abs(right - 9173) <= 2, `${right} of ${set.count}`);
});
