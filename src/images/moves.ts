/**
 * The corruptions that move pixels about, (C8) and (C9) of semantic-memory.md section 9. Both start from 8-bit values and round back
 * to 8 bits (C12). Alpha moves along, without rounding.
 *
 *   (C8)  (u, v) = centre + R(theta) ((x, y) - centre) in half-pixel coordinates, y down; the value at (u, v) bilinear between the four
 *         nearest pixel centres, 0 where (u, v) lies outside the picture (edges are not blended with 0, as in Pillow)
 *   (C9)  side s = round(min(H, W) sqrt(a))
 */
import { EngramError, cos, sin } from "../numeric/index.ts";
import { eightBit, type Corruption } from "./corruptions.ts";
import { checkImage, type Image } from "./image.ts";
import { resize } from "./resize.ts";
import { crop } from "./sheet.ts";

/** (C8) Turns about the centre by `degrees`, counter-clockwise; what comes from outside is 0. Quarter turns of square pictures move pixels exactly. @throws EngramError unless finite */
export function rotate(degrees: number): Corruption {
  if (!Number.isFinite(degrees)) throw new EngramError("degrees", "a finite number", `${degrees}`, "Choose an angle.");
  const turn = ((degrees % 360) + 360) % 360;
  // Quarter turns need cosine and sine exact, which pi in floating point would not give.
  const quarter = turn % 90 === 0 ? turn / 90 : -1;
  const theta = (turn * Math.PI) / 180;
  const cosine = quarter < 0 ? cos(theta) : [1, 0, -1, 0][quarter];
  const sine = quarter < 0 ? sin(theta) : [0, 1, 0, -1][quarter];
  return (picture) => {
    checkImage(picture);
    const { width, height, channels, alpha } = picture;
    const turned = (from: Float32Array, planes: number): Float32Array => {
      const out = new Float32Array(from.length);
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const dx = x + 0.5 - width / 2;
          const dy = y + 0.5 - height / 2;
          const u = cosine * dx - sine * dy + width / 2;
          const v = sine * dx + cosine * dy + height / 2;
          for (let c = 0; c < planes; c++) out[(c * height + y) * width + x] = bilinear(from, c * width * height, width, height, u, v);
        }
      }
      return out;
    };
    const moved: Image = { ...picture, data: turned(eightBit(picture).data, channels), ...(alpha && { alpha: turned(alpha, 1) }) };
    return eightBit(moved);
  };
}

/** The value at (u, v), where pixel (x, y) has its centre at (x + 1/2, y + 1/2); 0 outside the picture. */
function bilinear(data: Float32Array, start: number, width: number, height: number, u: number, v: number): number {
  if (u < 0 || u >= width || v < 0 || v >= height) return 0;
  const left = Math.floor(u - 0.5);
  const top = Math.floor(v - 0.5);
  const [right, below] = [u - 0.5 - left, v - 0.5 - top];
  const at = (y: number, x: number): number => data[start + Math.min(height - 1, Math.max(0, y)) * width + Math.min(width - 1, Math.max(0, x))];
  const upper = at(top, left) * (1 - right) + at(top, left + 1) * right;
  const lower = at(top + 1, left) * (1 - right) + at(top + 1, left + 1) * right;
  return upper * (1 - below) + lower * below;
}

/**
 * (C9) A square of `area` times the picture's, its top and then its left uniform over all places where it fits, enlarged to the picture's size
 * by bilinear resizing with half-pixel centres.
 * @throws EngramError unless the area is in (0, 1]
 */
export function cropResize(area: number): Corruption {
  if (!(area > 0 && area <= 1)) throw new EngramError("area", "a share in (0, 1]", `${area}`, "Choose another.");
  return (picture, rng) => {
    checkImage(picture);
    const { width, height } = picture;
    const side = Math.max(1, Math.round(Math.min(height, width) * Math.sqrt(area)));
    const [top, left] = [rng.integer(height - side + 1), rng.integer(width - side + 1)];
    return eightBit(resize(crop(eightBit(picture), left, top, side, side), width, height));
  };
}
