/** Bytes to arrays and back. Every reader validates before it allocates, and throws EngramError on anything else. */
export { type ByteSource } from "./bytes.ts";
export { CIFAR_PIXELS, readCifar, readCifarTar, type CifarArchive, type CifarBatch, type CifarKind, type CifarTarOptions } from "./cifar.ts";
export {
  ENGRAM_VERSION, engramChunks, openEngram, readEngram, writeEngram,
  type EngramContent, type EngramFile, type OpenEngram,
} from "./engram-file.ts";
export { INFLATE_LIMIT, crc32, gunzip, gunzipPieces, isGzip, maybeGunzip, type InflateOptions } from "./gzip.ts";
export { roundToBf16, roundToF16, widenBf16, widenF16 } from "./half.ts";
export { readIdx, writeIdx } from "./idx.ts";
export { readNpy, writeNpy } from "./npy.ts";
export { readNpz } from "./npz.ts";
export { readPnm, writePnm, type PnmImage } from "./pnm.ts";
export {
  openSafetensors, readSafetensors, safetensorsChunks, writeSafetensors,
  type LazyTensor, type OpenSafetensors, type Safetensors, type TensorsToWrite,
} from "./safetensors.ts";
export { type SafetensorsHeader, type TensorPlace } from "./safetensors-header.ts";
export { sha256Hex } from "./sha256.ts";
export { readTar, type TarFile, type TarOptions } from "./tar.ts";
export { DTYPES, itemSize, tensor, toFloat64, type Dtype, type NumericArray, type Tensor } from "./tensor.ts";
