/** Systems of registers (E18), (E19); chains (E17); forgetting policies (E20). */
import t from "tap";
import { EngramError, seeded } from "../../src/numeric/index.ts";
import {
  AssociativeRegister, chain, decay, EntropicMemory, lowestEntropy, lowestPenalty, type RegisterOptions, RegisterSystem, registerWithBudget, SlidingWindow,
} from "../../src/entropic/index.ts";

const rng = seeded(2021);
const made = (n: number, m: number, rows: readonly number[][], options: RegisterOptions = {}): AssociativeRegister => {
  const register = new AssociativeRegister(n, m, options);
  register.register(rows.flat());
  return register;
};
const draws = (Q: number, n: number, m: number): number[][] => Array.from({ length: Q }, () => Array.from({ length: n }, () => Math.floor(m * rng.uniform())));

t.test("(E18): of those that accept the lowest entropy, the first on a tie", async (t) => {
  const narrow = made(2, 8, [[1, 1], [2, 2]], { preset: "mnist2021" });
  const wide = made(2, 8, [[0, 0], [1, 1], [2, 2], [3, 3]], { preset: "mnist2021" });
  const twin = made(2, 8, [[1, 1], [2, 2]], { preset: "mnist2021" });
  const system = new RegisterSystem({ wide, narrow, twin });
  t.match(system.ask([1, 2]), { accepted: true, label: "narrow" });
  t.same(system.ask([1, 2]).candidates.map(({ label }) => label), ["wide", "narrow", "twin"]);
  t.match(system.ask([3, 0]), { accepted: true, label: "wide" });
  t.match(system.ask([7, 0]), { accepted: false, label: undefined });
  t.ok(system.ask([1, 2]).retrieved!.levels.every((level) => level === 1 || level === 2));
  t.same(system.labels, ["wide", "narrow", "twin"]);
  t.equal(system.of("wide"), wide);
  t.throws(() => system.of("x"), EngramError);
  t.throws(() => new RegisterSystem({}), /none/);
  t.throws(() => new RegisterSystem({ a: wide, b: made(3, 8, []) }), /2 x 8, 3 x 8/);
  t.throws(() => system.ask([1, 2, 3, 4]), /one cue at a time/);
  t.equal(new RegisterSystem({ wide, narrow }, (all) => all.length - 1).ask([1, 2]).label, "narrow", "any rule");
});

t.test("the random numbers of a system's answer depend on the cue", async (t) => {
  const amr = new AssociativeRegister(1, 64, { sigma: 0.2 });
  amr.register(Uint16Array.from({ length: 64 }, (_, i) => i));
  const system = new RegisterSystem({ amr });
  const shifts = Array.from({ length: 16 }, (_, i) => system.ask([24 + i]).retrieved!.levels[0] - 24 - i);
  t.ok(new Set(shifts).size > 5, "one number for all would shift all alike, but for the edges of the table");
  t.equal(system.ask([24]).retrieved!.levels[0] - 24, shifts[0], "the same cue, the same answer");
});

t.test("(E19): the lowest penalty, ties at random, rho = 0 last", async (t) => {
  const heavy = made(1, 4, [[0], [0], [0], [1]], { preset: "dimex2022" });
  const light = made(1, 4, [[0], [1], [1], [1]], { preset: "dimex2022" });
  t.equal(new RegisterSystem({ light, heavy }, lowestPenalty).ask([0], { rng }).label, "heavy", "the same entropy, more weight");
  const [a, b] = [made(1, 4, [[0], [1]], { preset: "dimex2022" }), made(1, 4, [[0], [1]], { preset: "dimex2022" })];
  const tie = new RegisterSystem({ a, b }, lowestPenalty);
  let first = 0;
  for (let k = 0; k < 400; k++) if (tie.ask([0], { rng }).label === "a") first++;
  t.ok(Math.abs(first - 200) < 60, "400 fair draws: 200 +- 10, six of them");
  t.equal(new RegisterSystem({ a, b }, lowestPenalty).ask([NaN], { rng }).accepted, true, "undefined is no mismatch there; weight 0, both Infinity");
  t.throws(() => tie.ask([0]), /seeded generator/);
  t.equal(lowestEntropy([{ label: "x", register: a, entropy: 1, weight: 1 }]), 0);
});

t.test("(E17): a chain on features, with encoder and decoder, and what comes after a rejection", async (t) => {
  const X = Array.from({ length: 80 }, () => Float64Array.from({ length: 7 }, () => rng.normal()));
  const memory = new EntropicMemory();
  memory.store(X);
  const plain = chain(memory, X[3], { sigma: 0.05, seed: 4 });
  t.equal(plain.length, 6);
  let cue: Float64Array = X[3];
  plain.forEach((step, k) => {
    t.ok(step.known, "a retrieved object lies inside the register");
    const recall = memory.recall(cue, { sigma: 0.05, seed: 4, sample: k, top: 0 });
    t.same(step.recall!.state, recall.state);
    cue = recall.state;
  });
  const through = chain(memory, X[3], { steps: 4, decode: (z) => z.map((x) => 2 * x), encode: (y) => Float64Array.from(y as Float64Array, (x) => x / 2), classify: (z) => (z[0] > 0 ? 1 : 0) });
  t.ok(through.every(({ image, recall, label }) => (image as Float64Array)[0] === 2 * recall!.state[0] && label === (recall!.state[0] > 0 ? 1 : 0)));
  const lost = chain(memory, X[3], { decode: (z) => z, encode: (y) => Float64Array.from(y as Float64Array, (x) => x + 50) });
  t.same(lost.map(({ known }) => known), [true, false, false, false, false, false]);
  t.ok(lost[1].recall !== undefined && lost[2].recall === undefined);
  const still = chain(memory, X[3], { sigma: 0, steps: 50, until: (step, before) => before !== undefined && step.recall!.levels.every((level, j) => level === before.recall!.levels[j]) });
  t.equal(still.length, 2, "at sigma 0 the second step stands still");
  t.throws(() => chain(memory, X[3], { steps: 0 }), EngramError);
  t.throws(() => chain(memory, X[3], { decode: (z) => z }), /both decode and encode/);
});

t.test("decay: the mean is exact, gamma 0 and 1 are", async (t) => {
  const register = made(3, 4, draws(500, 3, 4));
  const before = register.cells;
  const mean = new Float64Array(12);
  for (let k = 0; k < 400; k++) {
    const other = made(3, 4, []);
    other.load(before, register.undefinedRow, 500);
    decay(other, 0.37, k);
    other.cells.forEach((held, i) => (mean[i] += held / 400));
  }
  // one Bernoulli each, sd at most .5 / 20
  t.ok(mean.every((x, i) => Math.abs(x - 0.37 * before[i]) < 0.15));
  decay(register, 1, 0);
  t.same(register.cells, before);
  decay(register, 0, 0);
  t.ok(register.cells.every((held) => held === 0));
  t.throws(() => decay(register, 1.1, 0), EngramError);
  t.throws(() => decay(made(1, 1, [], { exactCounts: true }), 0.5, 0), /without exact counts/);
});

t.test("(E20): no column above its budget; nothing else to take: undone; light cells go first", async (t) => {
  const register = made(5, 6, []);
  registerWithBudget(register, draws(300, 5, 6).flat(), 40, rng);
  t.ok([...register.statistics.sums].every((S) => S === 40));
  t.equal(register.size, 300);
  const alone = made(1, 3, []);
  registerWithBudget(alone, [1, 1, 1, 1, 1], 3, rng);
  t.same([...alone.cells], [0, 3, 0]);
  registerWithBudget(alone, [0], 3, rng);
  t.same([...alone.cells], [1, 2, 0], "the only other cell gives");
  let light = 0;
  for (let k = 0; k < 500; k++) {
    const other = made(1, 3, []);
    other.load([5, 90, 5], [0], 100);
    registerWithBudget(other, [0], 100, rng);
    if (other.cells[2] === 4) light++;
  }
  // (1 - 5/95) / 1 = .947; 500 draws, sd .01
  t.ok(Math.abs(light / 500 - 0.947) < 0.05);
  for (const W of [0, 1.5, NaN, 5000]) t.throws(() => registerWithBudget(register, [], W, rng), EngramError);
});

t.test("sliding window: the register of the last objects, always", async (t) => {
  const rows = draws(40, 3, 4);
  for (const options of [{}, { cap: 2, exactCounts: true }]) {
    const window = new SlidingWindow(new AssociativeRegister(3, 4, options), 7);
    rows.forEach((row, k) => {
      window.add(row);
      t.same(window.register.cells, made(3, 4, rows.slice(Math.max(0, k - 6), k + 1), options).cells);
    });
  }
  t.throws(() => new SlidingWindow(made(3, 4, rows), 7), /an empty register/);
  t.throws(() => new SlidingWindow(new AssociativeRegister(3, 4, { cap: 2 }), 7), /exactCounts/);
  t.throws(() => new SlidingWindow(new AssociativeRegister(3, 4), 0), EngramError);
});
