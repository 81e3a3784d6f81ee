/**
 * The outer layer of JPEG (ITU-T T.81, annex B): the segments before the samples, read and checked before a decoder runs. A file
 * must be long enough for the blocks its frame promises and may not have scans without end: a decoder takes 456 bytes
 * per block, and goes over all of them once per scan.
 *
 *   baseline     each block of 8 x 8 takes at least 2 bits, a code for its mean and one for the end of the block
 *   progressive  each block takes at least 1 bit, in the first scan of the means
 */
import { ByteReader, damaged, latin1 } from "../formats/bytes.ts";
import { EngramError } from "../numeric/errors.ts";

/** What a decoder has to know beforehand. */
export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  /** 1 grey, 3 colour, 4 Adobe's CMYK or YCCK. */
  readonly components: 1 | 3 | 4;
  /** Whether three components are luma and two chromas, not red, green and blue. */
  readonly isYcc: boolean;
  /** How far both chromas are halved, across and down; absent where planes are as large as the picture, or of other sizes. */
  readonly halved?: { readonly across: boolean; readonly down: boolean };
  /** Where in the file the byte of Adobe's mark lies that says how colours are coded. */
  readonly adobeAt?: number;
  /** Exif's orientation, 1 to 8; 1 where none is noted. */
  readonly orientation: number;
}

/** Most scans of a progressive picture; encoders write about ten. */
const MOST_SCANS = 100;

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly ids: readonly number[];
  readonly blocks: number;
  readonly progressive: boolean;
  readonly halved?: { readonly across: boolean; readonly down: boolean };
}

/**
 * Walks the segments up to the picture's samples.
 * @throws EngramError on damage, more than `maxPixels` pixels, fewer bytes than its blocks need, or too many scans
 */
export function readSegments(bytes: Uint8Array, maxPixels: number, name: string): JpegHeader {
  const reader = new ByteReader(bytes, name, false);
  if (reader.u16("start marker") !== 0xffd8) throw damaged(name, "a JPEG file (ff d8)", "other bytes");
  let frame: Frame | undefined;
  let adobe: number | undefined;
  let adobeAt: number | undefined;
  let isJfif = false;
  let orientation = 1;
  for (let marker = 0; marker !== 0xda; ) {
    if (reader.u8("marker") !== 0xff) throw damaged(name, "a marker", `other bytes at ${reader.position - 1}`);
    do marker = reader.u8("marker"); while (marker === 0xff); // fill bytes
    if (marker === 0xd9) throw damaged(name, "samples before the end marker", "none");
    const length = reader.u16("segment length");
    if (length < 2) throw damaged(name, "a segment length from 2", `${length}`);
    const body = reader.take(length - 2, "segment");
    const tag = latin1(body.subarray(0, 6));
    if (marker === 0xe0 && tag.startsWith("JFIF\0")) isJfif = true;
    else if (marker === 0xe1 && tag === "Exif\0\0") orientation = readOrientation(body.subarray(6));
    else if (marker === 0xee && tag.startsWith("Adobe") && body.length >= 12) [adobe, adobeAt] = [body[11], reader.position - body.length + 11];
    // Start of frame: c0..cf but for tables (c4, cc) and the reserved c8.
    else if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      if (frame !== undefined) throw damaged(name, "one frame", "two");
      if (marker > 0xc2) throw damaged(name, "a baseline or progressive picture", `frame type ${marker - 0xc0}`, "Save it as a usual JPEG.");
      frame = readFrame(new ByteReader(body, name, false), marker === 0xc2, maxPixels, name);
    }
  }
  if (frame === undefined) throw damaged(name, "a frame header before the samples", "none");
  const { width, height, ids, blocks, progressive, halved } = frame;
  const components = ids.length;
  if (components !== 1 && components !== 3 && components !== 4) throw damaged(name, "1, 3 or 4 components", `${components}`, "Convert the picture to RGB.");
  if (components === 4 && adobe === undefined) throw damaged(name, "Adobe's mark in a picture of four colours", "none", "Convert the picture to RGB.");
  checkSamples(bytes, reader.position, name);
  const least = Math.ceil((blocks * (progressive ? 1 : 2)) / 8);
  if (reader.remaining < least) throw damaged(name, `at least ${least} bytes of samples for ${width} x ${height} pixels`, `${reader.remaining}`);
  // As libjpeg decides: JFIF is always YCC, Adobe's mark says, and else components named R, G, B are these.
  const isYcc = isJfif || (adobe === undefined ? String.fromCharCode(...ids) !== "RGB" : adobe !== 0);
  return { width, height, components, isYcc, orientation, halved, adobeAt };
}

function readFrame(body: ByteReader, progressive: boolean, maxPixels: number, name: string): Frame {
  if (body.u8("precision") !== 8) throw damaged(name, "8 bits per sample", "another precision");
  const height = body.u16("height");
  const width = body.u16("width");
  if (width === 0 || height === 0) throw damaged(name, "width and height from 1", `${width} x ${height}`);
  if (!(width * height <= maxPixels)) {
    throw new EngramError(name, `at most ${maxPixels} pixels`, `${width} x ${height}`, "If the picture is to be trusted, raise maxPixels.");
  }
  const parts = Array.from({ length: body.u8("components") }, () => {
    const [id, sampling] = body.take(3, "component");
    return { id, h: sampling >> 4, v: sampling & 15 };
  });
  if (parts.some(({ h, v }) => h < 1 || h > 4 || v < 1 || v > 4)) throw damaged(name, "sampling factors 1 to 4", "others");
  if (new Set(parts.map(({ id }) => id)).size !== parts.length) throw damaged(name, "components of different names", "one twice");
  const [mostH, mostV] = [Math.max(...parts.map(({ h }) => h)), Math.max(...parts.map(({ v }) => v))];
  // In a scan of its own a component has only the blocks that its samples fill.
  const blocks = parts.reduce((sum, { h, v }) => sum + Math.ceil((width * h) / (8 * mostH)) * Math.ceil((height * v) / (8 * mostV)), 0);
  const usual = parts.length === 3 && mostH <= 2 && mostV <= 2 && mostH * mostV > 1 && parts[0].h === mostH && parts[0].v === mostV && parts.slice(1).every(({ h, v }) => h === 1 && v === 1);
  return { width, height, ids: parts.map(({ id }) => id), blocks, progressive, ...(usual && { halved: { across: mostH === 2, down: mostV === 2 } }) };
}

/** The picture has its end marker, and not too many scans on the way. Within samples ff is always followed by 00 or a marker. */
function checkSamples(bytes: Uint8Array, start: number, name: string): void {
  let scans = 1;
  for (let at = bytes.indexOf(0xff, start); at >= 0 && at + 1 < bytes.length; at = bytes.indexOf(0xff, at + 1)) {
    if (bytes[at + 1] === 0xd9) return;
    if (bytes[at + 1] === 0xda && ++scans > MOST_SCANS) throw damaged(name, `at most ${MOST_SCANS} scans`, "more");
  }
  throw damaged(name, "an end marker (ff d9)", "none (the file ends early)");
}

/** Tag 274 of the first directory of an Exif block; 1 for whatever is not as it should be, since it is a note, not the picture. */
function readOrientation(tiff: Uint8Array): number {
  const order = latin1(tiff.subarray(0, 2));
  if (tiff.length < 8 || (order !== "II" && order !== "MM")) return 1;
  const little = order === "II";
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const start = view.getUint32(4, little);
  if (view.getUint16(2, little) !== 42 || start + 2 > tiff.length) return 1;
  const entries = Math.min(view.getUint16(start, little), Math.floor((tiff.length - start - 2) / 12));
  for (let at = start + 2, i = 0; i < entries; i++, at += 12) {
    if (view.getUint16(at, little) !== 274) continue;
    const value = view.getUint16(at + 8, little);
    return view.getUint16(at + 2, little) === 3 && value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}
