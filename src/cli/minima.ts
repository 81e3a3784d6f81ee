/** `engram minima`: every local minimum of an LSR memory, exactly. */
import type { Command } from "commander";
import { DenseMemory } from "../dense/index.ts";
import { EngramError } from "../numeric/index.ts";
import { openAlbum } from "./album.ts";
import { jsonOption, number, withExamples } from "./options.ts";
import type { Session } from "./session.ts";

interface MinimaOptions {
  maxSets: number;
  json?: boolean;
}

export function addMinima(program: Command, session: Session): void {
  const command = program.command("minima").summary("all minima of an LSR memory")
    .description([
      "Lists every local minimum of the energy of an LSR memory (--model dense --energy lsr), exactly: stored patterns that are",
      "preserved, and novel ones, the centroids of several. stdout: one line per minimum, tab-separated: energy, preserved or novel,",
      "keys of the members. Exit code 1 if the search was cut short.",
    ].join(" "))
    .argument("<memory>", "a memory file")
    .option("--max-sets <n>", "test at most this many sets of patterns", number("--max-sets", { min: 1, whole: true }), 10_000_000)
    .addOption(jsonOption());
  withExamples(command, ["engram minima digits.engram", "engram minima digits.engram --json"])
    .action(async (memory: string, options: MinimaOptions) => minima(memory, options, session));
}

async function minima(path: string, options: MinimaOptions, session: Session): Promise<void> {
  const { memory, model } = await openAlbum(path);
  if (!(memory instanceof DenseMemory)) throw new EngramError(path, "a memory of model dense with energy lsr", `model ${model}`, "Make one with `engram remember --model dense --energy lsr`.");
  const found = await session.compute(() => memory.minima({ maxSets: options.maxSets }));
  const list = found.minima.map(({ members, energy, novel }) => ({ members: members.map((mu) => memory.keys[mu]), energy, novel }));
  const { preserved, novel, complete } = found;
  if (!complete) {
    session.status = 1;
    session.warn(`the list is incomplete: ${options.maxSets} sets were tested; raise --max-sets`);
  }
  if (options.json === true) session.json({ minima: list, preserved, novel, complete });
  else {
    for (const { members, energy, novel } of list) session.data(`${energy}\t${novel ? "novel" : "preserved"}\t${members.join(", ")}`);
    session.note(`${preserved} of ${memory.size} patterns preserved, ${novel} novel minima${complete ? "" : ", incomplete"}`);
  }
  memory.dispose();
}
