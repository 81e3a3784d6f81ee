/** SHA-256 (FIPS 180-4) by @noble/hashes: synchronous and the same on every host. */
import { sha256 } from "@noble/hashes/sha2.js";

/** The digest of some bytes, or of pieces one after the other, as 64 lower-case hex digits. */
export function sha256Hex(bytes: Uint8Array | Iterable<Uint8Array>): string {
  const hash = sha256.create();
  for (const piece of bytes instanceof Uint8Array ? [bytes] : bytes) hash.update(piece);
  return Array.from(hash.digest(), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
