import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { steps } from "./markdown-blocks.ts";
import { prepare, runStep, typeErrors } from "./run-snippets.ts";

const root = process.cwd();

/** Runs `use` in a directory where the package is installed, and removes it. */
async function inProject(use: (directory: string) => void): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "engram-readme-"));
  try {
    prepare(directory, root);
    use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

t.test("README.md: every snippet runs as it stands", { timeout: 600_000 }, async (t) => {
  if (!t.ok(existsSync("README.md"), "README.md exists")) return;
  const found = steps(readFileSync("README.md", "utf8"));
  t.ok(found.some((step) => step.kind === "module"), "it has code to run");
  t.ok(found.some((step) => step.kind === "shell"), "it has commands to run");
  await inProject((directory) => {
    for (const step of found) {
      const where = `line ${step.line} (${step.language})`;
      if (step.kind === "skipped") t.pass(where, { skip: step.text });
      else {
        const { ok, output } = runStep(step, directory, root);
        t.ok(ok, step.kind === "shell" ? `${where}: ${step.text}` : where, ok ? {} : { output });
      }
    }
  });
});

t.test("README.md: every module compiles in a strict project", { timeout: 600_000 }, async (t) => {
  const found = steps(readFileSync("README.md", "utf8"));
  await inProject((directory) => t.same(typeErrors(found, directory, root), []));
  await inProject((directory) => t.match(typeErrors(steps("```ts\nexport const n: number = 'text';\n```"), directory, root).join(), /not assignable/));
});

const sample = `
# Sample
\`\`\`ts
import { writeFileSync } from "node:fs";
const n: number = 3;
writeFileSync("made.txt", String(n));
\`\`\`
<!-- run: cp made.txt copy.txt -->
\`\`\`sh
# a comment
$ node -e 'process.exit(require("fs").readFileSync("copy.txt", "utf8") === "3" \\
    ? 0 : 1)'
npm install engram
\`\`\`
<!-- exit: 3 -->
\`\`\`sh
node -e 'process.exit(3)'
\`\`\`
<!-- skip: needs the network -->
\`\`\`js
fetch("https://example.org");
\`\`\`
\`\`\`text
engram is not run here
\`\`\`
  \`\`\`js
  throw new Error("indented, and run");
  \`\`\`
\`\`\`sh
node -e 'process.exit(2)'
\`\`\`
\`\`\`js
console.log("one\\ntwo");
\`\`\`
\`\`\`output
one
two
\`\`\`
\`\`\`sh
node -e 'console.log(3)'
\`\`\`
\`\`\`output
4
\`\`\`
`;

t.test("the blocks of a sample", async (t) => {
  t.same(steps(sample).map(({ kind, line, exit }) => [kind, line, exit]), [
    ["module", 3, 0], ["shell", 8, 0], ["shell", 11, 0], ["skipped", 13, 0], ["shell", 17, 3], ["skipped", 20, 0], ["module", 26, 0], ["shell", 30, 0], ["module", 32, 0], ["shell", 40, 0],
  ]);
  t.match(steps(sample).filter((step) => step.kind === "skipped").map((step) => step.text), [/`npm install engram`/, "needs the network"]);
  t.throws(() => steps("```js\nfor (;;) {}"), /line 1: a code block that is never closed/);
});

t.test("running them tells success from failure", async (t) => {
  const runnable = steps(sample).filter((step) => step.kind !== "skipped");
  await inProject((directory) => {
    const outcomes = runnable.map((step) => runStep(step, directory, root));
    t.same(outcomes.map((outcome) => outcome.ok), [true, true, true, true, false, false, true, false]);
    t.match(outcomes[4].output, /indented, and run/);
    t.match(outcomes[7].output, /printed\n3\ninstead of\n4/);
    t.match(outcomes[5].output, /exit code 2, expected exit code 0/);
  });
});
