/** The emoji that fixtures/encoders/generate.py shows to the published networks. */
import { readFileSync } from "node:fs";
import { decodePng, image, sheetToImages } from "../../src/images/index.ts";
import type { Image } from "../../src/images/index.ts";

const { tile, count } = JSON.parse(readFileSync("fixtures/images/emoji.json", "utf8")) as { tile: number; count: number };

export function emoji(places: readonly number[]): Image[] {
  const all = sheetToImages(decodePng(readFileSync("fixtures/images/emoji.png")), tile, count);
  return places.map((place) => all[place]);
}

/** Each pixel `times` x `times`. */
export function repeated({ width, height, channels, data }: Image, times: number): Image {
  const [w, h] = [width * times, height * times];
  const out = Float32Array.from({ length: channels * w * h }, (_, i) => data[(Math.floor(i / (w * h)) * height + Math.floor((Math.floor(i / w) % h) / times)) * width + Math.floor((i % w) / times)]);
  return image(w, h, channels, out);
}

/** 6 rows of 8 emoji side by side. */
export function board(): Image {
  const tiles = emoji(Array.from({ length: 48 }, (_, i) => 100 + i));
  const [w, h] = [8 * tile, 6 * tile];
  return image(w, h, 3, Float32Array.from({ length: 3 * w * h }, (_, i) => {
    const [c, y, x] = [Math.floor(i / (w * h)), Math.floor(i / w) % h, i % w];
    return tiles[Math.floor(y / tile) * 8 + Math.floor(x / tile)].data[(c * tile + (y % tile)) * tile + (x % tile)];
  }));
}
