/**
 * The compiled kernels for hosts that may compile bytes: all but workerd and edge-light, whose twins of this file stand beside it.
 * package.json chooses one of the three by the host's condition, under the name `#kernels`.
 *
 * The text is hexadecimal: it keeps the bytes' boundaries, so that a compressed bundle holds 20 KB of it where base64 makes 27. (Deflated
 * bytes would make 18, but inflating them takes a cold engine 25 ms.)
 */
import { KERNELS_HEX } from "./binary.generated.ts";

/** The decoder of Node, Deno and Bun; browsers lack it. */
const { Buffer: native } = globalThis as { Buffer?: { from(text: string, encoding: "hex"): Uint8Array<ArrayBuffer> } };

/** The module of assembly/, compiled or as bytes. */
export function kernelBinary(): Uint8Array<ArrayBuffer> | WebAssembly.Module {
  if (native !== undefined) return native.from(KERNELS_HEX, "hex");
  const digit = (at: number): number => {
    const code = KERNELS_HEX.charCodeAt(at);
    return code < 58 ? code - 48 : code - 87; // 0 to 9, a to f
  };
  const binary = new Uint8Array(KERNELS_HEX.length / 2);
  for (let i = 0; i < binary.length; i++) binary[i] = (digit(2 * i) << 4) | digit(2 * i + 1);
  return binary;
}
