/** Charts: well-formed whatever the names and numbers, true to the numbers, the same every time, light and dark, nothing fetched. */
import fc from "fast-check";
import t from "tap";
import { EngramError } from "../../src/numeric/errors.ts";
import { barChart, heatMap, lineChart, type BarChart, type HeatMap, type LineChart } from "../../src/report/index.ts";
import { all, HOSTILE, isSelfContained, number, parse, points, textOf, type Node } from "./markup.ts";

const line = (chart: Partial<LineChart>): Node => parse(lineChart({ title: "t", xLabel: "x", yLabel: "y", series: [], ...chart }));
const bars = (chart: Partial<BarChart>): Node => parse(barChart({ title: "t", yLabel: "y", groups: [], series: [], ...chart }));
const heat = (chart: Partial<HeatMap> & Pick<HeatMap, "columns" | "rows" | "values">): Node => parse(heatMap({ title: "t", xLabel: "x", yLabel: "y", x: { from: 0, to: 1 }, y: { from: 0, to: 1 }, ...chart }));
const classed = (root: Node, name: string): Node[] => all(root).filter(({ attributes }) => attributes.get("class") === name);
const curves = (root: Node): [number, number][][][] => classed(root, "curve").filter(({ name }) => name === "path").map(({ attributes }) => points(attributes.get("d") as string));
const numeric = (label: string): number => Number(label.replace("\u2212", "-").replace(/ %$/, ""));

/** Pixels to numbers, by two labelled ticks alone; log10 of the labels on a logarithmic axis. */
function byTicks(root: Node, axis: "x" | "y", log = false): (pixel: number) => number {
  const anchor = axis === "y" ? "end" : "middle";
  const ticks = all(root, "text")
    .filter(({ attributes }) => attributes.get("text-anchor") === anchor && attributes.get("class") === undefined)
    .map((tick) => [axis === "y" ? number(tick, "y") - 4 : number(tick, "x"), numeric(textOf(tick))] as const);
  const [[p, a], [q, b]] = [ticks[0], ticks[ticks.length - 1]].map(([pixel, value]) => [pixel, log ? Math.log10(value) : value] as const);
  return (pixel) => (log ? 10 ** (a + ((pixel - p) * (b - a)) / (q - p)) : a + ((pixel - p) * (b - a)) / (q - p));
}

t.test("curves lie where the ticks say, on linear and logarithmic axes", async (t) => {
  for (const [xScale, yScale] of [["linear", "linear"], ["log", "linear"], ["linear", "log"], ["log", "log"]] as const) {
    const [x, y] = [[1, 3, 20, 470], [0.02, 5, 0.7, 31]];
    const root = line({ xScale, yScale, series: [{ name: "a", x, y }] });
    const [[curve]] = curves(root);
    const [toX, toY] = [byTicks(root, "x", xScale === "log"), byTicks(root, "y", yScale === "log")];
    curve.forEach(([px, py], i) => {
      // Pixels have two decimals: half a hundredth of the 300 to 600 pixels of an axis, several times over.
      for (const [got, want, log, all] of [[toX(px), x[i], xScale === "log", x], [toY(py), y[i], yScale === "log", y]] as const) {
        const scale = log ? want : Math.max(...all);
        t.ok(Math.abs(got - want) <= 2e-3 * scale, `${xScale}, ${yScale}, point ${i}: ${got} for ${want}`);
      }
    });
    t.equal(all(root, "path").filter(({ attributes }) => attributes.has("transform")).length, 4 + 1, "a marker at each point and in the legend");
  }
});

t.test("ticks of a logarithmic axis: 1, 2 and 5 times powers of ten, at least two, and none in another's way", async (t) => {
  const labels = (y: number[]): [number, string][] => all(line({ yScale: "log", series: [{ name: "a", x: y.map((_, i) => i), y }] }), "text")
    .filter(({ attributes }) => attributes.get("text-anchor") === "end").map((each) => [number(each, "y"), textOf(each)]);
  t.same(labels([4e-6, 0.16]).map(([, label]) => label), ["1e-5", "1e-4", "0.001", "0.01", "0.1"].map((label) => String(label === "1e-4" ? "0.0001" : label)));
  t.same(labels([0.3, 40]).map(([, label]) => label), ["0.5", "1", "2", "5", "10", "20"]);
  fc.assert(fc.property(fc.double({ min: -290, max: 290, noNaN: true }), fc.double({ min: 0.001, max: 300, noNaN: true }), (low, span) => {
    const y = [10 ** low, 10 ** Math.min(300, low + span)];
    const found = labels(y).map(([at]) => at).sort((a, b) => a - b);
    return found.length >= 2 && found.every((at, i) => i === 0 || at - found[i - 1] >= 12);
  }), { seed: 24, numRuns: 300 });
});

t.test("gaps: NaN and infinities break a curve and a band, and have no marker", async (t) => {
  const root = line({ series: [{ name: "a", x: [1, 2, 3, 4, 5, 6], y: [1, 2, NaN, 4, 5, Infinity], band: { low: [0, 1, NaN, 3, 4, 5], high: [2, 3, 4, 5, 6, -Infinity] } }] });
  t.same(curves(root)[0].map((part) => part.length), [2, 2]);
  const band = all(root, "path").find(({ attributes }) => attributes.get("style")?.includes("opacity") === true)!;
  t.same(points(band.attributes.get("d") as string).length, 2);
  t.equal(all(root, "path").filter(({ attributes }) => attributes.has("transform")).length, 4 + 1, "four points and the legend");
  t.same(curves(line({ series: [{ name: "a", x: [1, 2], y: [NaN, NaN] }] })), [[]]);
  // on a logarithmic axis whose domain is given, what lies at or below 0 lies below the plot
  const [[low]] = curves(line({ yScale: "log", yDomain: [0.1, 10], series: [{ name: "a", x: [1, 2, 3], y: [1, -1, 0] }] }));
  t.ok(low[1][1] > low[0][1] && low[1][1] === low[2][1]);
});

t.test("nothing to show is a chart too", async (t) => {
  for (const root of [line({}), line({ series: [{ name: "a", x: [], y: [] }] }), line({ xScale: "log", yScale: "log" }), bars({}), bars({ groups: ["g"] }), bars({ series: [{ name: "a", values: [] }] }), heat({ columns: 1, rows: 1, values: [NaN] })]) {
    t.equal(root.name, "svg");
    t.ok(all(root, "text").length > 0);
  }
  for (const y of [0, -0, 5, -3e300, 5e-324]) t.equal(curves(line({ series: [{ name: "a", x: [7], y: [y] }] }))[0][0].length, 1, `one point, ${y}`);
});

t.test("bars are as high as their values, whiskers as long as their errors, missing ones are dashes", async (t) => {
  const values = [0.25, 1, null, 0.5];
  const root = bars({ groups: ["a", "b", "c", "d"], series: [{ name: "s", values, errors: [0.05, null, null, 0.1] }], yStyle: "percent" });
  const toY = byTicks(root, "y");
  const drawn = all(root, "g").filter(({ children }) => children.some((child) => typeof child !== "string" && child.name === "rect") && textOf({ name: "", attributes: new Map(), children }) !== "s");
  t.equal(drawn.length, 3);
  values.filter((value) => value !== null).forEach((value, i) => {
    const [rect] = all(drawn[i], "rect");
    t.ok(Math.abs(toY(number(rect, "y")) / 100 - value) < 1e-3, `bar ${i}`);
    t.ok(Math.abs(toY(number(rect, "y") + number(rect, "height"))) < 0.1, "they stand on 0");
  });
  const whisker = all(drawn[2], "line")[0];
  t.ok(Math.abs(toY(number(whisker, "y1")) / 100 - 0.4) < 1e-3 && Math.abs(toY(number(whisker, "y2")) / 100 - 0.6) < 1e-3);
  t.ok(all(root, "text").some((each) => textOf(each) === "\u2013"));
  const below = bars({ groups: ["a"], series: [{ name: "s", values: [-2] }] });
  const rect = all(below, "rect").at(-1)!;
  t.ok(Math.abs(byTicks(below, "y")(number(rect, "y"))) < 0.01, "negative bars hang from 0");
});

t.test("a map has the colour of each value, blank where there is none, row 0 above for names and below for numbers", async (t) => {
  const values = [0, 1, 2, NaN, 3, 3];
  const fills = (root: Node): string[][] => {
    const cells = all(root, "path").filter(({ attributes }) => /^(M\d+,\d+h\d+v\d+h-\d+Z)+$/.test(attributes.get("d") as string));
    const at = (x: number, y: number): string => cells.find(({ attributes }) => [...(attributes.get("d") as string).matchAll(/M(\d+),(\d+)h(\d+)v(\d+)/g)].some(([, left, top, w, h]) => x > Number(left) && x < Number(left) + Number(w) && y > Number(top) && y < Number(top) + Number(h)))?.attributes.get("style") ?? "";
    const [left, right] = [Math.min, Math.max].map((f) => f(...cells.flatMap(({ attributes }) => [...(attributes.get("d") as string).matchAll(/M(\d+),\d+h(\d+)/g)].flatMap(([, x, w]) => [Number(x), Number(x) + Number(w)]))));
    return [170, 400].map((y) => [0, 1, 2].map((c) => at(left + ((c + 0.5) * (right - left)) / 3, y)));
  };
  const named = fills(heat({ columns: 3, rows: 2, values, x: ["a", "b", "c"], y: ["d", "e"] }));
  t.equal(new Set(named[0]).size, 3);
  t.same([named[1][0], named[1][1] === named[1][2]], ["", true]);
  const lightness = named.flat().filter((fill) => fill !== "").map((fill) => parseInt(fill.slice(6, 8), 16) * 0.299 + parseInt(fill.slice(8, 10), 16) * 0.587 + parseInt(fill.slice(10, 12), 16) * 0.114);
  t.ok(lightness[0] > lightness[1] && lightness[1] > lightness[2] && lightness[2] > lightness[3], "darker for more");
  t.same(fills(heat({ columns: 3, rows: 2, values })), [...named].reverse());
  const marked = heat({ columns: 3, rows: 2, values, points: [{ x: 0, y: 1, label: "p" }], contours: [1.5] });
  t.ok(all(marked, "circle").length === 1 && all(marked, "path").some(({ attributes }) => attributes.get("style")?.includes("fill:none") === true));
  const numbers = all(heat({ columns: 3, rows: 2, values, x: ["a", "b", "c"], y: ["d", "e"] }), "text").filter((each) => textOf(each) === "\u2013");
  t.equal(numbers[0].attributes.get("style"), undefined, "a dash on bare paper has the paper's ink, in the dark too");
});

t.test("hostile names: well-formed, nothing runs, nothing is fetched, and the name is still there", async (t) => {
  for (const name of HOSTILE) {
    const all3 = [
      line({ title: name, xLabel: name, yLabel: name, series: [{ name, x: [1, 2], y: [1, 2] }], references: [{ y: 1, label: name }] }),
      bars({ title: name, yLabel: name, groups: [name, "b"], series: [{ name, values: [1, null] }] }),
      heat({ title: name, xLabel: name, yLabel: name, columns: 2, rows: 1, values: [1, 2], x: [name, "b"], y: [name], points: [{ x: 0, y: 0, label: name }] }),
    ];
    for (const root of all3) {
      t.ok(isSelfContained(root), JSON.stringify(name.slice(0, 30)));
      t.ok(root.attributes.get("aria-label")!.startsWith(name.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\ud800\udc00]/g, (c, at: number) => (name.codePointAt(at)! > 0xffff ? c : "\ufffd")).slice(0, 9)));
    }
  }
});

t.test("any numbers and names: a well-formed chart of finite coordinates, or an EngramError; the same text twice", async (t) => {
  const value = fc.oneof(fc.double(), fc.integer({ min: -100, max: 100 }), fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 5e-324, 1e308, -1e308));
  const text = fc.oneof(fc.string({ unit: "binary", maxLength: 12 }), fc.constantFrom(...HOSTILE));
  const scale = fc.constantFrom("linear" as const, "log" as const);
  let [drawn, refused] = [0, 0];
  const sound = (make: () => string): void => {
    let svg: string;
    try {
      svg = make();
    } catch (error) {
      if (!(error instanceof EngramError)) throw error;
      refused++;
      return;
    }
    drawn++;
    const root = parse(svg);
    if (svg !== make() || !isSelfContained(root)) throw new Error("not the same, or not self-contained");
    for (const { attributes } of all(root)) for (const [key, v] of attributes) if (!["aria-label", "class"].includes(key) && /NaN|Infinity|undefined|e[+-]?\d/.test(v.replace(/#[0-9a-f]{6}/g, ""))) throw new Error(`${key}="${v}"`);
  };
  fc.assert(fc.property(text, text, fc.array(fc.tuple(text, fc.array(fc.tuple(value, value, value, value), { maxLength: 9 })), { maxLength: 4 }), scale, scale, fc.option(fc.tuple(value, value)), (title, label, series, xScale, yScale, yDomain) =>
    sound(() => lineChart({ title, xLabel: label, yLabel: label, xScale, yScale, ...(yDomain === null ? {} : { yDomain }), series: series.map(([name, rows]) => ({ name, x: rows.map(([x]) => (Number.isFinite(x) ? x : 1)), y: rows.map(([, y]) => y), band: { low: rows.map(([, , low]) => low), high: rows.map(([, , , high]) => high) } })) }))), { seed: 21, numRuns: 400 });
  fc.assert(fc.property(text, fc.array(text, { maxLength: 5 }), fc.array(fc.tuple(text, fc.array(fc.option(value), { minLength: 5, maxLength: 5 })), { maxLength: 4 }), (title, groups, series) =>
    sound(() => barChart({ title, yLabel: title, groups, series: series.map(([name, values]) => ({ name, values: values.slice(0, groups.length) })) }))), { seed: 22, numRuns: 300 });
  fc.assert(fc.property(text, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 4 }), fc.infiniteStream(value), (title, columns, rows, stream) => {
    const [values, contours] = [[...stream.take(columns * rows)], [...stream.take(2)]];
    sound(() => heatMap({ title, xLabel: title, yLabel: title, columns, rows, values, x: { from: 0, to: 1 }, y: Array.from({ length: rows }, () => title), contours }));
  }), { seed: 23, numRuns: 300 });
  t.ok(drawn > 400 && refused > 100, `${drawn} drawn, ${refused} refused`);
});

t.test("what cannot be drawn is refused and named", async (t) => {
  const series = [{ name: "s", x: [1, 2], y: [1, 2] }];
  t.throws(() => line({ series: [{ name: "s", x: [1, 2], y: [1] }] }), { message: /series s: expected 2 numbers/ });
  t.throws(() => line({ series: [{ name: "s", x: [1, NaN], y: [1, 2] }] }), { message: /x\[1\]: expected a finite number, got NaN/ });
  t.throws(() => line({ yScale: "log", series: [{ name: "s", x: [1, 2], y: [1, 0] }] }), { message: /logarithmic axis, got 0/ });
  t.throws(() => line({ series, references: [{ y: NaN, label: "r" }] }), { message: /reference r: expected finite/ });
  t.throws(() => line({ series, yDomain: [NaN, 1] }), EngramError);
  t.throws(() => line({ series, width: 50 }), { message: /120\.\.10000/ });
  t.throws(() => bars({ groups: ["a"], series: [{ name: "s", values: [1, 2] }] }), { message: /1 values, one per group/ });
  t.throws(() => bars({ groups: ["a"], series: [{ name: "s", values: [NaN] }] }), { message: /finite numbers or null, got NaN/ });
  t.throws(() => heat({ columns: 2, rows: 2, values: [1, 2, 3] }), { message: /3 for 2 x 2/ });
  t.throws(() => heat({ columns: 1e6, rows: 1e6, values: [1] }), EngramError);
  t.throws(() => heat({ columns: 2, rows: 1, values: [1, 2], x: ["one"] }), { message: /2 names, got 1/ });
  t.throws(() => heat({ columns: 2, rows: 1, values: [1, 2], points: [{ x: NaN, y: 0 }] }), { message: /points: expected finite/ });
  t.throws(() => heat({ columns: 2, rows: 1, values: [1, 2], domain: [2, 1] }), EngramError);
});

t.test("light and dark: every colour is a variable that both have, and its contrast to the paper suffices", async (t) => {
  const [style] = all(line({ series: [{ name: "a", x: [1, 2], y: [1, 2] }] }), "style");
  const sets = [...textOf(style).matchAll(/\.engram-chart\{(--[^}]*?)(?:;font-family[^}]*)?\}/g)].map(([, text]) => new Map([...text.matchAll(/--(\w+):(#[0-9a-f]{6})/g)].map(([, name, colour]) => [name, colour])));
  t.equal(sets.length, 2);
  t.same([...sets[0].keys()], [...sets[1].keys()]);
  t.match(textOf(style), /prefers-color-scheme:dark/);
  const luminance = (hex: string): number => [0.2126, 0.7152, 0.0722].reduce((sum, w, k) => {
    const c = parseInt(hex.slice(1 + 2 * k, 3 + 2 * k), 16) / 255;
    return sum + w * (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  }, 0);
  const contrast = (a: string, b: string): number => (Math.max(luminance(a), luminance(b)) + 0.05) / (Math.min(luminance(a), luminance(b)) + 0.05);
  for (const colours of sets) {
    const paper = colours.get("paper")!;
    // WCAG 2.1: 4.5 for text, 3 for graphics.
    for (const [name, least] of [["ink", 4.5], ["soft", 4.5], ...Array.from({ length: 8 }, (_, i) => [`c${i}`, 3])] as [string, number][]) {
      t.ok(contrast(paper, colours.get(name)!) >= least, `${name} on ${paper}: ${contrast(paper, colours.get(name)!).toFixed(2)}`);
    }
  }
  const used = lineChart({ title: "t", xLabel: "x", yLabel: "y", series: Array.from({ length: 12 }, (_, i) => ({ name: `s${i}`, x: [1, 2], y: [i, i] })) });
  for (const [, name] of used.matchAll(/var\(--(\w+)\)/g)) t.ok(sets[0].has(name), name);
  t.equal(new Set(classed(parse(used), "curve").map(({ attributes }) => attributes.get("style"))).size, 8, "eight colours before they repeat");
});

t.test("a legend longer than the chart makes it higher; order is that in which the curves end", async (t) => {
  const root = line({ series: Array.from({ length: 30 }, (_, i) => ({ name: `s${i}`, x: [0, 1], y: [0, i] })) });
  const entries = all(root, "text").filter((each) => /^s\d+$/.test(textOf(each)));
  t.same(entries.map(textOf), Array.from({ length: 30 }, (_, i) => `s${29 - i}`));
  t.ok(Math.max(...entries.map((each) => number(each, "y"))) < number(root, "height") - 8);
});
