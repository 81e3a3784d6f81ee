/**
 * `entropic-fashion`: one register for all garments (Sci Rep 13:9553, preset fashion2023; entropic-memory.md section 9), n = 64: precision, recall and entropy over m, the
 * width of retrieval, noisy cues, chains of retrievals, and what the register itself adds.
 *
 * The authors' best numbers stand beside ours as orientation. Their quantiser's range is that of filling and test latents together, noisy ones too: kept, so that no
 * cue is out of range. Controls: no retrieval (the classifier alone), and a table of ones that accepts what the register accepts (D4).
 */
import { join } from "node:path";
import { AssociativeRegister, fitQuantiser, type Quantiser } from "../entropic/index.ts";
import { encodePng, type Image, image, mosaic } from "../images/index.ts";
import { seeded } from "../numeric/index.ts";
import { check, figure, htmlTable, lineChart, paragraph, picture, result } from "../report/index.ts";
import { type LabelledImages, loadFashion, rowsOf } from "./data.ts";
import { type Context, dataFolder, type Experiment, type Report } from "./experiment.ts";
import { corporaOf, loadWhole } from "./joint-corpora.ts";
import { agreement, FEATURES, type JointNetworks, openJoint } from "./joint-networks.ts";
import { reportOf } from "./report-files.ts";
import { unseenGarments } from "./unseen-garments.ts";

export const entropicFashion: Experiment = { name: "entropic-fashion", title: "Entropic memory of garments: levels, width, noise and chains", needsData: true, run };

const LEVELS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];
const SIGMAS = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5];
/** Of the preset; and m where the authors' precision is best. */
const [SIGMA, BEST] = [0.1, 4];
/** Authors' results at n = 64, m = 4: P, R, the classifier. */
const THEIRS = { precision: 77.1, recall: 77.1, classifier: 80.8 };
const DEPTHS = 6;

interface Row {
  readonly memory: "register" | "ones";
  readonly cues: "clean" | "noisy";
  readonly m: number;
  readonly sigma: number;
  readonly precision: number;
  readonly recall: number;
  readonly rejected: number;
  readonly entropy: number;
}

interface Questions {
  readonly z: Float32Array;
  readonly labels: Uint8Array;
  readonly pictures: Float32Array;
}

function run(context: Context): Report {
  const start = context.now();
  const { quick, seed } = context;
  context.progress("encoding", 0);
  const { set, fill, test, networks } = open(context);
  const ask = (places: ArrayLike<number>, noise: boolean): Questions => {
    const pictures = rowsOf(set, places);
    if (noise) spoil(pictures, seed);
    return { pictures, z: networks.encode(pictures), labels: Uint8Array.from(places, (place) => set.labels[place]) };
  };
  const [stored, clean, noisy] = [ask(fill, false), ask(test, false), ask(test, true)];
  const levels = quick ? [1, 4, 16, 64] : LEVELS;
  const memories = new Map(levels.map((m) => [m, memoryOf(stored.z, [clean.z, noisy.z], m)]));
  const rows: Row[] = [];
  const total = 2 * levels.length + 2 * SIGMAS.length;
  const take = (memory: Row["memory"], cues: Row["cues"], m: number, sigma: number): void => {
    context.progress(`${memory}, ${cues} cues, m = ${m}, sigma ${sigma}`, rows.length / total);
    const { quantiser, register } = memories.get(m)!;
    rows.push({ memory, cues, m, sigma, ...score(networks, quantiser, register, memory, cues === "clean" ? clean : noisy, sigma, seed), entropy: register.entropy });
  };
  for (const m of levels) for (const cues of ["clean", "noisy"] as const) take("register", cues, m, SIGMA);
  for (const memory of ["register", "ones"] as const) for (const sigma of SIGMAS) take(memory, "clean", BEST, sigma);
  const accuracy = (of: Questions): number => 100 * agreement(networks.classify(of.z), of.labels);
  const { quantiser, register } = memories.get(16)!;
  const chains = chainPictures(networks, quantiser, register, clean, seed);
  const found = {
    rows, levels, chains, alone: { clean: accuracy(clean), noisy: accuracy(noisy) }, counts: [fill.length, test.length],
    stored: [...memories.values()].every((memory) => memory.register.recognize(memory.quantiser.transform(stored.z)).accepted.every((yes) => yes === 1)),
  };
  networks.dispose();
  for (const memory of memories.values()) memory.register.dispose();
  return report(context, start, set.name, found);
}

function open(context: Context): { set: LabelledImages & { name: string }; fill: ArrayLike<number>; test: ArrayLike<number>; networks: JointNetworks } {
  if (context.quick) {
    const set = loadFashion();
    return { set: { ...set, name: "Fashion-MNIST, unseen part of the shipped slice" }, ...unseenGarments(set), networks: openJoint("fashion") };
  }
  const set = loadWhole(join(dataFolder(context, entropicFashion.name), "fashion-mnist"), loadFashion().names);
  return { set: { ...set, name: "Fashion-MNIST" }, ...corporaOf("fashion2023", set.labels), networks: openJoint("fashion", context.weights) };
}

/** Half of the pixels replaced by bytes 0 to 254, in place. */
function spoil(pictures: Float32Array, seed: number): void {
  const rng = seeded(seed).fork(9553);
  for (let at = 0; at < pictures.length; at++) if (rng.uniform() < 0.5) pictures[at] = rng.integer(255) / 255;
}

function memoryOf(stored: Float32Array, asked: readonly Float32Array[], m: number): { quantiser: Quantiser; register: AssociativeRegister } {
  const parts = [stored, ...asked];
  const data = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  parts.reduce((at, part) => (data.set(part, at), at + part.length), 0);
  const quantiser = fitQuantiser({ rows: data.length / FEATURES, dim: FEATURES, data }, { kind: "global", levels: m });
  const register = new AssociativeRegister(FEATURES, m, { preset: "fashion2023" });
  register.register(quantiser.transform(stored));
  return { quantiser, register };
}

/** (E23) in percent; precision NaN where nothing is accepted, 0 / 0 as the authors have it. */
function score(networks: JointNetworks, quantiser: Quantiser, register: AssociativeRegister, memory: Row["memory"], { z, labels }: Questions, sigma: number, seed: number): Pick<Row, "precision" | "recall" | "rejected"> {
  const v = quantiser.transform(z);
  const { accepted } = register.recognize(v);
  const { n, m } = register;
  const drawn = memory === "register" ? register : new AssociativeRegister(n, m, { preset: "fashion2023" });
  if (memory === "ones") drawn.load(new Uint16Array(n * m).fill(1), new Uint32Array(n), 1);
  const { values } = drawn.retrieve(v, { sigma, seed, xi: n });
  if (memory === "ones") drawn.dispose();
  const classes = networks.classify(quantiser.inverse(values));
  let [said, right] = [0, 0];
  accepted.forEach((yes, i) => {
    said += yes;
    if (yes === 1 && classes[i] === labels[i]) right++;
  });
  return { precision: (100 * right) / said, recall: (100 * right) / labels.length, rejected: 100 - (100 * said) / labels.length };
}

/** (E17) from the first cue of each class at m = 16: pictures decoded, encoded again; rejected steps stay black. */
function chainPictures(networks: JointNetworks, quantiser: Quantiser, register: AssociativeRegister, { z, pictures, labels }: Questions, seed: number): Uint8Array {
  const shown = Array.from({ length: 10 }, (_, c) => labels.indexOf(c)).filter((i) => i >= 0);
  const cells: Image[] = [];
  for (const i of shown) {
    cells.push(image(28, 28, 1, pictures.slice(i * 784, (i + 1) * 784)), image(28, 28, 1, networks.decode(z.subarray(i * FEATURES, (i + 1) * FEATURES))));
    let latent: Float32Array | undefined = z.slice(i * FEATURES, (i + 1) * FEATURES);
    for (let depth = 0; depth < DEPTHS; depth++) {
      const found: ReturnType<AssociativeRegister["retrieve"]> | undefined = latent === undefined ? undefined : register.retrieve(inside(quantiser, latent, register.m), { seed, sample: depth, numbers: Uint32Array.of(i) });
      if (found === undefined || found.accepted[0] === 0) {
        latent = undefined;
        cells.push(image(28, 28, 1, new Float32Array(784)));
        continue;
      }
      const painted = networks.decode(quantiser.inverse(found.values));
      cells.push(image(28, 28, 1, painted));
      latent = networks.encode(painted);
    }
  }
  return encodePng(mosaic(cells, { columns: 2 + DEPTHS, columnLabels: ["cue", "decoded", ...Array.from({ length: DEPTHS }, (_, depth) => `depth ${depth}`)], rowLabels: shown.map(() => ""), scale: 2, gap: 4, margin: 12 }));
}

/** What is decoded and encoded again may leave the range that was fitted; the end level then, so that a chain ends only where the register rejects. */
function inside(quantiser: Quantiser, latent: Float32Array, m: number): Float64Array {
  return quantiser.transform(latent).map((level) => Math.min(m - 1, Math.max(0, level)));
}

interface Found {
  readonly rows: readonly Row[];
  readonly levels: readonly number[];
  readonly chains: Uint8Array;
  readonly alone: { readonly clean: number; readonly noisy: number };
  readonly counts: readonly number[];
  readonly stored: boolean;
}

function report(context: Context, start: number, name: string, { rows, levels, chains, alone, counts, stored }: Found): Report {
  const { quick, seed } = context;
  const overLevels = (cues: Row["cues"]): readonly Row[] => rows.slice(0, 2 * levels.length).filter((row) => row.cues === cues);
  const overSigma = (memory: Row["memory"]): readonly Row[] => rows.slice(2 * levels.length).filter((row) => row.memory === memory);
  const clean = overLevels("clean");
  const best = clean.find(({ m }) => m === BEST)!;
  const difference = overSigma("register").map((row, k) => row.precision - overSigma("ones")[k].precision);
  const entropies = clean.map(({ entropy }) => entropy);
  const found = result({
    experiment: entropicFashion.name, title: entropicFashion.title, seed, seconds: context.now() - start,
    parameters: { quick, set: name, n: FEATURES, "filling corpus": counts[0], "test corpus": counts[1], sigma: SIGMA, "classifier alone, clean, %": alone.clean, "classifier alone, noisy, %": alone.noisy, theirs: THEIRS },
    rows: rows.map((row) => ({ ...row })),
    checks: [
      check({ name: "stored garments accepted at iota = kappa = xi = 0, every m", measured: stored, expected: true, origin: "derived (E1)" }),
      check({ name: "m = 1: nothing is rejected, %", measured: clean[0].rejected, expected: 0, origin: "derived: one level holds everything" }),
      check({ name: "m = 1: entropy, bits", measured: clean[0].entropy, expected: 0, origin: "derived" }),
      check({ name: "entropy grows with m", measured: entropies.every((H, k) => k === 0 || H > entropies[k - 1]), expected: true, origin: "authors' results (direction)" }),
      check({ name: "m = 4: classifier alone less precision, points", measured: alone.clean - best.precision, expected: THEIRS.classifier - THEIRS.precision, tolerance: quick ? 15 : 5, origin: "authors' results (orientation): 80.8 - 77.1" }),
    ],
  });
  const m = clean.map((row) => row.m);
  const charts: [string, string][] = [
    ["levels.svg", lineChart({
      title: "Precision and recall over m", xLabel: "m, levels", yLabel: "percent", xScale: "log", yDomain: [0, 100], xTicks: m,
      series: (["clean", "noisy"] as const).flatMap((cues) => (["precision", "recall"] as const).map((key) => ({ name: `${cues}, ${key}`, x: m, y: overLevels(cues).map((row) => row[key]), dashed: key === "recall" }))),
    })],
    ["sigma.svg", lineChart({
      title: `Precision over sigma, m = ${BEST}`, xLabel: "sigma, fraction of the levels", yLabel: "percent", yDomain: [0, 100], xTicks: SIGMAS,
      series: (["register", "ones"] as const).map((memory) => ({ name: memory, x: SIGMAS, y: overSigma(memory).map(({ precision }) => precision), dashed: memory === "ones" })), references: [{ x: SIGMA, label: "the paper's sigma" }],
    })],
  ];
  return reportOf(found, {
    lead: `At m = ${BEST} and sigma ${SIGMA} what the register recalls is of the cue's class in ${best.precision.toFixed(1)} % of the answers (authors 77.1), the classifier alone in ${alone.clean.toFixed(1)} % (80.8). ${quick ? "A hundred cues: not comparable." : ""}`,
    sections: [
      { heading: "Levels", parts: [figure(charts[0][1], "One register for all classes; the class is the classifier's, on what is recalled. Noisy: half of the pixels replaced."), htmlTable({
        columns: ["m", "P", "R", "rejected, %", "H, bits", "noisy: P", "R", "rejected, %"],
        rows: clean.map((row, k) => [String(row.m), row.precision, row.recall, row.rejected, row.entropy, ...(["precision", "recall", "rejected"] as const).map((key) => overLevels("noisy")[k][key])]), format: (value) => value.toFixed(2),
      })] },
      { heading: "What the register adds", parts: [
        figure(charts[1][1], "Ones: no store, every level as likely as the cue's distance makes it, accepting what the register accepts."),
        paragraph(`Precision of the register less that of the table of ones, sigma ${SIGMAS.join(", ")}: ${difference.map((points) => points.toFixed(1)).join(", ")} points. With a wide sigma the marginals of what is stored decide more than the cue.`),
      ] },
      { heading: "Chains", parts: [figure(picture(chains, "a row per class: a cue, decoded, and six retrievals each from the picture before"), `m = 16, sigma ${SIGMA}; each picture is encoded again and is the next cue (E17). Black: rejected, and so are all later steps.`)] },
    ],
    files: [...charts, ["chains.png", chains]],
  });
}
