/** The register as a picture: every filled cell drawn once and where it belongs, empty ones not; entropies as heights; paths through their cells. */
import fc from "fast-check";
import t from "tap";
import { registerChart } from "../../src/report/index.ts";
import { statisticsOf } from "../../src/entropic/statistics.ts";
import { all, isSelfContained, parse, points } from "./markup.ts";

interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** Rectangles M x,y h w v h h -w Z of a path. */
function boxes(d: string): Box[] {
  return [...d.matchAll(/M(-?[\d.]+),(-?[\d.]+)h(-?[\d.]+)v(-?[\d.]+)h-?[\d.]+Z/g)].map(([, x, y, w, h]) => ({ x: Number(x), y: Number(y), w: Number(w), h: Number(h) }));
}

function drawn(chart: Parameters<typeof registerChart>[0]): { cells: Box[]; bars: number[]; walks: [number, number][][]; misses: number; frame: Box[] } {
  const root = parse(registerChart(chart));
  t.ok(isSelfContained(root), "nothing is fetched");
  const d = (node: { attributes: ReadonlyMap<string, string> }): string => node.attributes.get("d") ?? "";
  const group = all(root, "g").filter((node) => node.attributes.get("shape-rendering") === "crispEdges");
  const rects = all(root, "rect").filter((node) => (node.attributes.get("style") ?? "").includes("stroke:var(--rule)")).map((node) => {
    const [x, y, w, h] = ["x", "y", "width", "height"].map((name) => Number(node.attributes.get(name)));
    return { x, y, w, h };
  });
  return {
    cells: group.flatMap((node) => all(node, "path").flatMap((path) => boxes(d(path)))), frame: rects,
    bars: all(root, "path").filter((node) => (node.attributes.get("style") ?? "").includes("opacity:.55")).flatMap((node) => [...d(node).matchAll(/v(-?[\d.]+)h/g)].map(([, h]) => 0 - Number(h))),
    walks: all(root, "path").filter((node) => node.attributes.get("class") === "walk").flatMap((node) => points(d(node))),
    misses: all(root, "path").filter((node) => node.attributes.get("class") === "miss").reduce((count, node) => count + points(d(node)).length / 2, 0),
  };
}

t.test("cells, entropies and paths stand where the table says (property)", async () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 17 }), fc.constantFrom(1, 2, 3, 16), fc.integer({ min: 1, max: 7 }), fc.infiniteStream(fc.nat(9)), (n, m, perStrip, stream) => {
    const next = (): number => stream.next().value as number;
    const weights = Uint16Array.from({ length: n * m }, () => Math.max(0, next() - 5));
    const { entropies } = statisticsOf(weights, n, m, 1023, true);
    const path = Float64Array.from({ length: n }, () => (next() === 0 ? NaN : next() % (m + 2) - 1));
    const { cells, bars, walks, misses, frame } = drawn({ title: "a register", columns: n, levels: m, weights, entropies, paths: [{ name: "cue", levels: path }], perStrip });
    if (cells.length !== weights.filter((held) => held > 0).length) throw new Error(`${cells.length} cells`);
    if (frame.length !== Math.ceil(n / perStrip)) throw new Error("a frame per strip");
    // Back from pixels to the table: which strip, column and level a point lies in.
    const across = frame[0].w / Math.min(perStrip, n);
    const place = (x: number, y: number): [number, number] => {
      const s = frame.findIndex((one) => y > one.y - 0.01 && y < one.y + one.h + 0.01);
      return [s * perStrip + Math.floor((x - frame[s].x) / across), m - 1 - Math.floor((y - frame[s].y) / (frame[s].h / m))];
    };
    for (const { x, y, w, h } of cells) {
      const [j, i] = place(x + w / 2, y + h / 2);
      if (!(weights[j * m + i] > 0)) throw new Error(`an empty cell ${j}, ${i} is drawn`);
    }
    // Coordinates have two decimals; full height is 34 pixels for the next whole number of bits.
    const full = Math.max(1, Math.ceil(Math.log2(m)));
    bars.forEach((h, j) => {
      if (Math.abs(h - (34 * entropies[j]) / full) > 0.006) throw new Error(`entropy of column ${j}`);
    });
    const walked = walks.flat().map(([x, y]) => place(x, y));
    const expected = [...path].flatMap((level, j): [number, number][] => (Number.isNaN(level) ? [] : [[j, Math.min(m - 1, Math.max(0, level))]]));
    if (JSON.stringify(walked) !== JSON.stringify(expected)) throw new Error(`${JSON.stringify(walked)} instead of ${JSON.stringify(expected)}`);
    const lost = [...path].filter((level, j) => !Number.isNaN(level) && !(level >= 0 && level < m && weights[j * m + level] > 0)).length;
    if (misses !== lost) throw new Error(`${misses} crosses for ${lost}`);
  }), { numRuns: 60 });
});

t.test("a stretch of columns, and what is refused", async (t) => {
  const [n, m] = [10, 4];
  const weights = Uint16Array.from({ length: n * m }, (_, at) => 1 + (at % m));
  const entropies = new Float64Array(n).fill(2);
  const base = { title: "t", columns: n, levels: m, weights, entropies };
  t.equal(drawn({ ...base, from: 3, to: 8 }).cells.length, 5 * m);
  t.throws(() => registerChart({ ...base, weights: weights.subarray(1) }), /t: expected columns x levels weights and an entropy per column, got 39 and 10 for 10 x 4/);
  t.throws(() => registerChart({ ...base, levels: 1.5 }), /for 10 x 1.5/);
  t.throws(() => registerChart({ ...base, from: 8, to: 8 }), /columns: expected a stretch of 1 to 4096 columns of 0..10, got 8 to 8/);
  t.throws(() => registerChart({ ...base, to: 11 }), /got 0 to 11/);
  t.throws(() => registerChart({ ...base, paths: [{ name: "cue", levels: [1, 2] }] }), /path cue: expected 10 levels, got 2/);
  t.match(registerChart({ ...base, paths: [{ name: "<script>", levels: entropies }] }), /&lt;script&gt;/);
});
