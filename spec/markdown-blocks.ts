/**
 * The code blocks of a markdown file, as things to run. Comments in the markdown steer it, each standing before its block:
 *
 *   <!-- skip: reason -->      the next block is not run, and the reason is shown
 *   <!-- exit: 1 -->           the lines of the next block end with this exit code instead of 0
 *   <!-- run: command -->      a line that readers need not see, run like a line of a sh block (e.g. to make an input file)
 *
 * `js` and `ts` blocks are whole modules. An `output` block is what the block before it prints, to the letter. Of a `sh` block the lines that begin with `engram`, `npx engram` or `node` are run
 * (a leading `$ ` is dropped, a trailing backslash joins lines); every other line is listed as not run.
 */
export interface Step {
  readonly kind: "module" | "shell" | "skipped";
  /** The module's text, the command, or why it is skipped. */
  readonly text: string;
  /** Line in the markdown, from 1. */
  readonly line: number;
  readonly language: string;
  readonly exit: number;
  /** What it must print on stdout, where the text shows it. */
  output?: string;
}

/** Languages whose blocks are run; others (text, json, output) are only looked at. */
const MODULES = ["js", "ts", "javascript", "typescript", "mjs"];
const SHELLS = ["sh", "bash", "shell", "console"];

/** All steps of a markdown text, in order. @throws Error on a block that is never closed */
export function steps(markdown: string): Step[] {
  const found: Step[] = [];
  const lines = markdown.split(/\r?\n/);
  let skip: string | undefined;
  let exit = 0;
  for (let i = 0; i < lines.length; i++) {
    const comment = /^\s*<!--\s*(skip|exit|run):\s*(.*?)\s*-->\s*$/.exec(lines[i]);
    if (comment?.[1] === "skip") skip = comment[2];
    if (comment?.[1] === "exit") exit = Number(comment[2]);
    if (comment?.[1] === "run") found.push({ kind: "shell", text: comment[2], line: i + 1, language: "sh", exit: 0 });
    const fence = /^(\s*)(`{3,}|~{3,})\s*([\w+-]*)/.exec(lines[i]);
    if (fence === null) continue;
    const start = i + 1;
    const body: string[] = [];
    for (i++; !(lines[i] ?? "").trim().startsWith(fence[2]); i++) {
      if (i >= lines.length) throw new Error(`line ${start}: a code block that is never closed`);
      body.push(lines[i].startsWith(fence[1]) ? lines[i].slice(fence[1].length) : lines[i]);
    }
    const language = fence[3].toLowerCase();
    const runnable = MODULES.includes(language) || SHELLS.includes(language);
    const before = found.at(-1);
    if (language === "output" && before !== undefined) before.output = `${body.join("\n")}\n`;
    if (skip !== undefined && runnable) found.push({ kind: "skipped", text: skip === "" ? "no reason given" : skip, line: start, language, exit });
    else if (MODULES.includes(language)) found.push({ kind: "module", text: body.join("\n"), line: start, language, exit });
    else if (SHELLS.includes(language)) found.push(...shellLines(body, start + 1, language, exit));
    if (runnable) [skip, exit] = [undefined, 0];
  }
  return found;
}

function shellLines(body: readonly string[], first: number, language: string, exit: number): Step[] {
  const found: Step[] = [];
  for (let i = 0; i < body.length; i++) {
    const line = first + i;
    let text = body[i].trim().replace(/^\$\s+/, "");
    while (text.endsWith("\\") && i + 1 < body.length) text = `${text.slice(0, -1).trimEnd()} ${body[++i].trim()}`;
    if (text === "" || text.startsWith("#")) continue;
    const runs = /^(npx\s+)?engram(\s|$)|^node\s/.test(text);
    found.push(runs
      ? { kind: "shell", text: text.replace(/^npx\s+/, ""), line, language, exit }
      : { kind: "skipped", text: `only engram and node lines are run, not \`${text}\``, line, language, exit });
  }
  return found;
}

/** Cells of the table between `<!-- name -->` and `<!-- /name -->`, without its heading. @throws Error where there is none */
export function markedTable(markdown: string, name: string): string[][] {
  const [from, to] = [markdown.indexOf(`<!-- ${name} -->`), markdown.indexOf(`<!-- /${name} -->`)];
  if (from < 0 || to < from) throw new Error(`no table ${name}`);
  return markdown.slice(from, to).split("\n").filter((line) => line.startsWith("|")).slice(2).map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
}
