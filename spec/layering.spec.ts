import { readFileSync, readdirSync, statSync } from "node:fs";
import t from "tap";
import { ROOMS, breaches } from "./house-rules.ts";

const packages = Object.keys((JSON.parse(readFileSync("package.json", "utf8")) as { dependencies: Record<string, string> }).dependencies);
const sources = (readdirSync("src", { recursive: true }) as string[])
  .map((name) => `src/${name.replaceAll("\\", "/")}`)
  .filter((path) => path.endsWith(".ts"))
  .sort();

t.test("every file keeps the rules of the house", async (t) => {
  t.ok(sources.length > 20, "there are sources to check");
  for (const path of sources) t.same(breaches(path, readFileSync(path, "utf8"), packages), [], path);
});

t.test("every folder of src/ is a room with an index", async (t) => {
  const folders = readdirSync("src").filter((name) => statSync(`src/${name}`).isDirectory());
  t.same(folders.filter((name) => !ROOMS.includes(name as "cli")), []);
  for (const name of folders.filter((name) => name !== "cli")) t.ok(sources.includes(`src/${name}/index.ts`), `${name} has an index`);
});

t.test("the rules bite: each breach is found, and only those", async (t) => {
  const check = (text: string, path = "src/dense/sample.ts"): string[] => breaches(path, text, ["fflate", "@noble/hashes"]).map((line) => line.replace(/^\S+ /, ""));
  const found: [string, RegExp, string?][] = [
    ['import { a } from "../universal/index.ts";', /not a room before/],
    ['export * from "../cli/main.ts";', /not a room before/],
    ['import type { a } from "../report/index.ts";', /not a room before/],
    ['export const f = () => import("../report/index.ts");', /not a room before/],
    ['import { a } from "../../spec/house-rules.ts";', /outside src/],
    ['import { a } from "../index.ts";', /not a room before/],
    ['import { a } from "tap";', /no runtime dependency/],
    ['import { a } from "node:fs";', /every host/],
    ["export const f = (x: number) => Math.exp(x);", /Math\.exp/],
    ["export const f = (x: number) => Math.hypot(x);", /Math\.hypot/],
    ["export const f = () => Math.random();", /Math\.random/],
    ['export const f = () => Math["exp"](1);', /computed name/],
    ["export const f = () => Date.now();", /Date\.now/],
    ["export const f = () => new Date();", /new Date/],
    ["export const f = () => performance.now();", /performance\.now/],
    ["export const f = () => console.log(1);", /console\.log/],
    ["export const f = (x: number, n: number) => x ** n;", /\*\* other/],
    ["export const f = (x: number) => x ** 0.5;", /\*\* other/],
    ["export const f = (x: number) => x ** 3;", /\*\* other/],
    ["export enum A { B }", /enum/],
    ["export default 1;", /default export/],
    ["export default function f() {}", /default export/],
    ["start();", /work at import/],
    ["export let cache = 1;", /mutable state/],
    ["\n".repeat(261) + "export const a = 1;", /262 lines/],
    ['import { a } from "./b.ts";', /not in the list/, "src/attic/sample.ts"],
  ];
  for (const [text, message, path] of found) {
    const got = check(text, path);
    t.equal(got.length, 1, text.trim());
    t.match(got[0], message);
  }
  const fine = [
    'import { a } from "../numeric/index.ts"; import { b } from "./b.ts"; import { gunzip } from "fflate"; import { c } from "@noble/hashes/sha2.js";',
    "/** Math.exp(x), console.log, Date.now() */ export const f = (x: number) => Math.sqrt(x) * x ** 2 + 2 ** -x; // x ** n",
    'export const text = "Math.random()";',
  ];
  for (const text of fine) t.same(check(text), [], text);
  t.same(check("main(); console.log(Date.now());", "src/cli/main.ts"), []);
});
