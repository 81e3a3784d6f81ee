/** What README and docs/semantic-memories.md say of the contrastive encoders is what their cards say, and the file is the card's. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import t from "tap";

const card = (name: string): string => readFileSync(`fixtures/weights/${name}.md`, "utf8");

const cells = (line: string): string[] => line.split("|").slice(1, -1).map((cell) => cell.trim());

/** A row of a card's table of recall: the share by `column`, or by the last one, the best of pixels. */
function share(text: string, family: string, column?: string): number {
  const lines = text.split("\n");
  const head = cells(lines.find((line) => line.startsWith("| cue |"))!);
  const row = cells(lines.find((line) => line.startsWith(`| ${family} |`))!);
  return parseFloat(row[column === undefined ? row.length - 1 : head.indexOf(column)]);
}

const percent = (text: string, family: string, column?: string): number => Math.round(100 * share(text, family, column));

t.test("README: recall of the large encoder, the small one and pixels", async (t) => {
  const [large, small] = [card("contrastive-resnet18"), card("contrastive-small")];
  const [crop, square] = ["crop .5", "square 24"].map((family) => [percent(large, family, "pooled/root l1"), percent(small, family, "pooled/root l1"), percent(small, family)]);
  const said = readFileSync("README.md", "utf8").replaceAll("\n", " ");
  t.match(said, `it knows ${crop[0]} % by half of their area and ${square[0]} % behind a black square of 24 x 24 pixels, where the small one knows ${crop[1]} and ${square[1]} % and the best comparison of pixels ${crop[2]} and ${square[2]} %`);
});

/** Rows of the cards in the order of the document's first table. */
const FAMILIES = ["crop .5", "crop .25", "square 24", "square 16", "rotate 30", "rotate any", "flip", "noise .5 C1", "noise .5 C2", "noise .5 C2 clipped"];

t.test("docs/semantic-memories.md: the first table is the cards', its best row by row in bold", async (t) => {
  const lines = readFileSync("docs/semantic-memories.md", "utf8").split("\n");
  const from = lines.findIndex((line) => line.startsWith("| cue | features | large | control |")) + 2;
  const names = ["contrastive-small", "contrastive-resnet18", "contrastive-small-standard"];
  FAMILIES.forEach((family, i) => {
    const [cue, ...said] = cells(lines[from + i]);
    const want = [...names.map((name) => share(card(name), family, "pooled/root l1")), share(card(names[0]), family)];
    t.same(said.slice(0, 4).map((cell) => parseFloat(cell.replaceAll("*", ""))), want, cue);
    t.same(said.slice(0, 4).map((cell) => cell.startsWith("**")), want.map((value) => value === Math.max(...want)), `${cue}: in bold`);
  });
  t.notOk(lines[from + FAMILIES.length].startsWith("|"), "no further row");
});

for (const name of ["contrastive-small", "contrastive-small-standard", "contrastive-resnet18"]) {
  t.test(`${name}: the digest of the card`, async (t) => {
    t.match(card(name), createHash("sha256").update(readFileSync(`fixtures/weights/${name}.safetensors`)).digest("hex"));
  });
}
