/** `engram reproduce`: runs experiments, writes what they return, prints their tables. */
import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Command, Option } from "commander";
import type { Context, Experiment, Report } from "../experiments/index.ts";
import { EngramError, unknownName } from "../numeric/index.ts";
import { textTable, type Cell, type Result } from "../report/index.ts";
import { bind } from "./bound-report.ts";
import { keptParts } from "./parts.ts";
import { systemError, writeWhole } from "./files.ts";
import { forceOption, jsonOption, seedOption, withExamples } from "./options.ts";
import type { Session } from "./session.ts";

interface ReproduceOptions {
  list?: boolean;
  all?: boolean;
  data?: string;
  weights?: string;
  out: string;
  quick?: boolean;
  parts?: string;
  seed: number;
  force?: boolean;
  json?: boolean;
}

/** The experiment whose files go into the output folder itself. */
const MAIN_JOB = "main-job";

export function addReproduce(program: Command, session: Session): void {
  const command = program.command("reproduce").summary("run an experiment of the papers and check its numbers")
    .description([
      "Runs an experiment and writes result.json, index.html, charts and pictures to DIR/<name> (main-job: to DIR itself). Results of",
      "an earlier run of the same experiment are replaced; anything else needs --force. Exit code 1 if a check fails.",
    ].join(" "))
    .argument("[experiment...]", "names from --list")
    .option("--list", "list the experiments")
    .option("--all", "run every experiment and bind them into one report")
    .option("--data <dir>", "folder with the official files: mnist/ and cifar-10-binary.tar.gz")
    .addOption(new Option("--weights <dir>", "folder with published weights, for the experiments that use them").env("ENGRAM_WEIGHTS"))
    .option("--out <dir>", "where results go", "out")
    .option("--quick", "seconds instead of minutes, on what the package ships")
    .option("--parts <dir>", "keep the finished parts of a long run there, and go on from them")
    .addOption(seedOption()).addOption(forceOption()).addOption(jsonOption());
  withExamples(command, ["engram reproduce main-job", "engram reproduce dense-capacity --quick --out results"])
    .action(async (names: string[], options: ReproduceOptions) => reproduce(names, options, session));
}

async function reproduce(names: string[], options: ReproduceOptions, session: Session): Promise<void> {
  const { experiments } = await import("../experiments/index.ts");
  if (options.list === true) return list(experiments, options, session);
  const chosen = choose(names, options, experiments, session);
  for (const experiment of chosen) prepare(folderOf(experiment, options.out), experiment, options.force === true);
  const results: Result[] = [];
  for (const experiment of chosen) {
    const report = await runOne(experiment, options, session);
    results.push(report.result);
    if (options.json !== true) printTables(report, session);
    await session.flush();
  }
  if (results.some(({ pass }) => !pass)) session.status = 1;
  if (options.all === true) {
    const path = join(options.out, "report.html");
    await writeWhole(session, path, bind(results, (result) => relativeFolder(result.experiment)), true);
    session.note(`all ${results.length} experiments: ${path}`);
  }
  if (options.json === true) session.json(options.all === true || results.length > 1 ? { results } : results[0]);
}

function list(experiments: readonly Experiment[], options: ReproduceOptions, session: Session): void {
  const rows = experiments.map(({ name, title, needsData, needsWeights = false }) => ({ name, title, needsData, needsWeights }));
  if (options.json === true) session.json({ experiments: rows });
  else session.data(textTable({ columns: ["experiment", "full run needs", "title"], rows: rows.map(({ name, title, needsData, needsWeights }) => [name, needsWeights ? "--data, --weights" : needsData ? "--data" : "nothing", title]) }));
}

/** The experiments asked for, each once. @throws EngramError for unknown names, or none at all */
function choose(names: readonly string[], options: ReproduceOptions, experiments: readonly Experiment[], session: Session): Experiment[] {
  const known = experiments.map(({ name }) => name);
  for (const name of names) if (!known.includes(name)) throw unknownName("experiment", name, known);
  if (names.length === 0 && options.all !== true) throw new EngramError("reproduce", "the name of an experiment, --all or --list", "none", `There are ${known.join(", ")}.`);
  const wanted = options.all === true ? [...experiments] : experiments.filter(({ name }) => names.includes(name));
  const unweighted = wanted.filter(({ needsWeights }) => needsWeights === true && options.quick !== true && options.weights === undefined);
  if (unweighted.length > 0 && options.all !== true) {
    throw new EngramError(unweighted.map(({ name }) => name).join(", "), "--weights DIR with published weights", "no folder of weights", "Give --weights, or --quick to run on what the package ships.");
  }
  // All that can be run is: what is left out is said.
  for (const { name } of unweighted) session.note(`${name} is left out: its full run needs --weights DIR with published weights`);
  const chosen = wanted.filter((experiment) => !unweighted.includes(experiment));
  const needing = chosen.filter(({ needsData }) => needsData && options.quick !== true && options.data === undefined);
  if (needing.length > 0) {
    throw new EngramError(needing.map(({ name }) => name).join(", "), "--data DIR with the official files", "no data folder", "Give --data, or --quick to run on what the package ships.");
  }
  if (options.data !== undefined && !(existsSync(options.data) && statSync(options.data).isDirectory())) {
    throw new EngramError("--data", "a folder", options.data, "Check the path.");
  }
  if (options.weights !== undefined && !(existsSync(options.weights) && statSync(options.weights).isDirectory())) {
    throw new EngramError("--weights", "a folder", options.weights, "Check the path.");
  }
  return chosen;
}

function relativeFolder(name: string): string {
  return name === MAIN_JOB ? "." : name;
}

function folderOf({ name }: Experiment, out: string): string {
  return join(out, relativeFolder(name));
}

/** Makes the folder and refuses one that holds anything but an earlier result of this experiment. */
function prepare(folder: string, { name }: Experiment, force: boolean): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw systemError(folder, "a folder that can be made", error);
  }
  if (force) return;
  const earlier = ["result.json", "index.html"].find((file) => existsSync(join(folder, file)));
  if (earlier === undefined || experimentIn(folder) === name) return;
  throw new EngramError(join(folder, earlier), "a folder without other results", "a file that exists", "Choose another --out, or overwrite it with --force.");
}

function experimentIn(folder: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(join(folder, "result.json"), "utf8")) as { experiment?: string }).experiment;
  } catch {
    return undefined;
  }
}

async function runOne(experiment: Experiment, options: ReproduceOptions, session: Session): Promise<Report> {
  const { data, weights, quick = false, seed } = options;
  const progress = session.progress(experiment.name, 100);
  const plain = process.stderr.isTTY !== true;
  let said = -1;
  const context: Context = {
    data, weights, quick, seed, now: () => Number(process.hrtime.bigint()) / 1e9, part: options.parts === undefined ? undefined : keptParts(options.parts),
    progress: (message, fraction = 0) => {
      const percent = Math.floor(Math.min(1, Math.max(0, fraction)) * 100);
      progress.update(percent, message);
      // a log gets a line per tenth
      if (plain && Math.floor(percent / 10) > said) {
        said = Math.floor(percent / 10);
        session.note(`${experiment.name} ${percent} %: ${message}`);
      }
    },
  };
  const report = await session.compute(() => experiment.run(context));
  progress.stop();
  const folder = folderOf(experiment, options.out);
  for (const [name, bytes] of report.files) await writeWhole(session, join(folder, name), bytes, true);
  session.note(`${experiment.name}: seed ${seed}, ${report.result.seconds.toFixed(1)} s, written to ${folder}: ${[...report.files.keys()].join(", ")}`);
  return report;
}

/** The experiment's own table where it has one for people (table.md), else its rows; then the checks. */
function printTables({ result: { title, rows, checks, pass }, files }: Report, session: Session): void {
  session.data(`${title}\n`);
  const own = files.get("table.md");
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cell = (value: unknown): Cell => (typeof value === "object" && value !== null ? JSON.stringify(value) : (value as Cell));
  if (own !== undefined) session.data(new TextDecoder().decode(own));
  else if (rows.length > 0) session.data(textTable({ columns, rows: rows.map((row) => columns.map((name) => cell(row[name]))) }));
  const table = checks.map(({ name, measured, relation, expected, tolerance, origin, pass }) => [name, measured, relation, expected, tolerance, origin, pass ? "pass" : "FAIL"]);
  if (checks.length > 0) session.data(`\n${textTable({ columns: ["check", "measured", "must be", "expected", "tolerance", "target from", "verdict"], rows: table })}`);
  session.data(`\n${pass ? "all checks pass" : checks.length === 0 ? "no checks" : `${checks.filter((check) => !check.pass).length} of ${checks.length} checks fail`}`);
}
