/** lsr-hybrid and lsr-capacity: quick runs pass their checks, the pages are whole, and the trials measure what they say. */
import t from "tap";
import { seeded } from "../../src/numeric/index.ts";
import type { Context } from "../../src/experiments/experiment.ts";
import { experiments } from "../../src/experiments/index.ts";
import { lostShare, retrieval } from "../../src/experiments/lsr-capacity-trials.ts";
import { cuesAt, distance, methodsOf, recalls, world } from "../../src/experiments/lsr-hybrid-trials.ts";
import { isSelfContained, parse } from "../report/markup.ts";

const quick: Context = { quick: true, seed: 3, progress: () => {}, now: () => 0 };
const FILES: Readonly<Record<string, readonly string[]>> = {
  "lsr-capacity": ["failures.svg", "retrieved.svg", "theorem-1.svg"],
  "lsr-hybrid": ["home-8-kept.svg", "home-8-interacting.svg", "shift.svg", "novel.svg", "line.svg", "plane-0.001.svg", "plane-0.1.svg"],
};

for (const [name, files] of Object.entries(FILES)) {
  t.test(`${name} --quick`, async (t) => {
    const report = await experiments.find((experiment) => experiment.name === name)!.run(quick);
    t.ok(report.result.pass && report.result.checks.length >= 9, JSON.stringify(report.result.checks.filter(({ pass }) => !pass)));
    t.same([...report.files.keys()].sort(), ["index.html", "result.json", ...files].sort());
    const text = (file: string): string => new TextDecoder().decode(report.files.get(file));
    t.ok(isSelfContained(parse(text("index.html"), true)));
    for (const file of files) t.ok(isSelfContained(parse(text(file))), file);
    t.notMatch(text("index.html"), /NaN|undefined/);
  });
}

t.test("the worst cue fails just where two patterns are closer than r_0, whatever the dimension", async (t) => {
  for (const [d, M] of [[1, 3], [2, 5], [5, 9]]) {
    const r0 = 0.3;
    const found = retrieval(d, M, 60, r0, r0 / 4, 2 / (0.75 * r0 * 0.75 * r0), seeded(d));
    t.equal(found.broken, 0);
    t.equal(found.spared, 0);
    t.equal(found.failedWorst, found.close);
    t.ok(found.failed <= found.failedWorst && found.close > 0 && found.retrieved >= found.retrievedWorst);
  }
  t.equal(lostShare(0.5, 3, 5, 300, seeded(1)), 0);
  t.ok(lostShare(0.9, 3, 5, 300, seeded(1)) > 0.9);
});

t.test("cues lie where they should, all methods get the same ones, LSR alone takes only what is inside", async (t) => {
  const here = world(6, 10, "kept", seeded(5));
  const cues = cuesAt(here, 0.7, 3, seeded(6));
  t.ok(cues.every(({ cue, mu }) => Math.abs(distance(cue, here.patterns[mu]) / here.nearest[mu] - 0.7) < 1e-12));
  const inside = cues.filter(({ cue }) => here.patterns.some((xi) => distance(cue, xi) < Math.sqrt(2 / here.beta))).length;
  const [alone, nearest] = methodsOf([]).map((method) => recalls(here, method, cues));
  t.equal(alone.accepted, inside);
  t.equal(nearest.accepted, cues.length);
  t.ok(inside > 0 && inside < cues.length && nearest.home > alone.home);
});
