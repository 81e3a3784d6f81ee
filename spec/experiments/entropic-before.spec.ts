/** `entropic-mnist`, `entropic-fashion`, `entropic-hetero`: quick runs pass, and what they count is counted right. */
import t from "tap";
import { answersOf, digitsRow, digitSystem } from "../../src/experiments/entropic-mnist-trial.ts";
import { experiments, type Context } from "../../src/experiments/index.ts";
import { quickRun } from "./semantic-quick.ts";

quickRun("entropic-mnist", ["painted.png", "precision-recall.svg"]);
quickRun("entropic-fashion", ["chains.png", "levels.svg", "sigma.svg"]);
quickRun("entropic-hetero", ["pairs-left.png", "pairs-right.png", "filling.svg"]);

t.test("the same seed says the same; a full run wants its data", async (t) => {
  const context = (quick: boolean): Context => ({ quick, seed: 5, progress: () => undefined, now: () => 0 });
  for (const name of ["entropic-mnist", "entropic-fashion"]) {
    const one = experiments.find((each) => each.name === name)!;
    t.same((await one.run(context(true))).files.get("result.json"), (await one.run(context(true))).files.get("result.json"));
  }
  for (const name of ["entropic-mnist", "entropic-fashion", "entropic-hetero"]) t.throws(() => experiments.find((each) => each.name === name)!.run(context(false)), /--data/);
});

t.test("ten registers by hand: precision, recall, the lowest entropy answers, tolerance", async (t) => {
  // One column, four levels: class 0 at level 0, class 1 at levels 0 and 3; the others empty.
  const fill = { z: Float32Array.of(0, 0, 0, 3), labels: Uint8Array.of(0, 0, 1, 1) };
  const test = { z: Float32Array.of(0, 3, 1, 0), labels: Uint8Array.of(0, 1, 1, 1) };
  const system = digitSystem(fill, [test.z], 1, 4);
  const { winner, accepted } = answersOf(system, test.z);
  t.same([[...accepted[0]], [...accepted[1]]], [[1, 0, 0, 1], [1, 1, 0, 1]]);
  t.same([...winner], [0, 1, -1, 0], "register 0 has the lower entropy: one level marked, not two");
  const row = digitsRow(system, test, "clean");
  // register 0: 1 of 2 accepted are its class, its one cue is accepted; register 1: 2 of 3, 2 of its 3 cues; of the system 2 of 3 answers, 2 of 4 cues
  t.ok(Math.abs(row.precision - 100 * (1 / 2 + 2 / 3) / 2) < 1e-9 && Math.abs(row.recall - 100 * (1 + 2 / 3) / 2) < 1e-9);
  t.ok(Math.abs(row.systemPrecision - 200 / 3) < 1e-9 && row.systemRecall === 50);
  t.ok(Math.abs(row.entropy - 0.1) < 1e-12, "one bit in one of ten");
  t.equal(digitsRow(system, test, "clean", 1).recall, 100, "a tolerance of all columns accepts everything");
});
