/** The tables, charts and page of the main job. */
import { barChart, figure, htmlTable, markdownTable, paragraph, picture, type Result, type Table } from "../report/index.ts";
import type { Report } from "./experiment.ts";
import { DAMAGES } from "./recall-damage.ts";
import type { Trial } from "./recall-trial.ts";
import { reportOf } from "./report-files.ts";

const ORDER: readonly Trial["answer"][] = ["ranked", "read-out", "settled"];
const ANSWERS: Readonly<Record<Trial["answer"], string>> = { ranked: "max", "read-out": "softmax", settled: "settled" };

/** @param pictures the pictures of examples, by set; the first is `recall.png` */
export function mainJobReport(found: Result, trials: readonly Trial[], pictures: ReadonlyMap<string, Uint8Array>): Report {
  const sets = [...new Set(trials.map(({ set }) => set))];
  const cues = Math.max(...trials.map((trial) => trial.cues));
  const fewer = Math.min(...trials.map((trial) => trial.cues));
  const how = `Percent recalled out of ${found.parameters.stored} stored pictures (of photographs: their 240 pieces), from ${cues} cues (max) or ${fewer} (softmax, settled). Max: the best-scoring stored picture is the right one. Softmax, settled: the stored picture nearest to the recalled state is. In brackets: percent of cues the memory declined, counted as misses.`;
  const charts = sets.map((set) => ({ set, svg: chartOf(trials, set) }));
  return reportOf(found, {
    lead: "Real pictures, remembered once and recalled from damaged copies by several kinds of associative memory.",
    files: [
      ...[...pictures].map(([set, png], i): [string, Uint8Array] => [i === 0 ? "recall.png" : `recall-${set}.png`, png]),
      ["table.md", `${how}\n\n${sets.map((set) => `**${set}**\n\n${markdownTable(recallTable(trials, set))}`).join("\n")}`],
      ...charts.map(({ set, svg }): [string, string] => [`recall-${set.toLowerCase()}.svg`, svg]),
    ],
    sections: [
      { heading: "What the memories see, and what they recall", parts: [
        ...[...pictures].map(([set, png]) => figure(picture(png, `rows of ${set}: original, damaged cue, and what each memory recalled`), "One row per picture: the original, the damaged cue (checkerboard: declared as missing), and the state each memory recalled. An empty place: the cue lay outside the memory's support, and it said so. Features: the shipped encoder's, compared by L1.")),
      ] },
      ...charts.map(({ set, svg }) => ({ heading: `Recall, ${set}`, parts: [
        figure(svg, "Each memory by its surest answer: the best-scoring picture, or the settled state for LSE and LSR."), paragraph(how), htmlTable(recallTable(trials, set)),
      ] })),
      ...sets.map((set) => ({ heading: `Error of the recalled state, ${set}`, parts: [
        paragraph("Mean squared error per pixel value of the recalled state, over the cues that got an answer. Under max the state is a stored picture."),
        htmlTable(crossTable(trials.filter(({ answer }) => answer !== "ranked"), set, ({ mse }) => (mse === null ? null : mse.toFixed(4)))),
      ] })),
      { heading: "The damages", parts: [htmlTable({ columns: ["damage", "what it does"], rows: DAMAGES.map(({ name, about }) => [name, about]) })] },
    ],
  });
}

/** Recall by damage (columns) and memory (rows), in percent. */
function recallTable(trials: readonly Trial[], set: string): Table {
  const percent = (share: number): string => (100 * share).toFixed(share > 0.99 && share < 1 ? 1 : 0);
  return crossTable(trials, set, ({ recall, unanswered, cues }) => `${percent(recall)}${unanswered === 0 ? "" : ` (${percent(unanswered / cues)})`}`);
}

function crossTable(trials: readonly Trial[], set: string, show: (trial: Trial) => string | null): Table {
  const own = trials.filter((trial) => trial.set === set);
  const lines = [...new Map(own.map((trial) => [`${trial.memory} ${trial.answer}`, trial])).values()];
  lines.sort((a, b) => ORDER.indexOf(a.answer) - ORDER.indexOf(b.answer));
  return {
    columns: ["memory", "answer", ...DAMAGES.map(({ name }) => name)],
    rows: lines.map(({ memory, answer }) => [
      memory, ANSWERS[answer],
      ...DAMAGES.map(({ name }) => show(own.find((trial) => trial.memory === memory && trial.answer === answer && trial.damage === name)!)),
    ]),
  };
}

function chartOf(trials: readonly Trial[], set: string): string {
  const own = trials.filter((trial) => trial.set === set && trial.answer !== "read-out");
  return barChart({
    title: `Recall by damage, ${set}`, yLabel: "recalled", yStyle: "percent", yDomain: [0, 1], width: 960, height: 420, groups: DAMAGES.map(({ name }) => name),
    series: [...new Set(own.map(({ memory }) => memory))].map((name) => ({
      name, values: DAMAGES.map((damage) => own.find((trial) => trial.memory === name && trial.damage === damage.name)!.recall),
    })),
  });
}
