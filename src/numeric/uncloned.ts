/** What a structured clone would silently make empty says so instead. */
import { EngramError } from "./errors.ts";

/**
 * Makes structuredClone, postMessage, JSON.stringify and spreading of an object that lives in private fields an error: they would give `{}`
 * without a word. They read every enumerable property, so one is there that refuses. Called once, in the constructor.
 * @param what the subject of the error, e.g. `DenseMemory`
 */
export function refuseCloning(it: object, what: string): void {
  Object.defineProperty(it, "clone", {
    enumerable: true,
    get: () => {
      throw new EngramError(`clone of a ${what}`, "its bytes", "the object itself, whose patterns lie in this thread's kernels", `Send ${what}'s toBytes(), with its buffer as transferable, and call fromBytes there.`);
    },
  });
}
