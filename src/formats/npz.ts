/** NumPy's `.npz` (savez, savez_compressed): a zip archive of `.npy` files, one per array. Read only. */
import { damaged } from "./bytes.ts";
import type { InflateOptions } from "./gzip.ts";
import { readNpy } from "./npy.ts";
import type { Tensor } from "./tensor.ts";
import { readZip } from "./zip.ts";

/**
 * All arrays of an `.npz` file, by the name they were saved under.
 * @throws EngramError on damage, on entries that are no arrays, and where the arrays together exceed `limit` (default 1 GiB)
 */
export function readNpz(bytes: Uint8Array, options: InflateOptions = {}): Map<string, Tensor> {
  const name = options.name ?? "npz file";
  const arrays = new Map<string, Tensor>();
  for (const [path, file] of readZip(bytes, { ...options, name })) {
    if (!path.endsWith(".npy")) throw damaged(name, "entries that end in .npy", JSON.stringify(path));
    arrays.set(path.slice(0, -4), readNpy(file, `${name}, ${path}`));
  }
  return arrays;
}
