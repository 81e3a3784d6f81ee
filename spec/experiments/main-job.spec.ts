import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { decodePng } from "../../src/images/index.ts";
import { loadEmoji } from "../../src/experiments/data.ts";
import { seeded } from "../../src/numeric/index.ts";
import { DAMAGES, HALF_DECLARED } from "../../src/experiments/recall-damage.ts";
import { lineUp, runTrials, spread, type Album } from "../../src/experiments/recall-trial.ts";
import type { Result } from "../../src/report/index.ts";
import { engram } from "../cli/run.ts";

t.test("the main job: goals met, files whole, README and its picture are this very run", { timeout: 300_000 }, async (t) => {
  const out = mkdtempSync(join(tmpdir(), "engram-main-job-"));
  try {
    const { status, stderr } = engram(["reproduce", "main-job", "--out", out]);
    if (!t.equal(status, 0, "exit code")) return void t.comment(stderr);
    const found = JSON.parse(readFileSync(join(out, "result.json"), "utf8")) as Result;
    t.same(found.checks.map(({ expected, pass }) => [expected, pass]), [[0.95, true], [0.99, true], [0.99, true], [0.9, true]]);
    t.equal(found.parameters.stored, 1000);
    t.equal(found.rows.length, 3 * 6 * (1 + 2 * 5 + 2), "3 sets, 6 damages, nearest neighbour, 4 pixel memories and features twice, LSE and LSR");
    t.ok(found.rows.every(({ recall }) => (recall as number) >= 0 && (recall as number) <= 1));
    // Honest: a memory of pixels fails where half a picture turns black unannounced, and says nothing outside the support of LSR.
    const cell = (memory: string, damage: string, answer: string): Record<string, unknown> => found.rows.find((row) => row.set === "emoji" && row.memory === memory && row.damage === damage && row.answer === answer)!;
    t.ok((cell("cosine", "half mask", "ranked").recall as number) < 0.5);
    // Features carry a turned photograph where no pixel memory does.
    const turned = found.rows.filter(({ set, damage, answer }) => set === "photographs" && damage === "rotation" && answer === "ranked");
    const [features, others] = [true, false].map((own) => Math.max(...turned.filter(({ memory }) => (memory === "features") === own).map(({ recall }) => recall as number)));
    t.ok(features > others + 0.2, `${features} against ${others}`);
    t.equal(cell("LSR", "noise .5, plain", "settled").unanswered, cell("LSR", "noise .5, plain", "settled").cues);
    const { width, height } = decodePng(readFileSync(join(out, "recall.png")));
    t.ok(width > 800 && height > 800, `${width} x ${height}`);
    const page = readFileSync(join(out, "index.html"), "utf8");
    t.equal(page.match(/<svg/g)?.length, 3, "three charts");
    t.match(page, /data:image\/png;base64/);
    t.notMatch(page, /<script|src="http|href="http/, "nothing is fetched, no script runs");
    const todo = "npm start && node scripts/update-readme.mjs";
    t.ok(readFileSync("README.md", "utf8").includes(`<!-- recall-table -->\n${readFileSync(join(out, "table.md"), "utf8")}<!-- /recall-table -->`), `the README's table; if a change is wanted: ${todo}`);
    t.ok(readFileSync("docs/recall.png").equals(readFileSync(join(out, "recall.png"))), `docs/recall.png; if a change is wanted: ${todo}`);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
});

t.test("damages: names apart, cues deterministic, originals untouched, the declared half is the visible one", async (t) => {
  t.equal(new Set(DAMAGES.map(({ name }) => name)).size, DAMAGES.length);
  const row = loadEmoji().rows.slice(7 * 3072, 8 * 3072);
  const before = row.slice();
  for (const { name, damage } of DAMAGES) {
    const cue = damage(row, [3, 32, 32], seeded(5));
    t.same(cue, damage(row, [3, 32, 32], seeded(5)), name);
    t.notSame(cue, row, `${name} changes something`);
  }
  t.same(row, before);
  const visible = HALF_DECLARED.visible!([3, 32, 32]);
  const cue = HALF_DECLARED.damage(row, [3, 32, 32], seeded(1));
  t.equal(visible.reduce((sum, one) => sum + one, 0), 3 * 16 * 32);
  t.ok(cue.every((value, i) => (visible[i] === 1 ? value === row[i] : value === 0)));
  t.same([HALF_DECLARED.visible!([1, 5, 3])].map((mask) => Array.from(mask)), [[1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]], "an odd height keeps trunc(H / 2) rows");
});

t.test("trials: undamaged cues are all recalled by every distance; a damage that blanks everything is not", async (t) => {
  const { rows } = loadEmoji();
  const album: Album = { name: "few", rows: rows.slice(0, 40 * 3072), count: 40, shape: [3, 32, 32] };
  const memories = lineUp(album);
  const options = { cues: 20, fewer: 5, rng: seeded(1), progress: () => undefined };
  const clean = runTrials(album, memories, { ...options, damages: [{ name: "none", about: "", damage: (row) => row.slice() }] });
  for (const { memory, answer, recall } of clean) if (memory !== "dot") t.equal(recall, 1, `${memory}, ${answer}`);
  const blank = runTrials(album, memories, { ...options, damages: [{ name: "all", about: "", damage: (row) => new Float32Array(row.length) }] });
  for (const { memory, answer, recall } of blank) t.ok(recall <= 0.2, `${memory}, ${answer}: ${recall}`);
  memories.dispose();
  t.same(spread(10, 3), [0, 3, 6]);
  t.same(spread(2, 5), [0, 1]);
});
