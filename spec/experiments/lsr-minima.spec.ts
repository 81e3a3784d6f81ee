/** Figure 3 left against numpy's brute force over all 2^M subsets (fixtures/dense/figure3_left.py), and the experiments that show it. */
import { existsSync, readFileSync } from "node:fs";
import t from "tap";
import { countsOf, pairDistances, windows } from "../../src/dense/index.ts";
import { seeded } from "../../src/numeric/index.ts";
import { lsrBarcode } from "../../src/experiments/lsr-barcode.ts";
import { authorsPatterns, BANDS, CURVE_TARGETS, curveOf, drawnPatterns, gridOf, peakOf } from "../../src/experiments/lsr-figure3.ts";
import { lsrMinima, targetChecks } from "../../src/experiments/lsr-minima.ts";
import type { Context } from "../../src/experiments/index.ts";

interface Golden {
  M: number;
  d: number;
  betas: number[];
  windows: number;
  novel: number[];
  kept: number[];
}
const golden = JSON.parse(readFileSync("fixtures/dense/figure3_left.json", "utf8")) as Golden[];
const context: Context = { quick: true, seed: 0, progress: () => {}, now: () => 0 };

t.test("all 50 betas of all six curves are those of 2^M subsets, M = 25 too", async (t) => {
  for (const { M, d, betas, windows: all, novel, kept } of golden) {
    const D2 = pairDistances(authorsPatterns(0, M, d), d);
    const found = windows(D2);
    t.equal(found.windows.length, all, `M = ${M}, d = ${d}: windows`);
    t.ok(found.complete && found.tested < 2 ** M);
    const curve = curveOf(authorsPatterns(0, M, d), d);
    // Two linspaces: a rounding or two.
    t.ok(betas.every((beta, i) => Math.abs(beta - curve.betas[i]) <= 1e-14 * beta));
    t.same([...curve.novel].slice(0, -1), novel.slice(0, -1), "novel");
    t.same([...curve.kept], kept, "kept");
    t.equal(curve.novel[49], 0, "the last pair only touches: decided by beta_max itself, not by its rounding in numpy");
    const counts = countsOf(found.windows, curve.betas);
    t.same([counts.novel, counts.kept], [curve.novel, curve.kept], "the stream counts what the list does");
  }
});

t.test("the authors' generator: the printed patterns of seed 0, d = 8, M = 5", async (t) => {
  // Section 8.4, in the digits f32 prints.
  const printed = [
    [0.0372610092, 0.144214988, 0.337425947, 0.68235898, 0.0329633951, 0.952807903, 0.0832301378, 0.876168966],
    [0.0474061966, 0.415302753, 0.199376941, 0.39339149, 0.326079965, 0.914754868, 0.0670523643, 0.534320354],
    [0.176328778, 0.517814755, 0.79277575, 0.0756140947, 0.896509886, 0.294080734, 0.756130338, 0.103634119],
    [0.203922153, 0.57354939, 0.185524702, 0.696097255, 0.628718734, 0.834694982, 0.969840407, 0.905302286],
    [0.257228613, 0.479154587, 0.753422141, 0.673714399, 0.978077769, 0.674439192, 0.762877703, 0.317550063],
  ];
  t.same([...authorsPatterns(0, 5, 8)], printed.flat().map(Math.fround));
});

t.test("drawn patterns: sorted ones are a third, uniform ones the cube", async (t) => {
  const first = (variant: "sorted" | "uniform"): number[] => {
    const X = drawnPatterns(variant, 500, 3, seeded(1));
    return Array.from({ length: 500 }, (_, mu) => X[3 * mu]);
  };
  const sorted = first("sorted");
  t.ok(sorted.every((value, i) => i === 0 || value >= sorted[i - 1]));
  // The 500th of 1500 uniform numbers: 1/3 with a deviation of .012.
  t.ok(Math.abs(sorted[499] - 1 / 3) < 0.05);
  t.ok(Math.max(...first("uniform")) > 0.98);
  const D2 = pairDistances([0, 0, 1, 1], 2);
  t.same([gridOf(D2, 2)[0], gridOf(D2, 2)[49], gridOf(D2, 2).length], [1, 4, 50], "2/d to 8/d_min^2");
});

const DOCUMENT = "../shared/papers/epanechnikov-memory.md";
t.test("the targets are those of the document", { skip: existsSync(DOCUMENT) ? false : `no ${DOCUMENT}` }, async (t) => {
  const text = readFileSync(DOCUMENT, "utf8");
  for (const { d, M, betaMax, peak, allKeptFrom, points } of CURVE_TARGETS.filter(({ M }) => M < 25)) {
    const cells = text.split("\n").find((line) => line.startsWith(`| ${d} | ${M} |`))!.split("|").slice(1, -1).map((cell) => cell.trim());
    t.equal(Number(cells[2]), betaMax);
    t.equal(cells[3].split(",")[0].replace(/\)$/, ""), `${peak.novel} @ ${peak.beta!.toFixed(3)} (${peak.index}`);
    t.equal(Number(cells[4]), peak.kept);
    t.equal(Number(cells[5]), allKeptFrom);
    const listed = cells[6].split(";").map((part) => part.trim()).filter((part) => part.includes(":"));
    t.same(points.map(([beta, novel, kept]) => [beta, novel, kept]), listed.map((part) => [Number(part.split(":")[0]), ...part.split(":")[1].split("/").slice(0, 2).map(Number)]));
    t.same(points.map((point) => point[3]), listed.map((part) => Number(part.split("/")[2])));
  }
  for (const { d, M, variant, peak } of BANDS) {
    const place = text.slice(text.indexOf("Bands over random seeds"));
    t.ok(new RegExp(`d=${d} M=${M} (peak )?[\\d–]+ / `).test(place) && (place.includes(peak.join("–")) || (variant === "sorted" && place.includes("the same"))), `${d} ${M} ${variant}`);
  }
});

t.test("both experiments pass in their quick form and say it with pictures", async (t) => {
  for (const experiment of [lsrMinima, lsrBarcode]) {
    const { result, files } = await experiment.run(context);
    t.same(result.checks.filter(({ pass }) => !pass), [], experiment.name);
    t.ok(result.pass && files.has("index.html") && files.has("result.json"));
    t.ok([...files.keys()].filter((name) => name.endsWith(".svg")).length >= 3);
    t.ok((JSON.parse(new TextDecoder().decode(files.get("result.json"))) as { rows: unknown[] }).rows.length > 10);
  }
});

t.test("a number that is off fails its check", async (t) => {
  const [target] = CURVE_TARGETS;
  const curve = { ...curveOf(authorsPatterns(0, 5, 8), 8), seed: 0, volume: new Float64Array(50) };
  const failing = (changed: Partial<typeof curve>): string[] => targetChecks({ ...target, points: [[7.03, 3, 5, 0]] }, { ...curve, ...changed }, 1e6).filter(({ pass }) => !pass).map(({ name }) => name.split(",")[0]);
  t.same(failing({}), []);
  t.equal(peakOf(curve), 5);
  t.same(failing({ novel: curve.novel.map((count) => count + 1) }), ["most novel", "novel at beta 7.03"]);
  t.same(failing({ kept: curve.kept.map((count) => count - 1) }), ["kept there", "all kept from beta", "kept at beta 7.03"]);
  t.same(failing({ volume: curve.volume.fill(0.01) }), ["supported at beta 7.03"]);
  t.ok(failing({ betas: curve.betas.map((beta) => 1.001 * beta) }).includes("beta_max"));
});
