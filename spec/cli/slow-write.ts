/** For contract.spec.ts: begins to write the file named, says which temporary file there is, and interrupts itself half-way. */
import { readdirSync } from "node:fs";
import { writeWhole } from "../../src/cli/files.ts";
import { Session } from "../../src/cli/session.ts";

function* chunks(): Generator<Uint8Array> {
  yield new Uint8Array(1000);
  process.stderr.write(`half written: ${readdirSync(".").filter((name) => name.endsWith(".tmp")).join()}\n`);
  process.kill(process.pid, "SIGINT");
  for (;;) yield new Uint8Array(1);
}

await writeWhole(new Session(), process.argv[2], chunks(), true);
