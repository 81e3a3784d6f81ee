/** What the README says of the contrastive encoders is what their cards say, and the file is the card's. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import t from "tap";

const card = (name: string): string => readFileSync(`fixtures/weights/${name}.md`, "utf8");

/** Percent in a row of a card's table of recall: by `column`, or the last one, the best of pixels. */
function percent(text: string, family: string, column?: string): number {
  const cells = (line: string): string[] => line.split("|").slice(1, -1).map((cell) => cell.trim());
  const lines = text.split("\n");
  const head = cells(lines.find((line) => line.startsWith("| cue |"))!);
  const row = cells(lines.find((line) => line.startsWith(`| ${family} |`))!);
  return Math.round(100 * parseFloat(row[column === undefined ? row.length - 1 : head.indexOf(column)]));
}

t.test("README: recall of the large encoder, the small one and pixels", async (t) => {
  const [large, small] = [card("contrastive-resnet18"), card("contrastive-small")];
  const [crop, square] = ["crop .5", "square 24"].map((family) => [percent(large, family, "pooled/root l1"), percent(small, family, "pooled/root l1"), percent(small, family)]);
  const said = readFileSync("README.md", "utf8").replaceAll("\n", " ");
  t.match(said, `it knows ${crop[0]} % by half of their area and ${square[0]} % behind a black square of 24 x 24 pixels, where the small one knows ${crop[1]} and ${square[1]} % and the best comparison of pixels ${crop[2]} and ${square[2]} %`);
});

for (const name of ["contrastive-small", "contrastive-small-standard", "contrastive-resnet18"]) {
  t.test(`${name}: the digest of the card`, async (t) => {
    t.match(card(name), createHash("sha256").update(readFileSync(`fixtures/weights/${name}.safetensors`)).digest("hex"));
  });
}
