/**
 * Ratios, not seconds: ours and the peer take turns in short rounds of one run, in alternating order, CPU time of the process that
 * works (all its threads); the median of the per-round ratios is what counts. Its quartiles say how far to trust it.
 */

export interface Row {
  name: string;
  /** In `unit`. */
  ours: number;
  peer: number;
  peerName: string;
  unit: string;
  /** Ours over peer: rates (larger is better), or with `atMost` a quantity that must stay small. */
  ratio: number;
  /** Quartiles of the per-round ratios. */
  spread: [number, number];
  goal: number;
  atMost: boolean;
  /** Beyond the goals: printed, not counted. */
  stretch: boolean;
  pass: boolean;
}

/** Marks a row as beyond the goals. */
export function stretch(row: Row): Row {
  return { ...row, stretch: true };
}

export interface Result {
  rows: Row[];
  skipped: string[];
}

/** Runs the peer that many times; CPU seconds, all in all. */
export type PeerRun = (reps: number) => number | Promise<number>;

/** What a class of benchmarks gets from main.ts. */
export interface Bench {
  note(row: Row): void;
  skip(reason: string): void;
}

const ROUNDS = 11;
/** CPU seconds of one side in one round: short, so that both sides meet the same weather; long against the clock's grain. */
const ROUND_SECONDS = 0.04;

/** CPU seconds of this process for `reps` calls. */
export function seconds(run: () => void, reps = 1): number {
  const start = process.cpuUsage();
  for (let i = 0; i < reps; i++) run();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

/** A function of this process as a peer. */
export function local(run: () => void): PeerRun {
  return (reps) => seconds(run, reps);
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(q * (sorted.length - 1) + 0.5)];
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Calls per round, found on warm code: doubled until a round is long enough. */
async function repsFor(run: PeerRun): Promise<number> {
  let reps = 1;
  let warm = 0;
  for (;;) {
    const spent = await run(reps);
    warm += spent;
    if (spent >= ROUND_SECONDS && warm >= 3 * ROUND_SECONDS) return Math.max(1, Math.round((reps * ROUND_SECONDS) / spent));
    if (spent < ROUND_SECONDS) reps *= 2;
  }
}

/**
 * Both sides in turns: seconds per call, round by round.
 * An untimed call opens every turn: what the other side left in the caches is not charged.
 */
export async function turns(ours: () => void, peer: PeerRun, rounds: number = ROUNDS): Promise<{ ours: number; peer: number }[]> {
  const mine = local(ours);
  const [n, m] = [await repsFor(mine), await repsFor(peer)];
  const times: { ours: number; peer: number }[] = [];
  const turn = async (run: PeerRun, reps: number): Promise<number> => {
    await run(1);
    return (await run(reps)) / reps;
  };
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) {
      const first = await turn(mine, n);
      times.push({ ours: first, peer: await turn(peer, m) });
    } else {
      const first = await turn(peer, m);
      times.push({ ours: await turn(mine, n), peer: first });
    }
  }
  return times;
}

/** Rates of both sides. @param work what one call does, in `unit`s of work (bytes, operations) */
export async function compare(
  name: string, unit: string, work: number, ours: () => void, peerName: string, peer: PeerRun, goal: number, rounds: number = ROUNDS,
): Promise<Row> {
  const times = await turns(ours, peer, rounds);
  const ratios = times.map((round) => round.peer / round.ours);
  const ratio = median(ratios);
  return {
    name, unit, peerName, ours: work / median(times.map((round) => round.ours)), peer: work / median(times.map((round) => round.peer)),
    ratio, spread: [quantile(ratios, 0.25), quantile(ratios, 0.75)], goal, atMost: false, stretch: false, pass: ratio >= goal,
  };
}

/** A quantity that must stay at or below `goal` times the other: growth, size, start-up. Pairs of ours and the other, or one pair. */
export function bounded(name: string, unit: string, peerName: string, pairs: readonly { ours: number; peer: number }[], goal: number): Row {
  const ratios = pairs.map((pair) => pair.ours / pair.peer);
  const ratio = median(ratios);
  return {
    name, unit, peerName, ours: median(pairs.map((pair) => pair.ours)), peer: median(pairs.map((pair) => pair.peer)),
    ratio, spread: [quantile(ratios, 0.25), quantile(ratios, 0.75)], goal, atMost: true, stretch: false, pass: ratio <= goal,
  };
}

function short(x: number): string {
  const prefix = ([[1e9, "G"], [1e6, "M"], [1e3, "k"]] as const).find(([size]) => x >= size);
  return prefix === undefined ? x.toPrecision(3) : `${(x / prefix[0]).toPrecision(3)} ${prefix[1]}`;
}

export function print(row: Row): string {
  const goal = `${row.atMost ? "<=" : ">="} ${row.goal}`;
  const spread = `${row.spread[0].toFixed(2)}..${row.spread[1].toFixed(2)}`;
  return `${row.name.padEnd(38)} ${short(row.ours).padStart(7)}${row.unit.padEnd(8)} ${row.peerName.padEnd(17)} ${short(row.peer).padStart(7)}${row.unit.padEnd(8)}` +
    ` ratio ${row.ratio.toFixed(2).padStart(6)} (${spread})`.padEnd(30) + ` ${row.stretch ? "stretch" : "goal"} ${goal.padEnd(8)} ${row.pass ? "pass" : row.stretch ? "below" : "MISS"}`;
}
