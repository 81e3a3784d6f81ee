/**
 * The one error the library throws on bad input. It always says what was expected, what came, and what to do.
 * The command line turns it into exit code 2; anything else that is thrown is a bug of ours.
 */
export class EngramError extends Error {
  /** What was wanted, in words a user can check. */
  readonly expected: string;
  /** What came instead. */
  readonly got: string;
  /** The way out. */
  readonly todo: string;

  /**
   * @param subject what the message is about, e.g. `cue` or a file name
   * @param expected what was wanted
   * @param got what came instead
   * @param todo what to do about it
   */
  constructor(subject: string, expected: string, got: string, todo: string) {
    super(`${subject}: expected ${expected}, got ${got}. ${todo}`);
    this.name = "EngramError";
    this.expected = expected;
    this.got = got;
    this.todo = todo;
  }
}

/**
 * The candidate closest to a misspelt name, or undefined when none is near (edit distance above a third of the length, at least 2).
 * Used by every "unknown option" error.
 */
export function nearestName(name: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      bestDistance = distance;
      best = candidate;
    }
  }
  return best;
}

/** The error for a name that is not one of `candidates`; suggests the nearest. */
export function unknownName(subject: string, name: string, candidates: readonly string[]): EngramError {
  const near = nearestName(String(name), candidates);
  const todo = near === undefined ? `Choose one of the listed names.` : `Did you mean "${near}"?`;
  return new EngramError(subject, `one of ${candidates.join(", ")}`, `"${String(name)}"`, todo);
}

/** @throws EngramError for a key of `options` that is none of `known` */
export function checkNames(what: string, options: object, known: readonly string[]): void {
  if (typeof options !== "object" || options === null) throw new EngramError(what, "an object", String(options), `It may hold ${known.join(", ")}.`);
  for (const name of Object.keys(options)) if (!known.includes(name)) throw unknownName(what, name, known);
}

/** @throws EngramError for a twin of the kernels that does not exist; undefined is the live one */
export function checkBackend(backend: unknown): void {
  if (backend !== undefined && backend !== "simd" && backend !== "scalar") throw unknownName("backend", String(backend), ["simd", "scalar"]);
}

/** Levenshtein distance between two strings, in edits. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(previous[j] + 1, row[j - 1] + 1, substitution));
    }
    previous = row;
  }
  return previous[b.length];
}
