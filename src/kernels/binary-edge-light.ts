/** The compiled kernels on edge-light hosts (Vercel, Next.js), which compile no bytes: `?module` is their bundlers' word for a compiled import. */
import module from "../../kernels.wasm?module";

export function kernelBinary(): Uint8Array<ArrayBuffer> | WebAssembly.Module {
  return module;
}
