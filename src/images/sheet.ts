/** Sprite sheets: many equal tiles in one picture, row by row from the top left. */
import { EngramError } from "../numeric/errors.ts";
import { checkImage, image, type Image } from "./image.ts";

/**
 * The first `count` tiles of a sheet, by default all of them.
 * @param tileSize width and height of a tile in pixels; the sheet's sides are multiples of it
 * @throws EngramError where the tiles do not fit
 */
export function sheetToImages(sheet: Image, tileSize: number, count?: number): Image[] {
  checkImage(sheet, "sheet");
  const { width, height } = sheet;
  if (!Number.isInteger(tileSize) || tileSize < 1 || width % tileSize !== 0 || height % tileSize !== 0) {
    throw new EngramError("tile size", `a divisor of the sheet's sides, ${width} and ${height}`, `${tileSize}`, "Choose another tile size.");
  }
  const columns = width / tileSize;
  const all = columns * (height / tileSize);
  const wanted = count ?? all;
  if (!Number.isInteger(wanted) || wanted < 0 || wanted > all) throw new EngramError("count", `a whole number in 0..${all}`, `${wanted}`, "The sheet has no more tiles.");
  return Array.from({ length: wanted }, (_, i) => crop(sheet, (i % columns) * tileSize, Math.floor(i / columns) * tileSize, tileSize, tileSize));
}

/** The part of a picture whose top-left pixel is (left, top). @throws EngramError where it leaves the picture */
export function crop(picture: Image, left: number, top: number, width: number, height: number): Image {
  checkImage(picture);
  if (![left, top, width, height].every(Number.isInteger) || left < 0 || top < 0 || width < 1 || height < 1 || left + width > picture.width || top + height > picture.height) {
    throw new EngramError("crop", `a part of ${picture.width} x ${picture.height} pixels`, `${width} x ${height} from (${left}, ${top})`, "Choose whole numbers inside the picture.");
  }
  const take = (from: Float32Array, planes: number): Float32Array => {
    const out = new Float32Array(planes * width * height);
    for (let c = 0; c < planes; c++) {
      for (let y = 0; y < height; y++) {
        const start = (c * picture.height + top + y) * picture.width + left;
        out.set(from.subarray(start, start + width), (c * height + y) * width);
      }
    }
    return out;
  };
  return image(width, height, picture.channels, take(picture.data, picture.channels), picture.alpha && take(picture.alpha, 1));
}
