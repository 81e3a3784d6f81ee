import { existsSync, readFileSync } from "node:fs";
import t from "tap";
import { FROZEN, publicSurface } from "./surface.ts";

const todo = "If the change is wanted: npm run build && node scripts/freeze-surface.mjs, and a line in CHANGELOG.md.";
const frozen = (existsSync(FROZEN) ? JSON.parse(readFileSync(FROZEN, "utf8")) : {}) as Record<string, string[]>;
const actual = publicSurface();

t.test("the exported names are the frozen ones", async (t) => {
  t.ok(Object.keys(frozen).length > 0, `${FROZEN} exists`);
  t.same(Object.keys(actual).sort(), Object.keys(frozen).sort(), "the same entries");
  for (const [entry, names] of Object.entries(actual)) {
    const before = frozen[entry] ?? [];
    t.same({
      added: names.filter((name) => !before.includes(name)),
      removed: before.filter((name) => !names.includes(name)),
    }, { added: [], removed: [] }, `${entry}. ${todo}`);
  }
});

t.test("types and values are told apart", async (t) => {
  const formats = actual["formats/index"];
  t.ok(formats.includes("readNpy"));
  t.ok(formats.includes("type Tensor"));
  t.notOk(formats.includes("Tensor"));
});

t.test("every entry of package.json's exports that names a room is there", async (t) => {
  const { exports } = JSON.parse(readFileSync("package.json", "utf8")) as { exports: Record<string, string | { default: string }> };
  for (const target of Object.values(exports)) {
    const entry = typeof target === "string" ? undefined : /^\.\/dist\/src\/(.*)\.js$/.exec(target.default)?.[1];
    if (entry !== undefined) t.ok(entry in actual, entry);
  }
});
