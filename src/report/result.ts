/**
 * What an experiment found: parameters, rows, and checks against the paper's or the authors' values, as `result.json`
 * (DESIGN: "JSON keys"). A check keeps where its expectation comes from, so that no measured number is ever passed off as a paper's.
 */
import { EngramError } from "../numeric/errors.ts";

/** JSON has no NaN and no infinities: they are written as the strings "NaN", "Infinity" and "-Infinity". */
export type Value = number | string | boolean | null | readonly Value[] | { readonly [key: string]: Value };

/** How measured and expected must stand to each other. */
export type Relation = "within" | "at least" | "at most" | "equals";

export interface Check {
  readonly name: string;
  readonly measured: number | string | boolean;
  readonly expected: number | string | boolean;
  /** How far beyond `expected` still passes. */
  readonly tolerance: number;
  readonly relation: Relation;
  /** Where `expected` comes from, e.g. `paper`, `authors' code`, `independent re-run`, `derived`, `goal`. */
  readonly origin: string;
  readonly pass: boolean;
}

export interface CheckInput {
  name: string;
  measured: number | string | boolean;
  expected: number | string | boolean;
  /** Default 0. */
  tolerance?: number;
  /** Default `within` for numbers, `equals` for the rest. */
  relation?: Relation;
  origin: string;
}

export interface Result {
  /** The name under which `engram reproduce` knows it. */
  readonly experiment: string;
  readonly title: string;
  readonly parameters: Readonly<Record<string, Value>>;
  readonly seed: number;
  /** Wall time; the one number that differs between runs. */
  readonly seconds: number;
  readonly rows: readonly Readonly<Record<string, Value>>[];
  readonly checks: readonly Check[];
  /** All checks pass, and there is at least one. */
  readonly pass: boolean;
}

/**
 * Compares a measured value with an expected one. NaN never passes.
 * @throws EngramError where the relation needs numbers and gets none, on a negative tolerance, or an empty origin
 */
export function check(input: CheckInput): Check {
  const { name, measured, expected, tolerance = 0, origin } = input;
  const numeric = typeof measured === "number" && typeof expected === "number";
  const relation = input.relation ?? (numeric ? "within" : "equals");
  if (!(tolerance >= 0)) throw new EngramError(`check "${name}"`, "a tolerance of at least 0", String(tolerance), "Give how far off still passes.");
  if (origin === "") throw new EngramError(`check "${name}"`, "an origin", "none", "Say where the expected value comes from.");
  if (relation !== "equals" && !numeric) throw new EngramError(`check "${name}"`, `numbers for "${relation}"`, `${typeof measured} and ${typeof expected}`, 'Use "equals".');
  return { name, measured, expected, tolerance, relation, origin, pass: holds(relation, measured, expected, tolerance) };
}

function holds(relation: Relation, measured: unknown, expected: unknown, tolerance: number): boolean {
  const [m, e] = [measured as number, expected as number];
  if (relation === "within") return m === e || Math.abs(m - e) <= tolerance;
  if (relation === "at least") return m >= e - tolerance;
  if (relation === "at most") return m <= e + tolerance;
  return measured === expected;
}

/** A result from its parts; `pass` follows from the checks. A run without any check does not pass. */
export function result(parts: Omit<Result, "pass">): Result {
  if (!Number.isFinite(parts.seconds) || parts.seconds < 0) throw new EngramError("result, seconds", "a number from 0", String(parts.seconds), "Pass the measured wall time.");
  const { experiment, title, parameters, seed, seconds, rows, checks } = parts;
  return { experiment, title, parameters, seed, seconds, rows, checks, pass: checks.length > 0 && checks.every(({ pass }) => pass) };
}

/** `result.json`: two spaces, keys in the order of {@link Result}, a line feed at the end. */
export function resultJson(found: Result): string {
  const { experiment, title, parameters, seed, seconds, rows, checks, pass } = found;
  const plain = (_: string, value: unknown): unknown => (typeof value === "number" && !Number.isFinite(value) ? String(value) : Object.is(value, -0) ? 0 : value);
  return `${JSON.stringify({ experiment, title, parameters, seed, seconds, rows, checks, pass }, plain, 2)}\n`;
}
