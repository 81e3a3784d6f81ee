/** `engram bench`: the benchmarks of a checkout; the package does not carry them. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { packageRoot } from "../experiments/data.ts";
import { EngramError } from "../numeric/index.ts";
import { jsonOption, withExamples } from "./options.ts";
import type { Session } from "./session.ts";
import { version } from "./version.ts";

export function addBench(program: Command, session: Session): void {
  const command = program.command("bench").summary("run the benchmarks of a checkout")
    .description("Runs the seeded benchmarks against their peers, all of them or those named. They need a checkout; the package does not carry them.")
    .argument("[name...]", "e.g. scores softmax; any other word lists them").addOption(jsonOption());
  withExamples(command, ["engram bench", "engram bench start --json"]).action(async (names: string[], options: { json?: boolean }) => bench(names, options, session));
}

async function bench(names: readonly string[], options: { json?: boolean }, session: Session): Promise<void> {
  const root = packageRoot();
  const main = join(root, "dist", "bench", "main.js");
  if (!existsSync(main)) {
    throw new EngramError("bench", `the benchmarks at ${main}`, "none", "Run it in a checkout after `npm run build`; the published package leaves the benchmarks out.");
  }
  const folder = mkdtempSync(join(tmpdir(), "engram-bench-"));
  try {
    const file = join(folder, "bench.json");
    // Rows are printed as they come: data, or with --json what a person watches.
    const child = spawn(process.execPath, [main, ...names, "--json", file], { cwd: root, stdio: ["ignore", options.json === true ? 2 : 1, 2] });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (status) => resolve(status));
    });
    if (code === 2) throw new EngramError("bench", "names of benchmarks", names.join(" "), "The line above lists them.");
    if (code !== 0) session.status = 1;
    else if (options.json === true) session.json({ version: version(), ...(JSON.parse(readFileSync(file, "utf8")) as object) });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
