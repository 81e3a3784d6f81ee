/** The checks of the UHN experiments: the tolerance by hand, the targets against the document they come from, and every check failing when a number is off. */
import { existsSync, readFileSync } from "node:fs";
import t from "tap";
import { derivedChecks, targetChecks } from "../../src/experiments/uhn-checks.ts";
import { columnOf, columnsOf, COLUMNS } from "../../src/experiments/uhn-scores.ts";
import type { Row } from "../../src/experiments/uhn-sweep.ts";
import {
  CAPACITY_TARGETS, MASK_TARGETS, NOISE_TARGETS, REFERENCE_COLUMNS, SEPARATION_COLUMNS, SEPARATION_TARGETS, type TargetRow, tolerance,
} from "../../src/experiments/uhn-targets.ts";

t.test("(U18) by hand", async (t) => {
  // .03 + 4 sqrt(2 / 4 / 500), .03 + 4 sqrt(2 .2 .8 / 50)
  t.ok(Math.abs(tolerance(0.5, 0.5, 500, false) - (0.03 + 4 * Math.sqrt(0.001))) < 1e-15);
  t.ok(Math.abs(tolerance(0.1, 0.3, 50, false) - 0.35) < 1e-15);
  t.equal(tolerance(0.3, 0.1, 50, false), tolerance(0.1, 0.3, 50, false));
  t.equal(tolerance(0, 0, 500, false), 0.03);
  t.equal(tolerance(1, 1, 500, true), 0.11);
  t.ok(tolerance(0.5, 0.5, 5000, false) < tolerance(0.5, 0.5, 500, false), "more trials, less room");
});

const DOCUMENT = "../shared/papers/semantic-memory.md";

t.test("the targets are those of the document", { skip: existsSync(DOCUMENT) ? false : `no ${DOCUMENT}` }, async (t) => {
  const text = readFileSync(DOCUMENT, "utf8");
  const cells = (line: string): string[] => line.split("|").slice(1, -1).map((cell) => cell.trim());
  for (const [targets, wanted] of [[CAPACITY_TARGETS, /^\| (MNIST|CIFAR10), capacity σ=.5, N=(\d+) /], [NOISE_TARGETS, /^\| (CIFAR10), noise N=100, σ=([\d.]+) /], [MASK_TARGETS, /^\| (CIFAR10), mask N=50, f=([\d.]+) /]] as const) {
    const lines = text.split("\n").filter((line) => wanted.test(line));
    t.equal(lines.length, targets.length, "every row of the table");
    lines.forEach((line, i) => {
      const [, set, number] = wanted.exec(line)!;
      const { exact, within, ...target } = targets[i];
      t.same([target.set, targets === CAPACITY_TARGETS ? target.N : target.strength], [set, Number(number)]);
      t.same(cells(line).slice(1).map((cell) => Number(cell.split("/")[0])), exact, line);
      if (within !== undefined) t.same(cells(line).slice(1).map((cell) => Number(cell.split("/")[1])), within, line);
    });
  }
  for (const set of ["MNIST", "CIFAR10"] as const) {
    const line = text.slice(text.indexOf("| N=100 | log |")).split("\n").find((one) => one.startsWith(`| ${set} |`))!;
    t.same(cells(line).slice(1).map(Number), SEPARATION_TARGETS[set]);
  }
});

t.test("one cell per column, between 0 and 1", async (t) => {
  for (const { exact, within } of [...CAPACITY_TARGETS, ...NOISE_TARGETS, ...MASK_TARGETS]) {
    for (const list of within === undefined ? [exact] : [exact, within]) t.ok(list.length === REFERENCE_COLUMNS.length && list.every((p) => p >= 0 && p <= 1));
  }
  for (const list of Object.values(SEPARATION_TARGETS)) t.equal(list.length, SEPARATION_COLUMNS.length);
  const known = COLUMNS.map(({ name }) => name);
  t.ok(REFERENCE_COLUMNS.every((target) => known.includes(columnOf(target))), "each target has a measured column");
  t.same(columnsOf(false), known);
  t.ok(columnsOf(true).length === known.length - 1 && REFERENCE_COLUMNS.every((target) => columnsOf(true).includes(columnOf(target))), "a quick run leaves out negJS only");
});

/** Rows that hit every target on the spot. */
function perfect(targets: readonly TargetRow[]): Row[] {
  return targets.flatMap(({ set, N, strength, exact, within }) => REFERENCE_COLUMNS.map((target, i) => {
    const [e, w] = [exact[i], within?.[i] ?? 0];
    return {
      set, N, strength, similarity: columnOf(target), form: "reference", corruption: "any", R: 5,
      exact: e, exactStd: 0, within: w, withinStd: 0, ...(N <= 50 ? { exact: 0.5, wideExact: e, wideWithin: w } : {}),
    };
  }));
}

t.test("target checks pass on the spot, and each fails when its number is off", async (t) => {
  for (const [targets, noisy] of [[CAPACITY_TARGETS, true], [NOISE_TARGETS, true], [MASK_TARGETS, false]] as const) {
    const rows = perfect(targets);
    const good = targetChecks(rows, targets, noisy);
    const cells = targets.reduce((sum, { exact, within }) => sum + exact.length + (within?.length ?? 0), 0);
    t.equal(good.length, cells, "one check per cell");
    t.ok(good.every(({ pass }) => pass));
    rows.forEach((row, k) => {
      for (const what of ["exact", "within"] as const) {
        const key = (row.N <= 50 ? (what === "exact" ? "wideExact" : "wideWithin") : what) as "exact";
        const up = row[key] < 0.5;
        // the widest band of any cell is .03 + .08 + 4 sqrt(.5 / 50) = .51
        const off = rows.map((other, j) => (j === k ? { ...row, [key]: row[key] + (up ? 0.52 : -0.52) } : other));
        const failed = targetChecks(off, targets, noisy).filter(({ pass }) => !pass);
        const checked = what === "exact" || targets.find(({ set, N, strength }) => set === row.set && N === row.N && strength === row.strength)!.within !== undefined;
        t.equal(failed.length, checked ? 1 : 0, `${row.set} ${row.similarity} ${row.N} ${row.strength} ${what}`);
      }
    });
    const missing = targetChecks(rows.slice(1), targets, noisy).filter(({ pass }) => !pass);
    t.ok(missing.length >= 1, "a cell that was not measured fails");
  }
});

t.test("the band is (U18): just inside passes, just outside does not; hubs only on noisy MNIST", async (t) => {
  const one = (set: "MNIST" | "CIFAR10", noisy: boolean, column: "L2" | "KL", measured: number): boolean => {
    const target: TargetRow = { set, N: 100, strength: 0.5, exact: REFERENCE_COLUMNS.map(() => 0.2) };
    const rows = perfect([target]).map((row) => (row.similarity === column ? { ...row, exact: measured } : row));
    return targetChecks(rows, [target], noisy).find(({ name }) => name.includes(`, ${column},`))!.pass;
  };
  // |.32 - .2| = .12 against .03 + 4 sqrt(2 .26 .74 / 500) = .1410; |.36 - .2| = .16 against .1441
  for (const [set, noisy, column, hub] of [["CIFAR10", true, "KL", false], ["MNIST", false, "KL", false], ["MNIST", true, "L2", false], ["MNIST", true, "KL", true]] as const) {
    t.ok(one(set, noisy, column, 0.32), `${set} ${column}`);
    t.equal(one(set, noisy, column, 0.36), hub, `${set} ${column}`);
    t.notOk(one(set, noisy, column, 0.46), `${set} ${column}`);
    t.notOk(one(set, noisy, column, NaN));
  }
});

t.test("derived checks fail when a twin disagrees or JSref works", async (t) => {
  const row = (similarity: string, exact: number): Row => ({ set: "emoji", corruption: "any", strength: 0.5, N: 100, similarity, form: "any", exact, exactStd: 0, within: 0, withinStd: 0, R: 5 });
  const rows = [row("L1", 0.5), row("negL1", 0.5), row("L2", 0.4), row("negSqL2", 0.4), row("Dot", 0.3), row("massDot", 0.3), row("JSref", 0)];
  const failed = (changed: Record<string, number>): number => derivedChecks(rows.map((one) => row(one.similarity, changed[one.similarity] ?? one.exact))).filter(({ pass }) => !pass).length;
  t.equal(failed({}), 0);
  for (const name of ["L1", "negL1", "L2", "negSqL2", "Dot", "massDot"]) t.equal(failed({ [name]: 0.45 }), 1, name);
  t.equal(failed({ JSref: 0.2 }), 1, "JSref");
  t.equal(derivedChecks(rows.slice(0, 5)).filter(({ pass }) => !pass).length, 1, "a missing twin is no agreement");
});
