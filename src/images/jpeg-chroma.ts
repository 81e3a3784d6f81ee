/**
 * Chroma planes of half the size, enlarged as libjpeg and most viewers do ("fancy upsampling"): each new sample is 3/4 of the nearest one
 * and 1/4 of the next, across, down, or both. The decoder repeats samples instead, so every second one of what it gives is the plane itself.
 *
 *   YCbCr  (width x height x 3, chromas repeated)  ->  RGB, ITU-R BT.601 full range in 16-bit fixed point, as JFIF defines it
 */

export interface Halved {
  readonly across: boolean;
  readonly down: boolean;
}

/** In place of `ycc`, a new array. */
export function rgbOfHalved(ycc: Uint8Array, width: number, height: number, halved: Halved): Uint8Array {
  const cb = enlarged(ycc, 1, width, height, halved);
  const cr = enlarged(ycc, 2, width, height, halved);
  const out = new Uint8ClampedArray(3 * width * height);
  for (let i = 0; i < width * height; i++) {
    const [y, b, r] = [ycc[3 * i], cb[i] - 128, cr[i] - 128];
    // 65536 times 1.402, 0.344136, 0.714136, 1.772
    out[3 * i] = y + ((91881 * r + 32768) >> 16);
    out[3 * i + 1] = y + ((-22554 * b - 46802 * r + 32768) >> 16);
    out[3 * i + 2] = y + ((116130 * b + 32768) >> 16);
  }
  return new Uint8Array(out.buffer);
}

/** One plane at the picture's size. Weights are whole, and rounding alternates between up and down, so that no edge drifts. */
function enlarged(ycc: Uint8Array, component: number, width: number, height: number, { across, down }: Halved): Uint8Array {
  const w = across ? Math.ceil(width / 2) : width;
  const h = down ? Math.ceil(height / 2) : height;
  const sample = (x: number, y: number): number => ycc[3 * ((down ? 2 * y : y) * width + (across ? 2 * x : x)) + component];
  const out = new Uint8Array(width * height);
  // libjpeg repeats samples where a row has only one or two of them.
  const smooth = !across || w > 2;
  const column = new Int32Array(w);
  for (let y = 0; y < height; y++) {
    const row = down ? y >> 1 : y;
    const next = Math.min(h - 1, Math.max(0, row + (y & 1 ? 1 : -1)));
    const vertical = down && smooth;
    // In quarters where rows are mixed.
    for (let x = 0; x < w; x++) column[x] = vertical ? 3 * sample(x, row) + sample(x, next) : sample(x, row);
    for (let x = 0; x < width; x++) {
      const to = y * width + x;
      if (!across) out[to] = vertical ? (column[x] + (y & 1 ? 2 : 1)) >> 2 : column[x];
      else if (!smooth) out[to] = column[x >> 1];
      else {
        const other = Math.min(w - 1, Math.max(0, (x >> 1) + (x & 1 ? 1 : -1)));
        const sum = 3 * column[x >> 1] + column[other];
        out[to] = vertical ? (sum + (x & 1 ? 7 : 8)) >> 4 : (sum + (x & 1 ? 2 : 1)) >> 2;
      }
    }
  }
  return out;
}
