import t from "tap";
import { seeded } from "../../src/numeric/index.ts";
import { DenseMemory, FAR_NAMES, minimaAt, pairDistances } from "../../src/dense/index.ts";
import type { DenseOptions, Far } from "../../src/dense/index.ts";

const D = 5;
const rng = seeded(6);
const patterns = Array.from({ length: 24 }, () => Float64Array.from({ length: D }, () => rng.uniform()));
const memory = (options: DenseOptions = {}): DenseMemory => {
  const made = new DenseMemory({ energy: "lsr", beta: 20, precision: "f64", ...options });
  made.store(patterns);
  return made;
};
const distance = (a: Float64Array, b: Float64Array): number => Math.sqrt(a.reduce((sum, value, k) => sum + (value - b[k]) * (value - b[k]), 0));
const nearestTo = (x: Float64Array): number => patterns.reduce((best, xi, mu) => (distance(x, xi) < distance(x, patterns[best]) ? mu : best), 0);
const cues = Array.from({ length: 40 }, (_, q) => patterns[q % 24].map((value) => value + 1.2 * rng.normal()));

t.test("reject: nothing is done, and the distance to the nearest boundary is reported", async (t) => {
  const lsr = memory();
  for (const cue of cues) {
    const gap = distance(cue, patterns[nearestTo(cue)]) - Math.sqrt(2 / 20);
    const found = lsr.recall(cue);
    t.equal(found.boundary !== undefined, gap >= 0);
    if (gap < 0) continue;
    t.match(found, { accepted: false, criterion: "support", converged: false, steps: 0, far: undefined });
    t.same(found.state, cue);
    t.ok(Math.abs(found.boundary! - gap) < 1e-14, "nearest distance less r_s");
    t.match(found.reason, /^outside the support of every stored pattern: [\d.]+ beyond the nearest boundary$/);
  }
});

t.test("nearest, adaptive, lse: all end in exact minima of LSR, or say that they did not", async (t) => {
  const found = minimaAt(pairDistances(Float64Array.from(patterns.flatMap((row) => [...row])), D), 20).minima.map(({ members }) => members.join());
  const lost = cues.filter((cue) => memory().recall(cue).boundary !== undefined);
  t.ok(lost.length > 25, `${lost.length} cues outside`);
  for (const far of FAR_NAMES.slice(1)) {
    const lsr = memory({ far });
    const results = lsr.recallMany(cues);
    results.forEach((one, q) => {
      t.equal(one.energies.length, one.steps + 1);
      if (one.far === undefined) {
        const { scanned: _, ...plain } = one;
        const { scanned: __, ...same } = memory().recall(cues[q]);
        t.same(plain, same, "a cue inside is recalled as ever");
        return;
      }
      t.ok(one.far.length > 0 && one.far.every(({ remedy, beta }) => remedy === far && beta <= 20));
      t.equal(one.energies[0], Infinity);
      if (!one.accepted) {
        t.match(one.reason, /outside the support of every stored pattern, after /);
        t.ok(one.boundary! >= 0);
        return;
      }
      t.equal(one.criterion, "none", "nothing vouches for a cue that was outside");
      t.ok(found.includes(one.members!.join()), "a minimum of the enumeration");
      t.ok(one.energies.slice(1).every((E, i, all) => i === 0 || E <= all[i - 1]));
    });
    t.ok(results.filter(({ far: path, accepted }) => path !== undefined && accepted).length > 10, far);
    t.same(lsr.recall(cues[7]), results[7], "one cue = batch");
    t.same(DenseMemory.fromBytes(lsr.toBytes()).recall(cues[7]), results[7], "the file keeps the remedy");
    t.same(memory().recall(cues[7], { far }), results[7], "per call");
    t.equal(lsr.recall(cues[7], { far: "reject" }).far, undefined, "and not");
  }
});

t.test("nearest is the nearest pattern; adaptive begins where it is inside and raises beta by at most 1.1", async (t) => {
  for (const cue of cues) {
    const nearest = memory().recall(cue, { far: "nearest" });
    if (nearest.far === undefined) continue;
    const xi = nearestTo(cue);
    t.same(nearest.members, memory().recall(patterns[xi]).members);
    const path = memory().recall(cue, { far: "adaptive" }).far!;
    const d = distance(cue, patterns[xi]);
    t.ok(Math.abs((path[0].beta * 1.1 * 1.1 * d * d) / 2 - 1) < 1e-12);
    t.ok(path[0].supported);
    path.slice(1).forEach(({ beta }, i) => t.ok(beta / path[i].beta <= 1.1 + 1e-12));
  }
});

t.test("ties, hidden and clamped coordinates, kernels, a memory of one", async (t) => {
  const pair = new DenseMemory({ energy: "lsr", beta: 20, precision: "f64" });
  pair.store([[1, 0], [-1, 0]], { keys: ["right", "left"] });
  t.equal(pair.recall([0, 5], { far: "nearest" }).key, "right", "of equal ones the first");
  t.match(pair.recall([0, 5], { far: "lse" }), { accepted: false, reason: /after steps of LSE that rest outside/ }, "LSE rests half-way");
  t.match(pair.recall([0, 5], { far: "adaptive" }), { accepted: false, reason: /after beta was raised/ }, "the middle of a pair loses both at once");
  t.match(pair.recall([1.5, 0], { far: "adaptive" }), { accepted: true, key: "right" });
  t.match(pair.recall([9, 0], { far: "adaptive" }), { accepted: false }, "from farther the first, wide support holds both, and their middle is lost");
  t.match(pair.recall([9, 0], { far: "lse" }), { accepted: true, key: "right" });
  t.same(pair.recall([9, 3], { far: "nearest", visible: [0, 1] }).members, ["right", "left"], "what is visible does not tell them apart");
  const clamped = pair.recall([9, 0.1], { far: "nearest", free: [1, 0] });
  t.equal(clamped.state[1], 0.1);
  t.ok(clamped.accepted);
  for (const energy of ["quartic", "tricube", "triangle"]) {
    for (const far of FAR_NAMES.slice(1)) t.ok(memory({ energy }).recall(cues[2], { far }).far !== undefined, `${energy}, ${far}`);
  }
  const one = new DenseMemory({ energy: "lsr", beta: 2, far: "adaptive" });
  one.store([[3]]);
  t.same([...one.recall([-1e6]).state], [3]);
});

t.test("unknown names and energies without supports are refused", async (t) => {
  t.throws(() => memory({ far: "nearst" as Far }), { message: /far.*nearest/s });
  t.throws(() => memory().recall(cues[0], { far: "adaptiv" as Far }), { message: /far.*adaptive/s });
  t.throws(() => new DenseMemory({ energy: "lse", far: "nearest" }), { message: /far: expected an energy of compact support.*got lse/ });
  t.throws(() => new DenseMemory({ energy: "lse", far: "near" as Far }), { message: /far/ });
});
