/** Options that several commands share, and the parsers that turn their text into numbers or say what was wrong. */
import { type Command, Option } from "commander";
import { EngramError, unknownName } from "../numeric/index.ts";

export interface Range {
  readonly min?: number;
  readonly max?: number;
  /** Whether `min` and `max` themselves are left out. */
  readonly open?: boolean;
  readonly whole?: boolean;
  /** What stands before the number in an example. */
  readonly prefix?: string;
}

/** A parser for a number in a range. */
export function number(name: string, range: Range = {}): (text: string) => number {
  const { min = -Infinity, max = Infinity, open = false, whole = false, prefix = "" } = range;
  return (text) => {
    const value = text.trim() === "" ? NaN : Number(text);
    const inside = open ? value > min && value < max : value >= min && value <= max;
    if (!Number.isFinite(value) || !inside || (whole && !Number.isInteger(value))) {
      throw new EngramError(name, describe(range), `"${text}"`, `For example ${name} ${prefix}${example(range)}.`);
    }
    return value;
  };
}

function describe({ min, max, open = false, whole = false }: Range): string {
  const kind = whole ? "a whole number" : "a number";
  if (min !== undefined && max !== undefined) return `${kind} ${open ? "between" : "from"} ${min} ${open ? "and" : "to"} ${max}`;
  if (min !== undefined) return `${kind} ${open ? "above" : "from"} ${min}`;
  return kind;
}

function example({ min = 1, max = Infinity, whole = false }: Range): number {
  return whole || max === Infinity ? Math.max(min + (whole ? 0 : 1), 1) : (min + max) / 2;
}

/** A parser for one of some names; the error suggests the nearest. */
export function oneOf<T extends string>(name: string, names: readonly T[]): (text: string) => T {
  return (text) => {
    if (!names.includes(text as T)) throw unknownName(name, text, names);
    return text as T;
  };
}

/** `WxH`, for example 32x32. */
export function size(text: string): { width: number; height: number } {
  const match = /^(\d{1,5})x(\d{1,5})$/.exec(text);
  const [width, height] = match === null ? [0, 0] : [Number(match[1]), Number(match[2])];
  if (width === 0 || height === 0 || width * height > 1 << 24) throw new EngramError("--size", "WIDTHxHEIGHT in pixels, each from 1, together at most 16777216", `"${text}"`, "For example --size 32x32.");
  return { width, height };
}

/** `--seed`, on everything random and echoed. */
export function seedOption(): Option {
  return new Option("--seed <n>", "seed of everything random").argParser(number("--seed", { min: 0, max: 4294967295, whole: true })).default(0);
}

export function jsonOption(): Option {
  return new Option("--json", "one JSON object with stable keys on stdout");
}

export function forceOption(): Option {
  return new Option("-f, --force", "overwrite what is there");
}

/** `--help` opens with two examples. */
export function withExamples(command: Command, examples: readonly [string, string]): Command {
  return command.addHelpText("before", `Examples:\n${examples.map((example) => `  $ ${example}\n`).join("")}`);
}
