/**
 * Checks of the UHN experiments: the re-run's cells within (U18), and what must hold on any data: where the authors' pipeline only
 * re-scales (U9), it answers as our signed form does, and the twisted Jensen-Shannon (B1) answers with the wrong memory.
 */
import { type Check, check } from "../report/index.ts";
import { columnOf } from "./uhn-scores.ts";
import { find, type Row, WIDE_BELOW } from "./uhn-sweep.ts";
import { REFERENCE_COLUMNS, TARGET_RUNS, type TargetRow, tolerance } from "./uhn-targets.ts";

/** KL, RKL and cosine on noisy MNIST depend on the image set (U18). */
const HUBS = ["KL", "RKL", "cos"];

/**
 * One check per target cell: indexExact, and the share within T = 60 where the table has it. At N <= 50 the mean over all disjoint
 * blocks is what is compared. A cell that was not measured fails.
 * @param noisy whether the corruption is noise
 */
export function targetChecks(rows: readonly Row[], targets: readonly TargetRow[], noisy: boolean): Check[] {
  return targets.flatMap(({ set, N, strength, exact, within }) => REFERENCE_COLUMNS.flatMap((target, i) => {
    // a cell the run did not measure fails
    const row: Partial<Row> = find(rows, set, columnOf(target), N, strength) ?? {};
    const hubs = noisy && set === "MNIST" && HUBS.includes(target);
    const wide = N <= WIDE_BELOW;
    const one = (what: string, measured: number, expected: number): Check => check({
      name: `${set}, ${target}, N = ${N}, strength ${strength}, ${what}`, measured, expected, tolerance: Number.isNaN(measured) ? 0 : tolerance(measured, expected, TARGET_RUNS * N, hubs),
      origin: "independent re-run (section 11)",
    });
    return [
      one("index exact", (wide ? row.wideExact : row.exact) ?? NaN, exact[i]),
      ...(within === undefined ? [] : [one("within T = 60", (wide ? row.wideWithin : row.within) ?? NaN, within[i])]),
    ];
  }));
}

/** Holds on every data set: (U9) for the reciprocals, whose sums are positive, and (B1). */
export function derivedChecks(rows: readonly Row[]): Check[] {
  const sets = [...new Set(rows.map(({ set }) => set))];
  return sets.flatMap((set) => {
    const own = rows.filter((row) => row.set === set);
    const apart = (a: string, b: string): number => Math.max(...own.filter(({ similarity }) => similarity === a).map((row) => Math.abs(row.exact - (find(own, set, b, row.N, row.strength)?.exact ?? NaN))));
    // An exact match makes the reciprocal infinite; max still finds it (B8). Rounding of 1/D may merge two nearly equal distances.
    const same = (reference: string, stable: string): Check => check({
      name: `${set}: ${reference} of the authors and ${stable} recall the same, largest difference`, measured: apart(reference, stable), expected: 0, tolerance: 0.002, relation: "at most", origin: "derived (U9)",
    });
    const twisted = own.filter(({ similarity, N }) => similarity === "JSref" && N >= 50).map(({ exact }) => exact);
    return [
      same("L1", "negL1"), same("L2", "negSqL2"), same("Dot", "massDot"),
      ...(twisted.length === 0 ? [] : [check({ name: `${set}: JSref picks the most dissimilar memory, largest index exact at N >= 50`, measured: Math.max(...twisted), expected: 0, tolerance: 0.05, relation: "at most", origin: "authors' code (B1)" })]),
    ];
  });
}
