/** Contours, marks, regions, panels and frames: true to the numbers, well-formed, the same every time, nothing fetched or run. */
import fc from "fast-check";
import t from "tap";
import { EngramError } from "../../src/numeric/errors.ts";
import { contourChart, frames, lineChart, logLevels, panels, type ContourChart, type Mark } from "../../src/report/index.ts";
import { all, HOSTILE, isSelfContained, number, parse, points, textOf, type Node } from "./markup.ts";

const bowl = (columns: number, rows: number, x = { from: -2, to: 2 }, y = { from: -1, to: 3 }): ContourChart => ({
  title: "bowl", xLabel: "x", yLabel: "y", columns, rows, x, y, levels: [0.25, 1, 2.25],
  values: Array.from({ length: columns * rows }, (_, i) => (x.from + ((i % columns) * (x.to - x.from)) / (columns - 1)) ** 2 + (y.from + (Math.floor(i / columns) * (y.to - y.from)) / (rows - 1) - 1) ** 2),
});
const bands = (root: Node): Node[] => all(root, "path").filter(({ attributes }) => attributes.get("style")?.includes("fill-rule:evenodd") === true);
const spots = (root: Node): [string, number, number][] => all(root, "path").filter(({ attributes }) => attributes.get("class") === "mark").map(({ attributes }) => {
  const [, x, y] = /translate\(([-\d.]+),([-\d.]+)\)/.exec(attributes.get("transform")!)!;
  return [attributes.get("d")!, Number(x), Number(y)];
});

/** Pixels to numbers by two labelled ticks. */
function byTicks(root: Node, axis: "x" | "y"): (pixel: number) => number {
  const ticks = all(root, "text")
    .filter((tick) => tick.attributes.get("text-anchor") === (axis === "y" ? "end" : "middle") && tick.attributes.get("class") === undefined && /^[\d.\u2212]+$/.test(textOf(tick)))
    .map((tick) => [axis === "y" ? number(tick, "y") - 4 : number(tick, "x"), Number(textOf(tick).replace("\u2212", "-"))] as const);
  const [[p, a], [q, b]] = [ticks[0], ticks[ticks.length - 1]];
  return (pixel) => a + ((pixel - p) * (b - a)) / (q - p);
}

t.test("contours of a bowl are circles of the right radius, on grids of any shape", async (t) => {
  for (const [columns, rows] of [[81, 81], [60, 97], [121, 41]] as const) {
    const chart = bowl(columns, rows);
    const root = parse(contourChart(chart));
    const [toX, toY] = [byTicks(root, "x"), byTicks(root, "y")];
    const lines = bands(root);
    t.equal(lines.length, 3);
    lines.forEach((line, i) => {
      const radius = Math.sqrt(chart.levels[i]);
      const ring = points(line.attributes.get("d")!).flat().map(([px, py]) => Math.hypot(toX(px), toY(py) - 1)).filter((r) => r < 1.9);
      t.ok(ring.length > 20, "a closed line");
      // linear interpolation on cells of at most .1, pixels to a tenth
      t.ok(ring.every((r) => Math.abs(r - radius) < 0.02), `${columns} x ${rows}, level ${chart.levels[i]}: ${Math.min(...ring)}..${Math.max(...ring)}`);
    });
  }
});

t.test("everything drawn lies inside the plot, infinities are above every level, grey covers what it should", async (t) => {
  const chart = { ...bowl(41, 41), grey: bowl(41, 41).values as number[] };
  const away = Array.from(chart.grey, (value) => value - 1); // grey outside the unit circle
  const values = Array.from(chart.values, (value) => (value > 2 ? Infinity : value > 1.8 ? NaN : value));
  const root = parse(contourChart({ ...chart, values, grey: away }));
  const frame = all(root, "rect").find(({ attributes }) => attributes.get("style")?.startsWith("fill:none"))!;
  const [left, top] = [number(frame, "x"), number(frame, "y")];
  const [right, bottom] = [left + number(frame, "width"), top + number(frame, "height")];
  for (const band of bands(root)) for (const [x, y] of points(band.attributes.get("d")!).flat()) t.ok(x >= left - 0.1 && x <= right + 0.1 && y >= top - 0.1 && y <= bottom + 0.1);
  t.equal(bands(root).length, 4, "three levels and the grey");
  const cover = bands(root)[3];
  t.match(cover.attributes.get("style"), /#b9b7b2/);
  t.match(textOf(root), /off the support/);
  const [toX, toY] = [byTicks(root, "x"), byTicks(root, "y")];
  const inner = points(cover.attributes.get("d")!).flat().map(([x, y]) => Math.hypot(toX(x), toY(y) - 1)).filter((r) => r < 1.5);
  t.ok(inner.length > 10 && inner.every((r) => Math.abs(r - 1) < 0.02));
  t.notMatch(textOf(parse(contourChart(bowl(9, 9)))), /off the support/, "no grey, no legend for it");
});

t.test("marks stand where they should, each kind with its symbol and a legend", async (t) => {
  const marks: Mark[] = [{ x: -1, y: 0.5, kind: "kept", label: "A" }, { x: 1.5, y: 2, kind: "novel" }, { x: 0, y: 1, kind: "lost" }, { x: 0.5, y: 1, kind: "novel" }];
  const root = parse(contourChart({ ...bowl(21, 21), marks, names: { novel: "new <here>" } }));
  const [toX, toY] = [byTicks(root, "x"), byTicks(root, "y")];
  const found = spots(root);
  t.equal(found.length, 4 + 3, "and three in the legend");
  marks.forEach(({ x, y }, i) => t.ok(Math.abs(toX(found[i][1]) - x) < 0.01 && Math.abs(toY(found[i][2]) - y) < 0.01, `mark ${i}`));
  t.equal(new Set(found.map(([d]) => d)).size, 3);
  for (const label of [/minimum at a pattern/, /new <here>/, /pattern, no minimum/, /A/]) t.match(textOf(root), label);
  t.match(root.attributes.get("aria-label"), /1 minimum at a pattern, 2 new <here>, 1 pattern, no minimum/);
  const line = parse(lineChart({ title: "t", xLabel: "x", yLabel: "y", series: [{ name: "E", x: [-2, 0, 2], y: [4, 0, 4] }], marks: [{ x: 0, y: 0, kind: "novel" }], regions: [{ from: -1, to: 5, label: "support" }] }));
  t.equal(spots(line).length, 2);
  const shade = all(line, "rect").find(({ attributes }) => attributes.get("style")?.includes("opacity:.07") === true)!;
  const toLine = byTicks(line, "x");
  t.ok(Math.abs(toLine(number(shade, "x")) + 1) < 0.02 && Math.abs(toLine(number(shade, "x") + number(shade, "width")) - 2) < 0.02, "cut at the axis");
});

t.test("levels: their distances from the lowest grow in equal ratios", async (t) => {
  fc.assert(fc.property(fc.double({ min: -100, max: 100, noNaN: true }), fc.double({ min: 0.01, max: 1e4, noNaN: true }), fc.integer({ min: 2, max: 40 }), (low, span, n) => {
    const levels = logLevels(low, low + span, n);
    const ratio = (span / 1e-3) ** (1 / (n - 1));
    return levels.length === n && Math.abs(levels[n - 1] - low - span) < 1e-9 * (Math.abs(low) + span) && levels.every((level, i) => i === 0 || Math.abs((level - low) / ((levels[i - 1] - low) * ratio) - 1) < 1e-6);
  }));
  for (const [low, high, n, floor] of [[0, 1e-4, 5, 1e-3], [1, 0, 5, 1e-3], [0, 1, 1, 1e-3], [0, 1, 2.5, 1e-3], [0, 1, 5, 0], [0, Infinity, 5, 1e-3], [NaN, 1, 5, 1e-3]]) t.throws(() => logLevels(low, high, n, floor), { name: "EngramError", message: /logLevels/ });
});

t.test("panels: every chart once, where it should be; frames: one at a time, in order, without a script", async (t) => {
  const charts = [1, 2, 3, 4, 5].map((i) => lineChart({ title: `chart ${i}`, xLabel: "x", yLabel: "y", width: 300, height: 200, series: [{ name: "a", x: [0, 1], y: [0, i] }] }));
  const grid = parse(panels(charts, { title: "all", columns: 2 }));
  t.same([number(grid, "width"), number(grid, "height")], [600, 36 + 3 * 200]);
  const placed = all(grid, "g").filter(({ attributes }) => /^translate/.test(attributes.get("transform") ?? ""));
  t.same(placed.map(({ attributes }) => attributes.get("transform")), ["translate(0,36)", "translate(300,36)", "translate(0,236)", "translate(300,236)", "translate(0,436)"]);
  placed.forEach((one, i) => t.match(textOf(one), new RegExp(`chart ${i + 1}`)));
  t.equal(all(grid, "style").length, 1);
  const film = parse(frames(charts, { title: "film", seconds: 0.25 }));
  t.ok(isSelfContained(film) && isSelfContained(grid));
  const shown = all(film, "g").filter(({ attributes }) => attributes.get("class") === "engram-frames-5");
  t.same(shown.map(({ attributes }) => attributes.get("style")), ["animation-delay:-1.25s", "animation-delay:-1s", "animation-delay:-0.75s", "animation-delay:-0.5s", "animation-delay:-0.25s"]);
  const style = all(film, "style").map(({ children }) => children.join("")).join("");
  t.match(style, /visibility:hidden;animation:engram-frames-5 1\.25s step-end infinite/);
  t.match(style, /0%\{visibility:visible\}20%\{visibility:hidden\}/);
  t.match(style, /prefers-reduced-motion/);
  t.match(film.attributes.get("aria-label"), /film\. 5 frames/);
  t.equal(frames(charts, { title: "film", seconds: 0.25 }), frames(charts, { title: "film", seconds: 0.25 }));
  for (const name of HOSTILE) {
    const chart = contourChart({ ...bowl(5, 5), title: name, xLabel: name, marks: [{ x: 0, y: 0, kind: "kept", label: name }], names: { kept: name } });
    t.ok([chart, panels([chart], { title: name, columns: 1 }), frames([chart], { title: name, seconds: 1 })].every((one) => isSelfContained(parse(one))), JSON.stringify(name).slice(0, 40));
  }
});

t.test("what cannot be drawn is refused", async (t) => {
  const good = bowl(5, 4);
  const bad: [Partial<ContourChart>, RegExp][] = [
    [{ columns: 4 }, /rows x columns/], [{ columns: 1, rows: 20 }, /2 to 1,000/], [{ columns: 2.5, rows: 8 }, /2 to 1,000/], [{ levels: [1] }, /levels/], [{ levels: [1, 1] }, /levels/], [{ levels: [0, NaN] }, /levels/],
    [{ x: { from: 1, to: 1 } }, /axis/], [{ y: { from: 0, to: Infinity } }, /axis/], [{ grey: [1] }, /grey/], [{ grey: new Array(20).fill(NaN) }, /grey/], [{ marks: [{ x: NaN, y: 0, kind: "kept" }] }, /marks/], [{ width: 10 }, /size/],
  ];
  for (const [change, message] of bad) t.throws(() => contourChart({ ...good, ...change }), { name: "EngramError", message });
  const chart = contourChart(good);
  t.throws(() => panels([], { title: "t", columns: 1 }), EngramError);
  t.throws(() => panels([chart], { title: "t", columns: 0 }), /columns/);
  t.throws(() => panels(["<svg/>"], { title: "t", columns: 1 }), /a chart of this room/);
  t.throws(() => frames([], { title: "t", seconds: 1 }), EngramError);
  t.throws(() => frames([chart, contourChart({ ...good, width: 400 })], { title: "t", seconds: 1 }), /sizes/);
  for (const seconds of [0, -1, NaN, Infinity]) t.throws(() => frames([chart], { title: "t", seconds }), /seconds/);
  for (const region of [{ from: 1, to: 0 }, { from: NaN, to: 0 }]) t.throws(() => lineChart({ title: "t", xLabel: "x", yLabel: "y", series: [], regions: [region] }), /regions/);
  t.throws(() => lineChart({ title: "t", xLabel: "x", yLabel: "y", series: [], marks: [{ x: 0, y: Infinity, kind: "kept" }] }), /marks/);
  const constant = parse(contourChart({ ...good, values: new Array(20).fill(5) }));
  t.equal(bands(constant).length, 3, "a plain above all levels is still a picture");
});
