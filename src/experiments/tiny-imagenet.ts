/** Tiny ImageNet in its official layout (`tiny-imagenet-200/train/<class>/images/<class>_<i>.JPEG`), as an archive or a folder; JPEGs by our own reader. */
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { readTar } from "../formats/index.ts";
import { decodeImage, type Image, toRgb } from "../images/index.ts";
import { EngramError } from "../numeric/errors.ts";

const FILE = /(?:^|\/)train\/([^/]+)\/images\/\1_(\d+)\.JPEG$/;

/** The archives and folders that are looked for, in order. */
const PLACES = ["tiny-imagenet-sample.tar.gz", "tiny-imagenet-200.tar.gz", "tiny-imagenet-200.tar", "tiny-imagenet-200"];

/**
 * Training images 0 to `each` - 1 of every class, classes in the order of their names; grey files become RGB, as the network needs.
 * @param data the folder that holds the archive or folder @param classes at most so many
 * @throws EngramError where there is none, an image is missing or damaged, or not 64 x 64
 */
export function loadTinyImageNet(data: string, each: number, classes: number = Infinity): { images: Image[]; names: string[] } {
  const place = PLACES.map((name) => join(data, name)).find((path) => existsSync(path));
  if (place === undefined) throw new EngramError(data, PLACES.join(" or "), "none of them", "Point --data at the folder that holds Tiny ImageNet.");
  const files = statSync(place).isDirectory() ? fromFolder(place, each) : fromArchive(place, each);
  const found = [...files.keys()].sort().slice(0, classes);
  if (found.length === 0) throw new EngramError(place, "train/<class>/images/<class>_0.JPEG and so on", "no such file", "Use the official layout.");
  const images = found.flatMap((name) => Array.from({ length: each }, (_, i) => {
    const bytes = files.get(name)!.get(i);
    if (bytes === undefined) throw new EngramError(place, `${name}_${i}.JPEG`, "no such file", "Every class needs its first images.");
    const shown = toRgb(decodeImage(bytes, { name: `${name}_${i}.JPEG` }));
    if (shown.width !== 64 || shown.height !== 64) throw new EngramError(`${name}_${i}.JPEG`, "64 x 64 pixels", `${shown.width} x ${shown.height}`, "Use Tiny ImageNet.");
    return shown;
  }));
  return { images, names: found.flatMap((name) => Array.from({ length: each }, (_, i) => `${name}_${i}`)) };
}

type Files = Map<string, Map<number, Uint8Array>>;

function fromArchive(path: string, each: number): Files {
  const files: Files = new Map();
  const wanted = (name: string): boolean => Number(FILE.exec(name)?.[2] ?? Infinity) < each;
  for (const { path: name, data } of readTar(readFileSync(path), { name: path, accept: wanted })) keep(files, name, data.slice());
  return files;
}

function fromFolder(path: string, each: number): Files {
  const files: Files = new Map();
  const train = join(path, "train");
  for (const name of existsSync(train) ? readdirSync(train) : []) {
    for (let i = 0; i < each; i++) {
      const file = join(train, name, "images", `${name}_${i}.JPEG`);
      if (existsSync(file)) keep(files, `train/${name}/images/${name}_${i}.JPEG`, readFileSync(file));
    }
  }
  return files;
}

function keep(files: Files, name: string, bytes: Uint8Array): void {
  const [, of, i] = FILE.exec(name)!;
  files.set(of, (files.get(of) ?? new Map<number, Uint8Array>()).set(Number(i), bytes));
}
