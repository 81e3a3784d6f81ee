/** docs/semantic-memories.md: its tables are the numbers of the kept runs, and those are of the weights that are shipped. The first table: spec/encoders/cards.spec.ts. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import t from "tap";
import { experiments } from "../src/experiments/index.ts";
import { markedTable } from "./markdown-blocks.ts";

type Row = Readonly<Record<string, string | number | null>>;
interface Run {
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly rows: readonly Row[];
  readonly checks: readonly { readonly name: string; readonly pass: boolean }[];
}

const NAMES = ["corruptions", "similarities", "breakpoint", "dimension", "capacity", "out-of-distribution", "fully"] as const;
const kept = JSON.parse(readFileSync("fixtures/experiments/semantic-photographs.json", "utf8")) as Record<(typeof NAMES)[number], Run> & { weights: Record<string, string> };
const page = readFileSync("docs/semantic-memories.md", "utf8");

const table = (name: string): string[][] => markedTable(page, name);

/** As the document prints shares: three places, no zero before the point. */
const share = (value: unknown, digits = 3): string => (value as number).toFixed(digits).replace(/^(-?)0\./, "$1.");
/** The largest of a row in bold. */
const bold = (cells: readonly string[]): string[] => {
  const most = Math.max(...cells.map((cell) => parseFloat(cell)));
  return cells.map((cell) => (parseFloat(cell) === most ? cell.replace(/^\S+/, "**$&**") : cell));
};
const find = (name: (typeof NAMES)[number], wanted: Row): Row => {
  const found = kept[name].rows.filter((row) => Object.entries(wanted).every(([key, value]) => row[key] === value));
  if (found.length === 0) throw new Error(`no row ${JSON.stringify(wanted)}`);
  return found.reduce((best, row) => ((row.exact as number) > (best.exact as number) ? row : best));
};

/** The damages as the document calls them. */
const MAIN: readonly (readonly [string, string])[] = [
  ["crop, half the area", "crop, area 0.5"], ["square, 24 px", "square, 24 px"], ["bottom half black", "bottom 50 % black"], ["turn by 30 degrees", "rotation, 30 degrees"], ["turn by any angle", "rotation, any angle"],
  ["mirrored", "flip"], ["noise of .5, folded", "noise 0.5, folded (C1)"], ["noise of .5, plain", "noise 0.5, plain (C2)"],
];
const MAPS = ["pixels", "random convolutions", "whitened PCA", "U-Hop", "ResNet-20", "contrastive-small-standard", "contrastive-small", "contrastive-resnet18"] as const;
const TEST = "CIFAR-10 test";

t.test("the kept runs are full ones, of the shipped networks; experiments that are named exist", async (t) => {
  for (const [name, digest] of Object.entries(kept.weights)) t.equal(createHash("sha256").update(readFileSync(`fixtures/weights/${name}.safetensors`)).digest("hex"), digest, name);
  for (const name of NAMES) t.equal(kept[name].parameters.quick, false, name);
  t.equal(kept.corruptions.parameters["seeds at the main strengths"], 5);
  for (const [, name] of page.matchAll(/`((?:fully-)?semantic(?:-[\w-]+)?)`/g)) t.ok(experiments.some((one) => one.name === name), name);
});

t.test("other maps", async (t) => {
  t.same(table("maps"), MAIN.map(([cue, damage]) => [cue, ...bold(MAPS.map((phi) => {
    const { exact, similarity } = find("corruptions", { set: TEST, phi, damage, N: 1000 });
    return `${share(exact)} (${similarity})`;
  }))]));
  const drawn = find("corruptions", { set: TEST, phi: "pixels", damage: "crop, area 0.5", N: 1000 });
  t.same([drawn.R, drawn.cues], [25, 25_000]);
});

t.test("5,000 memories, and pictures the encoder was trained on", async (t) => {
  t.same(table("larger"), MAIN.map(([cue, damage]) => [cue, ...bold(MAPS.slice(0, -1).map((phi) => {
    const { exact, similarity } = find("corruptions", { set: TEST, phi, damage, N: 5000 });
    return `${share(exact)} (${similarity})`;
  }))]));
  t.same(table("trained-on"), MAIN.map(([cue, damage]) => [cue, ...["contrastive-small", "contrastive-small-standard"].flatMap((phi) => [TEST, "CIFAR-10 train"].map((set) => share(find("corruptions", { set, phi, damage, N: 1000 }).exact)))]));
});

t.test("strengths", async (t) => {
  const rows = kept.corruptions.rows.filter(({ set, N, phi }) => set === TEST && N === 1000 && phi === "pixels").map(({ damage }) => damage);
  const others = [...new Set(rows)].filter((damage) => damage !== "clean" && !MAIN.some(([, main]) => main === damage));
  const said = table("strengths");
  t.same(said.map(([damage]) => damage).sort(), [...others].sort() as string[], "all of them");
  t.same(said, said.map(([damage]) => [damage, ...bold(["pixels", "random convolutions", "whitened PCA", "U-Hop", "ResNet-20", "contrastive-small-standard", "contrastive-small"].map((phi) => share(find("corruptions", { set: TEST, phi, damage, N: 1000 }).exact)))]));
});

t.test("similarities", async (t) => {
  const kinds = ["L1", "unit L1", "root L1", "L2", "cosine", "Pearson", "dot"];
  const rows = kept.similarities.rows.filter(({ features }) => features === "contrastive-small, pooled");
  t.same(table("similarities"), MAIN.map(([cue, damage]) => {
    const row = rows.find((one) => one.damage === damage)!;
    const lead = (other: string): string => {
      const { mean, half } = row[`L1 - ${other}`] as unknown as { mean: number; half: number };
      return `${mean < 0 ? "" : "+"}${share(mean)} ± ${share(half)}`;
    };
    return [cue, ...bold(kinds.map((kind) => share(row[kind]))), lead("L2"), lead("cosine")];
  }));
  // The sentence below the table: of all 25 damages, those whose interval does not hold 0.
  const count = (other: string, sign: number): number => rows.filter((row) => {
    const { mean, half } = row[`L1 - ${other}`] as unknown as { mean: number; half: number };
    return sign * mean > half;
  }).length;
  t.match(page.replaceAll("\n", " "), `Over all 25 damages L1 leads L2 in ${count("L2", 1)} and trails it in ${count("L2", -1)}; it leads cosine in ${count("cosine", 1)} and trails it in ${count("cosine", -1)}`);
});

t.test("break points", async (t) => {
  const curves = ["pixels, L1", "pixels, Pearson", "features, root L1", "standard, root L1"];
  const families = [...new Set(kept.breakpoint.rows.map(({ family }) => family))];
  t.same(table("breakpoint").map(([, ...cells]) => cells), families.map((family) => curves.map((memory) => {
    const { half } = kept.breakpoint.rows.find((row) => row.family === family && row.memory === memory)!;
    return half === "never" ? "never" : half === "below" ? "at once" : (half as number) < 3 ? share(half, 2) : (half as number).toFixed(0);
  })));
});

t.test("widths", async (t) => {
  const said = table("widths");
  const cues = [MAIN[0], MAIN[1], MAIN[4], MAIN[6]];
  t.same(said, cues.flatMap(([cue, damage]) => ["principal components", "whitened components", "random projection"].map((kind) => [
    cue, kind, ...[2, 4, 8, 16, 32, 64, 128, 192].map((e) => share(find("dimension", { damage, kind, e, scale: "root" }).exact, 2)),
  ])));
});

t.test("capacity", async (t) => {
  const lines: [string, string, string[]][] = [
    ...[MAIN[0], MAIN[1], MAIN[4], MAIN[6]].flatMap(([cue, damage]): [string, string, string[]][] => [
      [cue, damage, ["features, e = 192, root L1"]], [cue, damage, ["square roots cut to e = 16, L2"]], [cue, damage, ["pixels, L1"]], [cue, damage, ["pixels, Pearson"]],
    ]),
  ];
  t.same(table("capacity").map((cells) => cells.slice(2)), lines.map(([, damage, [memory]]) => [100, 1000, 5000, 10_000].map((N) => share(find("capacity", { damage, memory, N }).exact, 2))));
});

t.test("never seen", async (t) => {
  const groups: readonly (readonly [string, string])[] = [
    ["stored, turned by any angle", "rotation, any angle"], ["stored, cropped to half", "crop, area 0.5"], ["stored, mirrored", "flip"], ["stored, noise of .3, folded", "noise 0.3, folded (C1)"],
    ["not stored, of the same kind", "CIFAR-10 test, not stored"], ["garments", "garments of Fashion-MNIST"], ["digits", "digits of MNIST"], ["emoji", "emoji"], ["uniform noise", "uniform noise"],
  ];
  const cell = (memory: string, on: string, group: string): string => share(kept["out-of-distribution"].rows.find((row) => row.memory === memory && row.on === on && row.group === group)!["accepted at 0.01"]);
  t.same(table("never-seen"), groups.map(([cue, group]) => [cue, ...["features, root L1", "pixels, L1"].flatMap((memory) => ["margin", "score"].map((on) => cell(memory, on, group)))]));
});

/** Damages of the photographs as the document calls them. */
const PAINTED: readonly (readonly [string, string])[] = [
  ["clean", "clean"], ["noise of .5, clipped", "noise 0.5, clipped (C2)"], ["noise of .5, folded", "noise 0.5, folded (C1)"], ["square, 16 pixels", "square, 16 px"], ["crop, half the area", "crop, area 0.5"],
  ["turn by 10 degrees", "rotation, 10 degrees"], ["turn by any angle", "rotation, any angle"],
];

t.test("codes: recall and PSNR", async (t) => {
  const row = (memory: string, N: number, damage: string): Row => kept.fully.rows.find((one) => one.memory === memory && one.N === N && one.damage === damage)!;
  t.same(table("codes"), PAINTED.slice(1).map(([cue, damage]) => [
    cue, ...["codes of 256", "codes of 1024", "codes of 256, known by features", "pixels, L1"].map((memory) => share(row(memory, 1000, damage).exact)),
    ["codes of 256", "codes of 1024", "TAEF2 latents"].map((memory) => share(row(memory, 100, damage).exact, 2)).join(", "),
  ]));
  const psnr = (key: string, suffix: string, damage: string): string => [256, 1024].map((e) => (row(`codes of ${e}${suffix}`, 100, damage)[key] as number).toFixed(1)).join(", ");
  t.same(table("psnr"), PAINTED.filter(([cue]) => cue !== "turn by 10 degrees").map(([cue, damage]) => [
    cue, damage === "clean" ? "the same" : (row("codes of 256", 100, damage).psnrCue as number).toFixed(1), psnr("psnrAlone", "", damage), psnr("psnr", "", damage), psnr("psnr", ", known by features", damage),
  ]));
});
