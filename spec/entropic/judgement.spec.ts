/** Calibrated recognition, AUC, and the kinds of retrieval. */
import t from "tap";
import { EngramError, seeded } from "../../src/numeric/index.ts";
import { AssociativeRegister, calibrate, type Kind, kindOf, levelDistance, limitsOf, separations } from "../../src/entropic/index.ts";

const rng = seeded(95);
const [n, m] = [40, 16];
/** Bell-shaped columns. */
const draws = (Q: number, centre = 7.5, width = 2.5): number[] => Array.from({ length: Q * n }, () => Math.max(0, Math.min(m - 1, Math.round(centre + width * rng.normal()))));
const amr = new AssociativeRegister(n, m);
const stored = draws(300);
amr.register(stored);

t.test("false rejections stay within the stated rate on fresh cues", async (t) => {
  for (const rate of [0.02, 0.1, 0.3]) {
    const { iota, kappa, xi, rejected, cues } = calibrate(amr, draws(400), rate);
    t.equal(cues, 400);
    t.ok(rejected <= rate, `rate ${rate}: ${rejected} of the calibration cues`);
    const share = amr.recognize(draws(4000), { iota, kappa, xi }).accepted.filter((yes) => yes === 0).length / 4000;
    // bound on the mean; a calibration set of 400 scatters by sqrt(rate / 400), the test set far less: four of them
    t.ok(share <= rate + 4 * Math.sqrt(rate / 400), `rate ${rate}: ${share} of fresh ones`);
    // mismatches are whole numbers, so xi rejects less than its half; kappa's own half must show
    t.ok(share > rate / 5, "and it is not all accepted");
  }
  t.throws(() => calibrate(amr, draws(10), 0.05), /at least 39/);
  for (const rate of [0, 1, NaN]) t.throws(() => calibrate(amr, draws(400), rate), EngramError);
});

t.test("stored against unseen and foreign cues", async (t) => {
  const found = separations(amr, stored, { stored, unseen: draws(300), foreign: draws(300, 11, 2.5) });
  t.match(found.stored, { mismatches: 0.5, weight: 0.5, likelihood: 0.5, accepted: 1 });
  t.ok(found.unseen.mismatches > 0.5, "each stored cue matches throughout");
  t.ok(found.foreign.weight > 0.99 && found.foreign.likelihood > 0.99);
  t.ok(found.foreign.likelihood > found.unseen.likelihood);
});

t.test("distances in units of the range", async (t) => {
  t.equal(levelDistance([0, 0], [15, 15], 16), 1);
  t.equal(levelDistance([0, 65535], [3, 9], 16), 3 / 15);
  t.equal(levelDistance([65535], [9], 16), 0);
});

t.test("each kind, by hand", async (t) => {
  // four items at the corners of a square, limits set so that each rule is reached
  const items = Uint16Array.of(0, 0, 0, 10, 10, 0, 10, 10);
  const limits = { copy: 0.15, item: 0.1, near: 0.75 };
  const kind = (cue: number[], recalled: number[], own?: number, accepted = true): Kind => kindOf(limits, items, 11, Uint16Array.from(cue), Uint16Array.from(recalled), { accepted, own });
  t.equal(kind([0, 0], [65535, 65535], 0, false), "rejected");
  t.equal(kind([0, 0], [1, 0], 0), "memory");
  t.equal(kind([3, 3], [4, 3]), "reproduction");
  t.equal(kind([3, 3], [9, 10]), "association");
  t.equal(kind([0, 0], [10, 9], 0), "association", "another item than the cue's own");
  t.equal(kind([0, 0], [5, 5], 0), "imagination");
  t.equal(kindOf({ ...limits, near: 0.3 }, items, 11, Uint16Array.of(0, 0), Uint16Array.of(5, 5), { accepted: true }), "noise");
  const far = (v: Uint16Array): Uint16Array => v.map((x) => 10 - x);
  t.equal(kindOf({ ...limits, back: 0.2 }, items, 11, Uint16Array.of(3, 3), Uint16Array.of(3, 3), { accepted: true, roundTrip: far }), "noise", "what the networks do not give back");
});

t.test("limits are the stated percentiles", async (t) => {
  const items = Uint16Array.from(draws(60));
  const held = Uint16Array.from(draws(40));
  const jittered = held.map((x) => Math.min(m - 1, x + 1));
  const limits = limitsOf(items, held, jittered, n, m, (v) => v);
  t.ok(limits.copy <= 1 / 15 + 1e-15 && limits.copy > 0.06);
  t.equal(limits.back, 0);
  const between: number[] = [];
  for (let a = 0; a < 60; a++) for (let b = 0; b < a; b++) between.push(levelDistance(items, items, m, a * n, b * n, n));
  between.sort((x, y) => x - y);
  t.ok(limits.item >= between[Math.floor(0.05 * 1769)] && limits.item <= between[Math.ceil(0.05 * 1769)]);
  t.ok(limits.near > limits.item);
  t.throws(() => limitsOf(items.slice(0, n), held, jittered, n, m), EngramError);
  t.throws(() => limitsOf(items, held, jittered.slice(n), n, m), EngramError);
});
