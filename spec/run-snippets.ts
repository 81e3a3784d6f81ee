/** Runs the steps of a markdown file one after the other in one directory, as a reader would who installed the package. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import type { Step } from "./markdown-blocks.ts";

/** What came of a step; `ok` = it ended with the exit code it should. */
export interface Outcome {
  readonly ok: boolean;
  readonly output: string;
}

/**
 * Makes `directory` look like a project with the package installed: `engram` and its dependencies (a reader may import
 * those too) can be imported, and the command `engram` is on the path.
 */
export function prepare(directory: string, root: string): void {
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { dependencies: Record<string, string> };
  mkdirSync(join(directory, "node_modules", "@noble"), { recursive: true });
  symlinkSync(root, join(directory, "node_modules", "engram"), "junction");
  for (const name of Object.keys(dependencies)) symlinkSync(join(root, "node_modules", name), join(directory, "node_modules", name), "junction");
  mkdirSync(join(directory, "bin"));
  const command = join(directory, "bin", "engram");
  writeFileSync(command, `#!/bin/sh\nexec "${process.execPath}" "${join(root, "dist/src/cli/main.js")}" "$@"\n`);
  chmodSync(command, 0o755);
}

/** What the compiler has against the modules among the steps, strict, as a reader's project would see it. */
export function typeErrors(steps: readonly Step[], directory: string, root: string): string[] {
  symlinkSync(join(root, "node_modules", "@types"), join(directory, "node_modules", "@types"), "junction");
  const files = steps.filter(({ kind }) => kind === "module").map(({ line, text }) => {
    const file = join(directory, `typed-${line}.mts`);
    writeFileSync(file, text);
    return file;
  });
  const { ModuleKind, ModuleResolutionKind, ScriptTarget } = ts;
  const program = ts.createProgram(files, {
    strict: true, noEmit: true, module: ModuleKind.NodeNext, moduleResolution: ModuleResolutionKind.NodeNext, target: ScriptTarget.ES2022,
    lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts", "lib.dom.d.ts"], types: ["node"], typeRoots: [join(directory, "node_modules", "@types")],
  });
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => `${file?.fileName ?? ""}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`);
}

/** Runs one step. ENGRAM_ROOT is the checkout, for `run` comments that copy a shipped picture. */
export function runStep(step: Step, directory: string, root: string): Outcome {
  const env = { ...process.env, PATH: `${join(directory, "bin")}:${process.env.PATH}`, ENGRAM_ROOT: root, NO_COLOR: "1" };
  const options = { cwd: directory, env, encoding: "utf8", timeout: 240_000, maxBuffer: 1 << 26 } as const;
  let result;
  if (step.kind === "module") {
    const file = join(directory, `snippet-${step.line}.mjs`);
    const target = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022, verbatimModuleSyntax: true };
    writeFileSync(file, ts.transpileModule(step.text, { compilerOptions: target }).outputText);
    result = spawnSync(process.execPath, [file], options);
  } else {
    result = spawnSync("sh", ["-c", step.text], options);
  }
  const ended = result.error !== undefined ? result.error.message : result.signal ?? `exit code ${result.status}`;
  if (step.output !== undefined && step.output !== result.stdout) return { ok: false, output: `printed\n${result.stdout}instead of\n${step.output}` };
  return { ok: result.status === step.exit, output: `${result.stdout ?? ""}${result.stderr ?? ""}${ended}, expected exit code ${step.exit}` };
}
