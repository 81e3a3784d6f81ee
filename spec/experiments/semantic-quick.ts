/** A quick run of an experiment from the command line: all checks pass, every file is there, the page fetches nothing. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { decodePng } from "../../src/images/index.ts";
import type { Result } from "../../src/report/index.ts";
import { engram } from "../cli/run.ts";

export function quickRun(name: string, files: readonly string[]): void {
  t.test(`${name} --quick`, { timeout: 240_000 }, async (t) => {
    const out = mkdtempSync(join(tmpdir(), "engram-semantic-"));
    t.teardown(() => rmSync(out, { recursive: true, force: true }));
    const { status, stderr } = engram(["reproduce", name, "--quick", "--out", out]);
    if (!t.equal(status, 0, "exit code")) return void t.comment(stderr);
    const found = JSON.parse(readFileSync(join(out, name, "result.json"), "utf8")) as Result;
    t.ok(found.pass && found.rows.length > 0);
    for (const file of files) t.ok(readFileSync(join(out, name, file)).length > 100, file);
    for (const file of files.filter((one) => one.endsWith(".png"))) t.ok(decodePng(readFileSync(join(out, name, file))).height > 300);
    t.notMatch(readFileSync(join(out, name, "index.html"), "utf8"), /<script|src="http|href="http/);
  });
}
