#!/usr/bin/env node
/**
 * The command `engram`. stdout is data, stderr is progress and warnings. Exit codes: 0 recalled or accepted, 1 not
 * recognised, not converged or a check failed, 2 usage or input error, 130 interrupted.
 */
import { CommanderError } from "commander";
import { EngramError } from "../numeric/index.ts";
import { systemError } from "./files.ts";
import { makeProgram } from "./program.ts";
import { printable, Session } from "./session.ts";

const session = new Session();
process.exitCode = await run(process.argv);
session.close();

async function run(argv: string[]): Promise<number> {
  try {
    await makeProgram(session).parseAsync(argv);
    await session.flush();
    return session.status;
  } catch (error) {
    session.removeTemporaries();
    return explain(error);
  }
}

/** One clear message for what a user can mend; the stack for what is a mistake of ours. */
function explain(error: unknown): number {
  // commander has said what was wrong; help and version are no errors
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const { code, syscall } = error as NodeJS.ErrnoException;
  // the reader of our output has seen enough
  if (code === "EPIPE") return session.status;
  const known = error instanceof EngramError ? error : syscall === "write" ? systemError("stdout", "a place that takes the output", error) : undefined;
  if (known !== undefined) process.stderr.write(`engram: ${session.paint("31", "error:")} ${printable(known.message)}\n`);
  else process.stderr.write(`engram: a mistake in engram itself; please report it with the command you gave.\n${(error as Error).stack ?? String(error)}\n`);
  return 2;
}
