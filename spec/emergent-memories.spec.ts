/** docs/emergent-memories.md: its snippet runs and prints what stands there, its picture and its numbers are those of the code. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { inflection, KERNELS, pairWindow } from "../src/dense/index.ts";
import { experiments } from "../src/experiments/index.ts";
import { lineFigure, planeFigure } from "../src/experiments/lsr-landscape-figures.ts";
import { lseTriangle } from "../src/experiments/lsr-landscape-lse.ts";
import { TARGETS } from "../src/experiments/lsr-likelihood-targets.ts";
import { steps } from "./markdown-blocks.ts";
import { prepare, runStep, typeErrors } from "./run-snippets.ts";

const root = process.cwd();
const page = readFileSync("docs/emergent-memories.md", "utf8");

/** Cells of the table whose heading begins so. */
function table(heading: string): string[][] {
  const lines = page.split("\n");
  const at = lines.findIndex((line) => line.startsWith(`| ${heading} |`));
  const end = lines.findIndex((line, i) => i > at && !line.startsWith("|"));
  return lines.slice(at + 2, end).map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
}

t.test("the snippet runs as it stands", { timeout: 300_000 }, async (t) => {
  const found = steps(page);
  t.equal(found.length, 1);
  const directory = mkdtempSync(join(tmpdir(), "engram-emergent-"));
  try {
    prepare(directory, root);
    const { ok, output } = runStep(found[0], directory, root);
    t.ok(ok, output);
    t.same(typeErrors(found, directory, root), []);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

t.test("the picture is the code's, and links lead somewhere", async (t) => {
  t.equal(readFileSync("docs/emergent.svg", "utf8"), planeFigure(1.1, { grid: 81, levels: 12 }).svg);
  for (const [, link] of page.matchAll(/\]\((?!https:)([^)]+)\)/g)) t.ok(existsSync(join("docs", link)), link);
  for (const [, name] of page.matchAll(/engram reproduce ([\w-]+)/g)) t.ok(experiments.some((one) => one.name === name), name);
});

t.test("the kernels' windows", async (t) => {
  const rows = table("kernel");
  t.same(rows.map(([name]) => name.split(",")[0]).sort(), KERNELS.map(({ name }) => name).sort(), "all eight");
  for (const [cell, curved, window, deeper] of rows) {
    const kernel = KERNELS.find(({ name }) => name === cell.split(",")[0])!;
    const turn = inflection(kernel);
    t.ok(turn === undefined ? curved.startsWith("nowhere") : curved.startsWith(`u < ${turn.toFixed(4)}`), `${cell}: ${curved}`);
    const range = pairWindow(kernel);
    t.ok(range === undefined ? window.startsWith("none") : window === `${range.low.toFixed(4)} < h < ${range.high.toFixed(4)}`, `${cell}: ${window}`);
    if (range === undefined) t.equal(deeper, "-");
    else {
      const h = Number(/^h = ([\d.]+)$/.exec(deeper)![1]);
      t.ok(2 * kernel.kappa(1 / (h - 1e-4) ** 2) < 1 && 2 * kernel.kappa(1 / (h + 1e-4) ** 2) > 1, `${cell}: ${deeper}`);
    }
  }
});

t.test("LSE's numbers", async (t) => {
  const { minima, low, high } = lseTriangle(5);
  t.equal(minima, 4);
  t.match(page.replace(/\s+/g, " "), `for β from ${low.toFixed(3)} to ${high.toFixed(3)}`);
  t.match(page, `±${lineFigure(2.1, 4.11).lse[1].toFixed(4)} for β = 4.11`);
});

t.test("the likelihood table agrees with what was recomputed from the authors' generator", async (t) => {
  const rows = table("β").map((row) => row.map(Number));
  t.equal(rows.length, TARGETS.length);
  rows.forEach(([beta, lsr, lse, uniqueLsr, uniqueLse, keptLsr, keptLse, released], i) => {
    const target = TARGETS[i];
    // as in the checks of the experiment, and half a unit of what is printed
    t.ok(Math.abs(beta - target.beta) <= 0.005 * target.beta + 0.005, `beta ${beta}`);
    t.ok(Math.abs(lsr - target.lsr.logDensity) <= 0.055 && Math.abs(lse - target.lse.logDensity) <= 0.055, `log p at ${beta}`);
    t.ok(Math.abs(uniqueLsr - target.lsr.unique) <= 0.55 && Math.abs(uniqueLse - target.lse.unique) <= 0.55, `unique at ${beta}`);
    t.same([keptLsr, keptLse, released], [target.lsr.kept, target.lse.kept, target.lse.keptReleased], `kept at ${beta}`);
  });
});

const DATA = "../shared/data";

t.test("the digits' counts", { skip: existsSync(`${DATA}/mnist`) ? false : `no ${DATA}/mnist` }, async (t) => {
  const { files } = await experiments.find(({ name }) => name === "lsr-pixels")!.run({ quick: false, data: DATA, seed: 1, progress: () => {}, now: () => 0 });
  const counted = /<table>.*?<\/table>/gs.exec(new TextDecoder().decode(files.get("index.html")))![0];
  const measured = [...counted.matchAll(/<tr><td>(.*?)<\/td><td class="n">(\d+)<\/td><td class="n">(\d+)<\/td><\/tr>/g)].map(([, , kept, novel]) => `${kept} ${novel}`);
  t.ok(measured.length === 5);
  for (const [, kept, novel] of table("search")) t.ok(measured.includes(`${kept} ${novel}`), `${kept} ${novel}`);
});
