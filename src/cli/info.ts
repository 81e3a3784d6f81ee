/** `engram info`: what a memory file holds and what was chosen for it. */
import type { Command } from "commander";
import { Barcode } from "../dense/index.ts";
import { openEngram } from "../formats/index.ts";
import { formatNumber } from "../report/index.ts";
import { HETERO, openAlbum, peek } from "./album.ts";
import { readBytes } from "./files.ts";
import { MODEL_NAMES, type ModelName } from "./models.ts";
import { jsonOption, withExamples } from "./options.ts";
import type { Session } from "./session.ts";
import { version } from "./version.ts";

/** How many keys the lines show; --json has all. */
const HEAD = 10;

export function addInfo(program: Command, session: Session): void {
  const command = program.command("info").summary("say what a memory file holds")
    .description([
      "Checks a memory file (its sha256 over every byte) and says what it holds and what was chosen when it was made; of a barcode",
      "(`engram minima --barcode -o`) its windows, of other .engram files their parameters and tensors.",
    ].join(" "))
    .argument("<memory>", "an .engram file").addOption(jsonOption());
  withExamples(command, ["engram info album.engram", "engram info album.engram --json"])
    .action(async (memory: string, options: { json?: boolean }) => info(memory, options, session));
}

async function info(path: string, options: { json?: boolean }, session: Session): Promise<void> {
  const read = await readBytes(path);
  const kind = peek(read, path).metadata.model;
  if (kind !== undefined && kind !== HETERO && !MODEL_NAMES.includes(kind as ModelName)) return otherFile(path, read, options, session);
  const { memory, model, pictures, originals, seenBy, bytes, sha256, version: format } = await openAlbum(path, { find: false }, read);
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
    table(rows, session);
  }
  memory.dispose();
}

/** Files that no command asks: barcodes, and what only the library writes. @throws EngramError on damage or another version */
function otherFile(path: string, bytes: Uint8Array, { json }: { json?: boolean }, session: Session): void {
  const file = openEngram(bytes, path);
  const { model, parameters, sha256, version: format, names } = file;
  const tensors = names.map((name) => {
    const { dtype, shape } = file.read(name);
    return { name, dtype, shape };
  });
  const bars = model === "barcode" ? Barcode.fromBytes(bytes, path) : undefined;
  const peak = bars?.peak();
  if (json === true) {
    session.json({
      memory: path, model, version: version(), format, bytes: bytes.length, sha256, parameters, tensors,
      ...(bars === undefined ? {} : { windows: bars.windows.length, peak: { novel: peak!.novel, preserved: peak!.kept, low: peak!.low, high: peak!.high } }),
    });
    return;
  }
  table([
    ["file", path], ["model", model],
    ...(bars === undefined ? [] : [
      ["windows", `${bars.windows.length} of ${bars.patterns} patterns${bars.complete ? "" : ", incomplete"}`],
      ["most novel at once", `${peak!.novel}, for beta from ${formatNumber(peak!.low, 6)} to ${formatNumber(peak!.high, 6)}`],
    ] as [string, string][]),
    ["bytes", String(bytes.length)], ["sha256", `${sha256} (checked)`], ["format", `engram ${format}`], ...Object.entries(parameters),
    ...tensors.map(({ name, dtype, shape }): [string, string] => [`tensor ${name}`, `${dtype} ${shape.length === 0 ? "number" : shape.join(" x ")}`]),
  ], session);
}

function table(rows: readonly (readonly [string, string])[], session: Session): void {
  const width = Math.max(...rows.map(([name]) => name.length));
  for (const [name, text] of rows) session.data(`${name.padEnd(width)}  ${text}`);
}
