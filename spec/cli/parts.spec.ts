/** `reproduce --parts DIR`: a part is made once, made anew where the file is damaged or another's, and a folder that cannot be is refused before anything is computed. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { keptParts } from "../../src/cli/parts.ts";
import { EngramError } from "../../src/numeric/index.ts";
import { engram } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "engram-parts-"));
t.teardown(() => rmSync(folder, { recursive: true, force: true }));

t.test("a part is made once; numbers that are not finite come back as NaN; other keys are other parts", async (t) => {
  const at = join(folder, "kept", "deep");
  let made = 0;
  const make = (): number[] => [++made, NaN, Infinity];
  t.same(keptParts(at)("a", make), [1, NaN, Infinity]);
  t.same(keptParts(at)("a", make), [1, NaN, NaN], "from the file");
  t.same(keptParts(at)("b", make)[0], 2);
  t.equal(readdirSync(at).length, 2);
  t.ok(readdirSync(at).every((name) => name.endsWith(".json")), "nothing half-written stays");
});

t.test("a damaged file, and one of another key, are made anew", async (t) => {
  const at = join(folder, "damaged");
  const part = keptParts(at);
  part("key", () => "first");
  const path = join(at, readdirSync(at)[0]);
  const whole = readFileSync(path, "utf8");
  for (const text of [whole.slice(0, -5), "", "null", JSON.stringify({ key: "another", value: "not mine" })]) {
    writeFileSync(path, text);
    t.equal(part("key", () => "again"), "again", JSON.stringify(text));
  }
  t.equal(part("key", () => "not asked"), "again");
});

t.test("errors of making are the caller's, and keep nothing; a folder that cannot be made is refused", async (t) => {
  const at = join(folder, "errors");
  const part = keptParts(at);
  t.throws(() => part("x", () => { throw new Error("mine"); }), /mine/);
  t.same(readdirSync(at), []);
  const file = join(folder, "file");
  writeFileSync(file, "");
  t.throws(() => keptParts(join(file, "inside")), EngramError);
  const { status, stderr } = engram(["reproduce", "uhn-mask", "--quick", "--parts", file, "--out", join(folder, "out")]);
  t.equal(status, 2);
  t.match(stderr, /file/);
  mkdirSync(join(folder, "gone"));
  const gone = keptParts(join(folder, "gone"));
  rmSync(join(folder, "gone"), { recursive: true });
  t.throws(() => gone("x", () => 1), EngramError, "the folder went away meanwhile");
});
