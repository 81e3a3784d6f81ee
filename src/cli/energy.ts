/** `engram energy`: the energy of states, and its gradient. */
import type { Command } from "commander";
import { tensor, writeNpy } from "../formats/index.ts";
import { EngramError, type Memory } from "../numeric/index.ts";
import { openAlbum } from "./album.ts";
import { checkTarget, writeWhole } from "./files.ts";
import { readRows } from "./inputs.ts";
import { forceOption, jsonOption, withExamples } from "./options.ts";
import type { Session } from "./session.ts";

interface EnergyOptions {
  gradient?: string;
  encoder?: string;
  force?: boolean;
  json?: boolean;
}

export function addEnergy(program: Command, session: Session): void {
  const command = program.command("energy").summary("the energy of states")
    .description("The energy of each row of an array of states. stdout: one number per line, in full precision.")
    .argument("<memory>", "a memory file").argument("<states>", "a .npy array, one state per row")
    .option("--gradient <out>", "write the gradient of the energy at each state as .npy, where the model has one")
    .option("--encoder <file>", "semantic: the weights the memory was made with, where they are no longer where they were")
    .addOption(forceOption()).addOption(jsonOption());
  withExamples(command, ["engram energy album.engram states.npy", "engram energy digits.engram states.npy --gradient gradient.npy --json"])
    .action(async (memory: string, states: string, options: EnergyOptions) => energy(memory, states, options, session));
}

async function energy(path: string, statesPath: string, options: EnergyOptions, session: Session): Promise<void> {
  const { memory, model } = await openAlbum(path, { find: true, given: options.encoder });
  const force = options.force === true;
  if (options.gradient !== undefined) {
    if (!hasGradient(memory)) throw new EngramError("--gradient", "a model with a gradient", model, "Leave --gradient out.");
    checkTarget(options.gradient, force, "--gradient");
  }
  const { rows, dim, data } = await readRows(statesPath, memory.dim);
  const energies: number[] = [];
  const gradients = new Float64Array(options.gradient === undefined ? 0 : rows * dim);
  const progress = session.progress("energy", rows);
  for (let i = 0; i < rows; i++) {
    progress.update(i);
    const state = data.subarray(i * dim, (i + 1) * dim);
    await session.compute(() => {
      energies.push(memory.energy(state));
      if (options.gradient !== undefined && hasGradient(memory)) gradients.set(memory.gradient(state), i * dim);
    });
  }
  progress.stop();
  if (options.gradient !== undefined) await writeWhole(session, options.gradient, writeNpy(tensor(gradients, [rows, dim])), force);
  if (options.json === true) session.json({ energies });
  else for (const E of energies) session.data(String(E));
  memory.dispose();
}

function hasGradient(memory: Memory): memory is Memory & { gradient(state: ArrayLike<number>): Float64Array } {
  return "gradient" in memory && typeof memory.gradient === "function";
}
