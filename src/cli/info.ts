/** `engram info`: what a memory file holds and what was chosen for it. */
import type { Command } from "commander";
import { openAlbum } from "./album.ts";
import { jsonOption, withExamples } from "./options.ts";
import type { Session } from "./session.ts";
import { version } from "./version.ts";

/** How many keys the lines show; --json has all. */
const HEAD = 10;

export function addInfo(program: Command, session: Session): void {
  const command = program.command("info").summary("say what a memory file holds")
    .description("Checks a memory file (its sha256 over every byte) and says what it holds and what was chosen when it was made.")
    .argument("<memory>", "a memory file").addOption(jsonOption());
  withExamples(command, ["engram info album.engram", "engram info album.engram --json"])
    .action(async (memory: string, options: { json?: boolean }) => info(memory, options, session));
}

async function info(path: string, options: { json?: boolean }, session: Session): Promise<void> {
  const { memory, model, pictures, originals, seenBy, bytes, sha256, version: format } = await openAlbum(path);
  const { size, dim, backend } = memory;
  const parameters = await session.compute(() => memory.parameters);
  const { keys } = memory;
  const recorded = originals?.filter((original) => original !== undefined).length ?? 0;
  if (options.json === true) {
    session.json({ memory: path, model, backend, version: version(), format, bytes, sha256, size, dim, pictures: pictures ?? null, ...(seenBy === undefined ? {} : { encoder: seenBy }), originals: recorded, parameters, keys });
  } else {
    const rows: [string, string][] = [
      ["memory", path], ["model", model], ["patterns", `${size} of ${dim} numbers`],
      ["pictures", pictures === undefined ? "none (made from arrays)" : `${pictures.width} x ${pictures.height}, ${pictures.channels === 1 ? "grey" : "colour"}, filter ${pictures.filter}`],
      ...(seenBy === undefined ? [] : [["features", `of each picture by ${seenBy}`] as [string, string]]),
      ["originals", `${recorded} recorded`], ["bytes", String(bytes)], ["sha256", `${sha256} (checked)`], ["format", `engram ${format}`],
      ...Object.entries(parameters),
      ["keys", `${keys.slice(0, HEAD).join(", ")}${size > HEAD ? `, ... (${size})` : ""}`],
    ];
    const width = Math.max(...rows.map(([name]) => name.length));
    for (const [name, text] of rows) session.data(`${name.padEnd(width)}  ${text}`);
  }
  memory.dispose();
}
