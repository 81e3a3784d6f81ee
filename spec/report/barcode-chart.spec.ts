/** Barcodes: every bar where the ticks say, open ends at the edge, hostile names, many bars in few elements. */
import t from "tap";
import { barcodeChart, type BarcodeChart } from "../../src/report/index.ts";
import { all, HOSTILE, isSelfContained, parse, textOf, type Node } from "./markup.ts";

const draw = (chart: Partial<BarcodeChart>): Node => parse(barcodeChart({ title: "t", xLabel: "beta", groups: ["one", "two"], bars: [], ...chart }));
const bars = (root: Node): { x1: number; x2: number; y: number }[] => all(root, "path").filter(({ attributes }) => attributes.get("class") === "bar")
  .flatMap(({ attributes }) => [...attributes.get("d")!.matchAll(/M([\d.-]+),([\d.-]+)H([\d.-]+)/g)].map(([, x1, y, x2]) => ({ x1: Number(x1), y: Number(y), x2: Number(x2) })));
const ticks = (root: Node): [number, number][] => all(root, "text").filter(({ attributes }) => attributes.get("text-anchor") === "middle" && attributes.get("class") === undefined)
  .map((node) => [Number(node.attributes.get("x")), Number(textOf(node))]);

t.test("bars lie where the ticks say, in groups from the bottom, in order", async (t) => {
  for (const xScale of ["log", "linear"] as const) {
    const root = draw({ xScale, bars: [{ from: 2, to: 40, group: 1 }, { from: 0.5, to: 3, group: 0 }, { from: 1, to: 7, group: 0 }] });
    const found = bars(root);
    t.equal(found.length, 3);
    const scale = ticks(root);
    const [[p, a], [q, b]] = [scale[0], scale[scale.length - 1]];
    const f = (value: number): number => (xScale === "log" ? Math.log(value) : value);
    const pixel = (value: number): number => p + ((f(value) - f(a)) * (q - p)) / (f(b) - f(a));
    // Two decimals of pixels and of tick places.
    [[0.5, 3], [1, 7], [2, 40]].forEach(([from, to], i) => t.ok(Math.abs(found[i].x1 - pixel(from)) < 0.05 && Math.abs(found[i].x2 - pixel(to)) < 0.05, `${xScale} ${from}..${to}`));
    t.ok(found[0].y > found[1].y && found[1].y > found[2].y);
    t.ok(found[1].y - found[2].y > found[0].y - found[1].y, "a gap between groups");
  }
});

t.test("open ends run to the edge; what lies outside the range is not drawn", async (t) => {
  const root = draw({ xDomain: [1, 100], bars: [{ from: 0, to: 5, group: 0 }, { from: 20, to: Infinity, group: 1 }, { from: 0.1, to: 0.5, group: 0 }, { from: 200, to: 300, group: 0 }] });
  const [first, second, ...more] = bars(root);
  t.same(more, []);
  t.equal(first.x1, 20, "the left edge");
  t.ok(second.x2 > second.x1 && second.x2 > first.x2);
  t.match(barcodeChart({ title: "t", xLabel: "x", groups: ["g"], bars: [{ from: 1, to: Infinity, group: 0 }] }), /1 to \u221e/);
});

t.test("hostile names, no bars, many bars", async (t) => {
  for (const name of HOSTILE) {
    const svg = barcodeChart({ title: name, xLabel: name, groups: [name], bars: [{ from: 1, to: 2, group: 0, label: name }], references: [{ x: 1.5, label: name }] });
    parse(svg);
    t.ok(isSelfContained(parse(svg)));
  }
  t.equal(bars(draw({})).length, 0);
  const tall = draw({ groups: Array.from({ length: 60 }, (_, g) => `g${g}`), bars: Array.from({ length: 60 }, (_, g) => ({ from: 1, to: 2, group: g })) });
  const lowest = Math.max(...all(tall, "text").filter(({ attributes }) => attributes.get("class") === "label").map(({ attributes }) => Number(attributes.get("y"))));
  t.ok(lowest < Number(all(tall, "svg")[0].attributes.get("height")), "a long legend has room");
  const many = Array.from({ length: 5000 }, (_, i) => ({ from: 1 + i, to: 2 + 2 * i, group: i % 2 }));
  const root = draw({ bars: many });
  t.equal(bars(root).length, 5000);
  t.equal(all(root, "path").filter(({ attributes }) => attributes.get("class") === "bar").length, 2, "one path a group");
  t.equal(barcodeChart({ title: "t", xLabel: "x", groups: ["a", "b"], bars: many }), barcodeChart({ title: "t", xLabel: "x", groups: ["a", "b"], bars: [...many] }));
});

t.test("bad input", async (t) => {
  for (const bar of [{ from: 2, to: 2, group: 0 }, { from: 3, to: 1, group: 0 }, { from: NaN, to: 1, group: 0 }, { from: -1, to: 1, group: 0 }, { from: Infinity, to: Infinity, group: 0 }]) {
    t.throws(() => draw({ bars: [bar] }), { message: /bar 0/ });
  }
  t.throws(() => draw({ bars: [{ from: 1, to: 2, group: 2 }] }), { message: /group below 2/ });
  t.throws(() => draw({ bars: Array.from({ length: 20_001 }, () => ({ from: 1, to: 2, group: 0 })) }), { message: /20000/ });
  t.throws(() => draw({ xDomain: [0, 1] }), { message: /above 0/ });
  t.throws(() => draw({ width: 5 }), { message: /size/ });
});
