/**
 * What the examples share: an album that `engram remember photos/ -o album.engram` made, and the answer to a PNG.
 * Nothing here names a host: PNG is read by plain TypeScript, the same pixels everywhere.
 */
import { openEngram } from "engram/formats";
import { decodePng, encodePng, type Image, image, resize, toRgb } from "engram/images";
import { UniversalMemory } from "engram/universal";

export interface Answer {
  /** The file the stored picture came from. */
  readonly key: string;
  /** Its share of the softmax over all stored pictures. */
  readonly weight: number;
  readonly converged: boolean;
  /** What the memory recalled, as PNG. */
  readonly png: Uint8Array;
}

/** A picture as the album holds them, 3 x height x width numbers in [0, 1]; what is transparent stays hidden. @throws EngramError on bytes that are no PNG */
export function toCue(png: Uint8Array, { width, height }: { readonly width: number; readonly height: number }): Image {
  return resize(toRgb(decodePng(png, { decoder: "portable", maxPixels: 4e6, name: "cue" })), width, height);
}

/** The size of an album's pictures. */
export function sizeOf(album: Uint8Array): { readonly width: number; readonly height: number } {
  const { parameters } = openEngram(album, "album");
  return { width: Number(parameters["pictures.width"]), height: Number(parameters["pictures.height"]) };
}

/** The memory of an album of pictures, ready to answer. */
export function openAlbum(album: Uint8Array): (png: Uint8Array) => Answer {
  const size = sizeOf(album);
  const memory = UniversalMemory.fromBytes(album, { name: "album" });
  return (png) => {
    const { key, ranking, converged, state } = memory.recall(toCue(png, size));
    return { key: String(key), weight: ranking[0].weight, converged, png: encodePng(image(size.width, size.height, 3, Float32Array.from(state))) };
  };
}
