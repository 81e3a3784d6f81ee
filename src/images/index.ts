/** Pictures: reading, writing, resizing, damaging, measuring and laying them out. */
export * from "./image.ts";
export { decodePng, encodePng, type DecodeOptions, type PngOptions } from "./png.ts";
export { crop, sheetToImages } from "./sheet.ts";
export { decodeImage } from "./decode.ts";
export { decodeJpeg } from "./jpeg.ts";
export { resize, resizePlanes, type ResizeFilter } from "./resize.ts";
export { mse, psnr, ssim } from "./metrics.ts";
export { mosaic, onCheckerboard, type Colour, type MosaicOptions } from "./mosaic.ts";
export {
  bipolar, clippedGaussian, eightBit, flip, foldedGaussian, gaussian, inpaint, maskBottom, maskTopReversed, randomMask, square,
  type Corruption, type Damaged,
} from "./corruptions.ts";
export { cropResize, rotate } from "./moves.ts";
