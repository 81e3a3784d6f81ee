/** Hosts that are programs: Node of three versions, Deno, Bun; without WebAssembly, in another locale, without the functions that differ. */
import { hostsAgree } from "./verdicts.ts";

hostsAgree("programs", ["node", "node-floor", "node-newest", "deno", "bun", "turkish", "denied", "without", "jitless"], ["node", "turkish", "denied", "without", "jitless"]);
