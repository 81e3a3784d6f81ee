/** `engram bench`: the benchmarks of a checkout; the package does not carry them. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { packageRoot } from "../experiments/data.ts";
import { EngramError } from "../numeric/index.ts";
import { withExamples } from "./options.ts";
import type { Session } from "./session.ts";

export function addBench(program: Command, session: Session): void {
  const command = program.command("bench").summary("run the benchmarks of a checkout")
    .description("Runs the seeded benchmarks against their peers. All arguments go to them. They need a checkout; the package does not carry them.")
    .argument("[arguments...]", "passed on").allowUnknownOption();
  withExamples(command, ["engram bench", "engram bench --json"]).action(async (rest: string[]) => bench(rest, session));
}

async function bench(rest: string[], session: Session): Promise<void> {
  const main = join(packageRoot(), "dist", "bench", "main.js");
  if (!existsSync(main)) {
    throw new EngramError("bench", `the benchmarks at ${main}`, "none", "Run it in a checkout after `npm run build`; the published package leaves the benchmarks out.");
  }
  const child = spawn(process.execPath, [main, ...rest], { stdio: "inherit" });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status) => resolve(status));
  });
  if (code !== 0) session.status = 1;
}
