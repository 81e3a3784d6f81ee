/**
 * The compiled kernels for hosts that may compile bytes: all but workerd and edge-light, whose twins of this file stand beside it.
 * package.json chooses one of the three by the host's condition, under the name `#kernels`.
 */
import { KERNELS_BASE64 } from "./binary.generated.ts";

/** The decoder of Node, Deno and Bun; browsers lack it. */
const { Buffer: native } = globalThis as { Buffer?: { from(text: string, encoding: "base64"): Uint8Array<ArrayBuffer> } };

/** The module of assembly/, compiled or as bytes. */
export function kernelBinary(): Uint8Array<ArrayBuffer> | WebAssembly.Module {
  if (native !== undefined) return native.from(KERNELS_BASE64, "base64");
  const text = atob(KERNELS_BASE64);
  const binary = new Uint8Array(text.length);
  // A plain loop takes 1 ms, Uint8Array.from over the string 5 to 19.
  for (let i = 0; i < binary.length; i++) binary[i] = text.charCodeAt(i);
  return binary;
}
