/** `entropic-kinds` in its quick form: complete, repeatable, and its checks rest on what was measured. */
import t from "tap";
import { experiments, type Context } from "../../src/experiments/index.ts";
import { completions, prepare, recall } from "../../src/experiments/entropic-trials.ts";
import { KINDS, levelDistance } from "../../src/entropic/index.ts";
import { NO_LEVEL } from "../../src/kernels/index.ts";
import { seeded } from "../../src/numeric/index.ts";

const context = (seed: number): Context => ({ quick: true, seed, progress: () => undefined, now: () => 0 });
const kinds = experiments.find(({ name }) => name === "entropic-kinds")!;

t.test("the quick run passes, says the same twice, and shares sum to 1", async (t) => {
  const report = await kinds.run(context(3));
  t.ok(report.result.pass, report.result.checks.filter(({ pass }) => !pass).map(({ name }) => name).join("; "));
  t.equal(report.result.rows.length, 4 * 2 * 6);
  for (const row of report.result.rows) {
    const sum = KINDS.reduce((total, kind) => total + (row[kind] as number), 0);
    t.ok(Math.abs(sum - 1) < 1e-12, `${row.model}, ${row.cues}, ${row.sigma}`);
  }
  t.ok(report.result.rows.every(({ cues, memory }) => cues === "stored" || memory === 0), "nothing unseen is called memory");
  t.equal([...report.files.keys()].filter((name) => name.endsWith(".svg")).length, 8);
  const again = await kinds.run(context(3));
  t.same(again.files.get("result.json"), report.files.get("result.json"));
});

t.test("completion measures what is hidden, against the truth", async (t) => {
  const rng = seeded(2);
  const rows = (Q: number): Float32Array => Float32Array.from({ length: Q * 8 }, () => rng.uniform());
  const setting = prepare(rows(40), rows(30), rows(5), 8, 16, 0.025, 1);
  const found = completions(setting, setting.items.subarray(0, 5 * 8), 0.025, 9);
  const mine = Array.from({ length: 5 }, (_, c) => {
    const clean = setting.items.slice(c * 8, (c + 1) * 8);
    const cue = clean.slice().fill(NO_LEVEL, 4);
    return levelDistance(clean.slice(4), recall(setting, "register", cue, 0.025, 9 + c).slice(4), 16);
  });
  t.ok(Math.abs(found[0].distance - mine.reduce((a, b) => a + b, 0) / 5) < 1e-15);
  t.ok(found.find(({ memory }) => memory === "items")!.distance < 0.05, "four columns name a stored item");
});
