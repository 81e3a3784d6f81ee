/** docs/entropic-pictures.md, what it says of pictures: its tables are the numbers of the kept runs, and those are of the weights that are shipped. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import t from "tap";
import { AUTHORS } from "../src/experiments/entropic-sigma.ts";
import { PREDICTED } from "../src/experiments/entropic-targets.ts";
import { markedTable } from "./markdown-blocks.ts";

interface Run {
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly rows: readonly Readonly<Record<string, number | string | null>>[];
  readonly checks: readonly { readonly name: string; readonly measured: number; readonly pass: boolean }[];
}

type Name = "sigma" | "chains" | "noise" | "baselines";
const kept = JSON.parse(readFileSync("fixtures/experiments/entropic-pictures.json", "utf8")) as Record<Name, Run> & { weights: Record<string, string> };
const page = readFileSync("docs/entropic-pictures.md", "utf8");

const table = (name: string): string[][] => markedTable(page, name);

const fixed = (value: unknown, digits: number): string => (typeof value === "number" ? value.toFixed(digits) : "-");
const signed = (value: unknown): string => `${(value as number) < 0 ? "-" : "+"}${Math.abs(value as number).toFixed(1)}`;

t.test("the kept runs are of the shipped networks", async (t) => {
  for (const [part, digest] of Object.entries(kept.weights)) {
    t.equal(createHash("sha256").update(readFileSync(`fixtures/weights/entropic-cifar-${part}-1024.safetensors`)).digest("hex"), digest, part);
  }
  for (const name of ["sigma", "chains", "noise", "baselines"] as const) t.match(kept[name].parameters, { quick: false, comparable: true, n: 1024, m: 16, data: "CIFAR-10" }, name);
});

t.test("sigma", async (t) => {
  // Predicted before the run (entropic-targets.ts), and of the authors' ten pictures.
  const [predicted, authors] = [PREDICTED.sigma.map(({ precision }) => String(precision)), AUTHORS.map(String)];
  t.same(table("sigma"), kept.sigma.rows.map((row, k) => [
    String(row.sigma), fixed(row.precision, 1), predicted[k], fixed(row.recall, 1), fixed(row.rejected, 2), fixed(100 * (row.confidence as number), 1), fixed(row.frechet, 2), String(row.right), authors[k],
  ]));
});

t.test("chains", async (t) => {
  const row = (cues: string, memory: string, depth: number): Run["rows"][number] => kept.chains.rows.find((one) => one.cues === cues && one.memory === memory && one.depth === depth)!;
  t.same(table("chains"), [0, 1, 2, 3, 4, 5].map((depth) => [
    String(depth),
    ...["clean", "noisy"].flatMap((cues) => {
      const [own, ones] = [row(cues, "register", depth), row(cues, "ones", depth)];
      return [fixed(own.recall, 1), fixed(ones.recall, 1), fixed(own.rejected, 1), `${own.right} / ${{ clean: [6, 2, 3, 2, 4, 2], noisy: [3, 3, 3, 2, 1, 1] }[cues]![depth]}`];
    }),
  ]));
  t.same(table("kinds"), [0, 1, 2, 3, 4, 5].map((depth) => [String(depth), ...["reproduction", "association", "imagination", "noise", "rejected"].map((kind) => fixed(100 * (row("clean", "register", depth)[`kind ${kind}`] as number), 0)), fixed(row("clean", "register", depth).likelihood, 3), fixed(row("clean", "register", depth).moved, 3)]));
});

t.test("damaged cues", async (t) => {
  t.same(table("noise"), ["clean", "noisy", "occluded", "two-tone"].flatMap((cues) => [0.01, 0.05, 0.11].map((sigma) => {
    const row = kept.noise.rows.find((one) => one.cues === cues && one.sigma === sigma)!;
    return [cues, String(sigma), fixed(row.rejected, 1), fixed(row.precision, 1), `${signed(row["less ones"])} (${signed(row["less ones, low"])} to ${signed(row["less ones, high"])})`, fixed(row.alone, 1), fixed(row.cue, 3), fixed(row.found, 3)];
  })));
});

t.test("baselines", async (t) => {
  const unseen = kept.baselines.rows.filter(({ part }) => part === "unseen");
  const names = [...new Set(unseen.map(({ memory }) => memory))];
  const of = (memory: unknown, cues: string): Run["rows"][number] => unseen.find((row) => row.memory === memory && row.cues === cues)!;
  t.same(table("unseen"), names.map((memory) => [
    memory, ...["clean", "noisy", "occluded"].map((cues) => fixed(of(memory, cues).recall, 1)),
    memory === "register" ? "-" : `${signed(of(memory, "clean")["recall to register"])} (${signed(of(memory, "clean")["recall low"])} to ${signed(of(memory, "clean")["recall high"])})`,
  ]));
  const stored = kept.baselines.rows.filter(({ part }) => part === "stored");
  t.same(table("stored"), [...new Set(stored.map(({ memory }) => memory))].map((memory) => [memory, ...["clean", "noisy", "occluded"].map((cues) => fixed(stored.find((row) => row.memory === memory && row.cues === cues)!.own, 1))]));
});

t.test("what failed is said", async (t) => {
  for (const name of ["sigma", "chains", "noise", "baselines"] as const) {
    const failed = kept[name].checks.filter(({ pass }) => !pass).length;
    t.match(page, new RegExp(`\`entropic-${name}\`: ${kept[name].checks.length - failed} of ${kept[name].checks.length} checks pass`), name);
  }
});
