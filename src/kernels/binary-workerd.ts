/**
 * The compiled kernels on Cloudflare's workerd, which compiles no bytes: its bundlers (wrangler, or esbuild with the loader `copy`) leave this
 * import as it is, and the host compiles the file when the worker is deployed. The path is that of dist/, where the module lies.
 */
import module from "../../kernels.wasm";

export function kernelBinary(): Uint8Array<ArrayBuffer> | WebAssembly.Module {
  return module;
}
