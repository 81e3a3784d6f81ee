/** Starts hosts by the script that everyone uses, and asserts what it found: a host that is not here is skipped with its reason. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";

interface Row {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly passed?: number;
  readonly total?: number;
  readonly backends?: readonly string[];
  readonly differences?: readonly string[];
  readonly notRun?: string;
}

/** @param always those that need nothing but this Node: they must have run */
export function hostsAgree(work: string, ids: readonly string[], always: readonly string[] = []): void {
  t.test(`the suite on ${ids.join(", ")}`, { timeout: 600_000 }, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "engram-hosts-"));
    try {
      const file = join(folder, "verdicts.json");
      const { status, stderr } = spawnSync(process.execPath, ["scripts/conformance.mjs", "--only", ids.join(), "--work", work, "--json", file], { encoding: "utf8", env: { ...process.env, NODE_OPTIONS: "" } });
      if (!t.ok(status === 0 || status === 1, `the script ran: ${stderr.slice(-2000)}`)) return;
      const { rows } = JSON.parse(readFileSync(file, "utf8")) as { rows: Row[] };
      t.same(rows.map(({ id }) => id).sort(), [...ids].sort(), "a row per host");
      for (const { id, name, version, passed, total, backends, differences, notRun } of rows) {
        if (notRun !== undefined && !always.includes(id)) {
          t.pass(name, { skip: notRun });
          continue;
        }
        t.equal(notRun, undefined, `${name} runs here`);
        t.same(differences, [], `${name} ${version}`);
        t.ok(total !== undefined && total > 0 && passed === total, `${name} ${version}: ${passed} of ${total}, ${backends?.join(" and ")}`);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}
