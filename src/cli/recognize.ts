/** `engram recognize`: whether a cue is known, without building an answer. */
import type { Command } from "commander";
import type { Recognition } from "../numeric/index.ts";
import { openAlbum } from "./album.ts";
import { readCues } from "./cues.ts";
import { acceptAbove } from "./models.ts";
import { withExamples } from "./options.ts";
import { addCueOptions, answered, line, verdict, type CueOptions } from "./recall.ts";
import type { Session } from "./session.ts";
import { version } from "./version.ts";

export function addRecognize(program: Command, session: Session): void {
  const command = program.command("recognize").summary("say whether a cue is known")
    .description([
      "Says of each cue whether the memory knows it. stdout: one line per cue, tab-separated: cue, key, score, weight, accepted or",
      "why not. A memory made without --accept, of a model without a criterion of its own, accepts everything and says so",
      '("criterion": "none"). Exit code 1 if any cue is not accepted.',
    ].join(" "));
  withExamples(addCueOptions(command), [
    "engram recognize album.engram stranger.png --accept margin:5",
    "engram recognize album.engram cues/ --json",
  ]).action(async (memory: string, cues: string[], options: CueOptions) => recognize(memory, cues, options, session));
}

async function recognize(path: string, paths: string[], options: CueOptions, session: Session): Promise<void> {
  const album = await openAlbum(path, { find: true, given: options.encoder });
  const { memory, model } = album;
  if (options.accept !== undefined) acceptAbove(memory, options.accept);
  const cues = await readCues(paths, album, session, options);
  const results: Recognition[] = [];
  const progress = session.progress("recognize", cues.length);
  for (const cue of cues) {
    progress.update(results.length, cue.name);
    results.push(await session.compute(() => answered([cue], () => memory.recognize(cue.values, { visible: cue.visible, top: options.top }))));
  }
  progress.stop();
  if (results.some(({ accepted }) => !accepted)) session.status = 1;
  if (results.some(({ criterion }) => criterion === "none")) session.note("nothing was calibrated (criterion none): --accept sets what is known");
  if (options.json === true) {
    session.json({
      memory: path, model, seed: options.seed, backend: memory.backend, version: version(),
      results: results.map((found, i) => verdict(cues[i], found, album)),
    });
  } else for (const [i, found] of results.entries()) session.data(line(cues[i], found));
  memory.dispose();
}
