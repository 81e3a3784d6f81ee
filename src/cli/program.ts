/** The command `engram`: its subcommands, and how it reads its arguments. */
import { Command, CommanderError } from "commander";
import { addBench } from "./bench.ts";
import { addCorrupt } from "./corrupt.ts";
import { addEncode } from "./encode.ts";
import { addEnergy } from "./energy.ts";
import { addImagine } from "./imagine.ts";
import { addInfo } from "./info.ts";
import { addMinima } from "./minima.ts";
import { addPairs } from "./pairs.ts";
import { addRecall } from "./recall.ts";
import { addRecognize } from "./recognize.ts";
import { addRemember } from "./remember.ts";
import { addReproduce } from "./reproduce.ts";
import { addShow } from "./show.ts";
import { withExamples } from "./options.ts";
import type { Session } from "./session.ts";
import { versionLine } from "./version.ts";

export function makeProgram(session: Session): Command {
  const program = new Command("engram");
  program
    .description("Associative memory: remember pictures and patterns, recall them from damaged cues.")
    .option("-V, --version", "version and the kernels that are live")
    .on("option:version", () => {
      process.stdout.write(`${versionLine()}\n`);
      throw new CommanderError(0, "commander.version", "");
    })
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(`engram: ${text}`) })
    .showHelpAfterError("(--help shows examples and all options)");
  withExamples(program, ["engram remember photos/ -o album.engram", "engram recall album.engram damaged.png -o recalled.png"]);
  for (const add of [addRemember, addRecall, addRecognize, addImagine, addShow, addEnergy, addMinima, addPairs, addInfo, addEncode, addCorrupt, addReproduce, addBench]) add(program, session);
  program.addHelpText("after", "\nExit codes: 0 recalled or accepted, 1 not recognised or not converged, 2 usage or input error, 130 interrupted.");
  return program;
}
