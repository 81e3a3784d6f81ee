/**
 * Ratios, not seconds: ours and the peer take turns in one run, CPU time, and the median of the per-round ratios is what counts.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";

export interface Row {
  name: string;
  /** In `unit`. */
  ours: number;
  peer: number;
  peerName: string;
  unit: string;
  /** Ours over peer, larger is better (smaller for times that must not grow: see `goal`). */
  ratio: number;
  /** "at least" unless `atMost`. */
  goal: number;
  atMost: boolean;
  pass: boolean;
}

export interface Result {
  rows: Row[];
  skipped: string[];
}

const ROUNDS = 5;

/** CPU seconds of this process for `reps` calls. */
export function seconds(run: () => void, reps = 1): number {
  const start = process.cpuUsage();
  for (let i = 0; i < reps; i++) run();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** How often to call so that a round takes about a fifth of a second. */
export function repsFor(run: () => void): number {
  run();
  const once = Math.max(1e-6, seconds(run));
  return Math.max(1, Math.min(100000, Math.round(0.2 / once)));
}

/**
 * Rates of both sides in turns. @param work what one call does, in `unit`s of work (bytes, operations)
 * @param peer seconds per call of the other side
 */
export async function compare(
  name: string, unit: string, work: number, ours: () => void, peerName: string, peer: () => number | Promise<number>, goal: number,
): Promise<Row> {
  const reps = repsFor(ours);
  await peer();
  const rounds: { ours: number; peer: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const mine = seconds(ours, reps) / reps;
    rounds.push({ ours: mine, peer: await peer() });
  }
  const ratio = median(rounds.map((round) => round.peer / round.ours));
  return {
    name, unit, peerName, ours: work / median(rounds.map((round) => round.ours)), peer: work / median(rounds.map((round) => round.peer)),
    ratio, goal, atMost: false, pass: ratio >= goal,
  };
}

/** A value that must stay at or below its goal: growth, size, start-up. */
export function bounded(name: string, unit: string, ours: number, peerName: string, peer: number, goal: number): Row {
  const ratio = ours / peer;
  return { name, unit, peerName, ours, peer, ratio, goal, atMost: true, pass: ratio <= goal };
}

/** Another program that answers each line with CPU seconds. */
export class Peer {
  readonly #child: ChildProcess;
  readonly #answers: AsyncIterator<string>;

  constructor(command: string, args: readonly string[]) {
    this.#child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
    this.#answers = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
  }

  async ask(line: string): Promise<number> {
    this.#child.stdin!.write(`${line}\n`);
    const { value, done } = await this.#answers.next();
    const answer = Number(value);
    if (done === true || !(answer >= 0)) throw new Error(`the peer did not answer "${line}"`);
    return answer;
  }

  close(): void {
    this.#child.stdin!.end();
  }
}

export function print(row: Row): string {
  const number = (x: number): string => (x >= 1000 ? x.toFixed(0) : x.toPrecision(3));
  const goal = `${row.atMost ? "<=" : ">="} ${row.goal}`;
  return `${row.name.padEnd(42)} ours ${number(row.ours).padStart(8)}  ${row.peerName} ${number(row.peer)} ${row.unit}`.padEnd(100) +
    ` ratio ${row.ratio.toFixed(2).padStart(6)}  goal ${goal.padEnd(8)} ${row.pass ? "pass" : "MISS"}`;
}
