/** Tables, pages, result.json and the numbers in them. */
import fc from "fast-check";
import t from "tap";
import { barChart, base64, check, checksTable, escapeXml, figure, formatNumber, formatPercent, htmlTable, markdownTable, page, paragraph, picture, result, resultJson, textTable, type Result } from "../../src/report/index.ts";
import { EngramError } from "../../src/numeric/errors.ts";
import { all, HOSTILE, isSelfContained, parse, textOf } from "./markup.ts";

const found = (name: string, parts: Partial<Result> = {}): Result =>
  result({ experiment: name, title: name, parameters: { [name]: name, list: [1, 2], deep: { a: [{ b: name }] }, none: null, yes: true }, seed: 7, seconds: 1.25, rows: [{ [name]: name, x: 0.5 }], checks: [check({ name, measured: 1, expected: 1.05, tolerance: 0.1, origin: "derived" })], ...parts });

t.test("numbers for people", async (t) => {
  for (const [value, text] of [[0, "0"], [-0, "0"], [1, "1"], [123456789, "123456789"], [0.5, "0.5"], [1 / 3, "0.333"], [1234.5, "1230"], [999999.9, "1000000"], [0.00012345, "0.000123"], [0.00001, "1e-5"], [1e21, "1e21"], [-2.5e-7, "-2.5e-7"], [NaN, "NaN"], [-Infinity, "-Infinity"]] as const) t.equal(formatNumber(value), text);
  for (const [share, text] of [[0, "0 %"], [1, "100 %"], [0.9999, "99.9 %"], [0.0001, "< 0.1 %"], [0.974, "97.4 %"], [0.5, "50.0 %"], [NaN, "NaN"]] as const) t.equal(formatPercent(share), text);
  fc.assert(fc.property(fc.double({ noNaN: true, min: -1e308, max: 1e308 }), (x) => {
    // Three significant digits: half a unit of the third; whole numbers below 1e9 are exact.
    const shown = Number(formatNumber(x));
    return Number.isInteger(x) && Math.abs(x) < 1e9 ? shown === x : Math.abs(shown - x) <= 0.005001 * Math.abs(x);
  }), { seed: 31, numRuns: 1000 });
});

t.test("checks: what holds, and that NaN never does", async (t) => {
  const pass = (measured: number | string | boolean, expected: number | string | boolean, relation?: "within" | "at least" | "at most" | "equals", tolerance = 0): boolean => check({ name: "c", measured, expected, relation, tolerance, origin: "derived" }).pass;
  t.same([pass(1, 1), pass(1.1, 1, "within", 0.2), pass(1.3, 1, "within", 0.2), pass(0.7, 1, "within", 0.2)], [true, true, false, false]);
  t.same([pass(0.9, 1, "at least", 0.1), pass(0.8, 1, "at least", 0.1), pass(5, 1, "at least"), pass(1.1, 1, "at most", 0.2), pass(1.3, 1, "at most", 0.2)], [true, false, true, true, false]);
  t.same([pass("a", "a"), pass("a", "b"), pass(true, true), pass(Infinity, Infinity)], [true, false, true, true]);
  for (const relation of ["within", "at least", "at most", "equals"] as const) t.notOk(pass(NaN, 1, relation, 1e9) || pass(1, NaN, relation, 1e9) || pass(NaN, NaN, relation, Infinity), relation);
  t.throws(() => pass("a", 1, "at least"), EngramError);
  t.throws(() => pass(1, 1, "within", -1), EngramError);
  t.throws(() => pass(1, 1, "within", NaN), EngramError);
  t.throws(() => check({ name: "c", measured: 1, expected: 1, origin: "" }), { message: /an origin/ });
  t.equal(found("a").pass, true);
  t.equal(found("a", { checks: [] }).pass, false, "a run without checks does not pass");
  t.equal(found("a", { checks: [...found("a").checks, check({ name: "d", measured: NaN, expected: 1, origin: "goal" })] }).pass, false);
  for (const seconds of [NaN, -1, Infinity]) t.throws(() => found("a", { seconds }), EngramError);
});

t.test("result.json has the keys of the design, in order, and is JSON whatever the numbers", async (t) => {
  for (const name of HOSTILE) {
    const text = resultJson(found(name, { rows: [{ nan: NaN, big: Infinity, small: -Infinity, zero: -0, text: name }], checks: [check({ name, measured: NaN, expected: 1, origin: "goal" })] }));
    const json = JSON.parse(text) as Result;
    t.same(Object.keys(json), ["experiment", "title", "parameters", "seed", "seconds", "rows", "checks", "pass"]);
    t.same(Object.keys(json.checks[0]), ["name", "measured", "expected", "tolerance", "relation", "origin", "pass"]);
    t.same(json.rows, [{ nan: "NaN", big: "Infinity", small: "-Infinity", zero: 0, text: name }]);
    t.equal(json.title, name);
    t.ok(text.endsWith("}\n") && !text.includes("-0,"));
  }
});

t.test("a page: well-formed, light and dark, nothing runs or is fetched, hostile texts are text", async (t) => {
  const bytes = Uint8Array.from({ length: 300 }, (_, i) => i & 255);
  for (const name of HOSTILE) {
    const sections = [{ heading: name, parts: [
      figure(barChart({ title: name, yLabel: name, groups: [name], series: [{ name, values: [1] }] }).trimEnd(), name), picture(bytes, name, 40),
      htmlTable({ columns: [name, "n"], rows: [[name, 1], [null, 2]] }, name), paragraph(`${name}\n\nsecond`), checksTable(found(name).checks),
    ] }];
    const text = new TextDecoder("utf-8", { fatal: true }).decode(page(found(name), name, sections));
    const root = parse(text, true);
    t.ok(isSelfContained(root), JSON.stringify(name.slice(0, 30)));
    t.equal(textOf(all(root, "h2")[0]), textOf(parse(`<p>${escapeXml(name)}</p>\n`)));
    t.equal(text, new TextDecoder().decode(page(found(name), name, sections)), "the same bytes twice");
    t.notMatch(text, /\[object Object\]|undefined/);
    t.equal(Buffer.from((all(root, "img")[0].attributes.get("src") as string).split(",")[1], "base64").compare(bytes), 0);
  }
  const text = new TextDecoder().decode(page(found("a"), "lead", []));
  t.match(text, /prefers-color-scheme:dark/);
  t.match(text, /Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"/);
  t.match(text, /<html lang="en">.*<meta charset="utf-8">.*name="viewport"/);
  t.match(text, /all 1 checks pass/);
  t.match(new TextDecoder().decode(page(found("a", { checks: [check({ name: "c", measured: 1, expected: 2, origin: "goal" })] }), "", [])), /1 of 1 checks fail/);
  t.match(new TextDecoder().decode(page(found("a", { checks: [] }), "", [])), /no checks/);
  t.match(text, /<td>deep<\/td><td>\{&quot;a&quot;:\[\{&quot;b&quot;:&quot;a&quot;\}\]\}<\/td>/, "nested parameters as JSON");
});

t.test("base64 is Node's", async () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => base64(bytes) === Buffer.from(bytes).toString("base64")), { seed: 33, numRuns: 300 });
});

t.test("tables: numbers to the right, dashes for nothing, one line per row", async (t) => {
  const table = { columns: ["name", "share"], rows: [["a", 0.5], ["long name", 12], [null, null], ["yes?", undefined]] as const };
  t.equal(textTable({ ...table, rows: table.rows.map((row) => [...row]) }), "name       share\n---------  -----\na            0.5\nlong name     12\n-              -\nyes?           -\n");
  t.equal(markdownTable({ columns: ["a|b", "n"], rows: [["x|y\\z\n<i>&amp; [l](h) `c` *b* _u_", 1]] }), "| a\\|b | n |\n|---|--:|\n| x\\|y\\\\z &lt;i>&amp;amp; \\[l\\](h) \\`c\\` \\*b\\* \\_u\\_ | 1 |\n");
  for (const name of HOSTILE) {
    const lines = textTable({ columns: [name], rows: [[name]] }).trimEnd().split("\n");
    t.ok(lines.length <= 3 && !/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/.test(lines.join("")), "no control characters reach a terminal");
    t.equal(markdownTable({ columns: [name], rows: [[name]] }).split("\n").length, 4);
  }
  const right = (cells: (string | number | null)[]): boolean => all(parse(`${htmlTable({ columns: ["c"], rows: cells.map((cell) => [cell]) })}\n`), "td")[0].attributes.get("class") === "n";
  for (const cells of [[1, 2], [null, 3], ["99.6", "0 (100)"], ["97.4 %", "< 0.1 %"], ["0.0008", null], ["\u2265 0.95 \u00b1 0.1"], ["1e-5", "NaN"]]) t.ok(right(cells), JSON.stringify(cells));
  for (const cells of [["a", "1"], [null], ["1.2.3 beta"], ["10:30"], ["(C3) hides"], [""]]) t.notOk(right(cells), JSON.stringify(cells));
  t.throws(() => textTable({ columns: ["a", "b"], rows: [["x"]] }), { message: /row 0: expected 2 cells, got 1/ });
});
