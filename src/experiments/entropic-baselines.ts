/**
 * `entropic-baselines`: the entropic memory against k nearest neighbours, class means, modern Hopfield retrieval, a softmax of L1, LSR and the stored
 * items themselves (E40), on the same latents, the same cues and the same noise (arXiv 2405.12500 has no baseline; entropic-memory.md sections 11, 15.12).
 *
 *   unseen cues   test pictures, clean, noisy, occluded: whose class does the answer have? Paired differences to the register
 *   stored cues   damaged copies of stored pictures: is the stored item nearest to the answer its own, and how far is the answer from it?
 *
 * The register keeps no item (theorem D7), so its answers can only be as near to a stored item as the cue is: predicted before the run, of stored cues it
 * finds no more than the cue alone does, and the memories of items at least as many.
 */
import { check, type Check, figure, barChart, htmlTable, markdownTable, paragraph, result, type Table } from "../report/index.ts";
import { BASELINES, type Baseline, Baselines } from "./entropic-baseline-trials.ts";
import { protocolOf } from "./entropic-cifar.ts";
import { type Damage, pickRows } from "./entropic-fold.ts";
import { type Graded, memoryOf, overFolds, type Paired, pairedDifference, REJECTED, scoreOf } from "./entropic-scores.ts";
import { withNote } from "./entropic-shown.ts";
import type { Context, Experiment, Report } from "./experiment.ts";
import { reportOf } from "./report-files.ts";

export const entropicBaselines: Experiment = { name: "entropic-baselines", title: "The entropic memory of CIFAR-10 against memories of items", needsData: true, run };

const [M, SIGMA] = [16, 0.025];
const DAMAGES: readonly Damage[] = ["clean", "noisy", "occluded"];
/** Unseen and stored cues in a fold. */
const [UNSEEN, STORED] = [400, 150];
/** Memories that answer with a state. */
const PAINTERS: readonly Baseline[] = BASELINES.filter((name) => !["1 nearest", "10 nearest", "class means"].includes(name));

/** One memory's answers to the cues of a kind, fold by fold. */
interface Own {
  readonly graded: Graded[];
  readonly found: { readonly declined: number; readonly own: number; readonly distance: number | null }[];
}

function run(context: Context): Report {
  const start = context.now();
  const { quick, seed } = context;
  const protocol = protocolOf(context, entropicBaselines.name);
  const n = protocol.sizes[protocol.sizes.length - 1];
  const folds = protocol.folds(n).slice(0, 3);
  const kept: NonNullable<Context["part"]> = context.part ?? ((_, make) => make());
  const own = new Map<string, Own>();
  const at = (name: string, damage: Damage): Own => {
    const key = `${name}, ${damage}`;
    if (!own.has(key)) own.set(key, { graded: [], found: [] });
    return own.get(key)!;
  };
  let chosen: Record<string, string> = {};
  for (const [f, number] of folds.entries()) {
    const fold = protocol.open(number, n);
    const say = (what: string, part: number): void => context.progress(`fold ${number}, ${what}`, (f + part) / folds.length);
    say("memories", 0);
    const memory = memoryOf(fold, M, { sigma: SIGMA });
    const baselines = new Baselines(fold, memory, { m: M, sigma: SIGMA, seed });
    chosen = baselines.parameters;
    const { test, fill } = protocol.records.sizes;
    const unseen = Array.from({ length: Math.min(UNSEEN, test) }, (_, c) => c);
    // Spread over the corpus, which is stored class by class in no copy of CIFAR-10, but nothing here depends on that.
    const stored = Array.from({ length: Math.min(STORED, fill) }, (_, c) => Math.floor((c * fill) / Math.min(STORED, fill)));
    const labels = fold.labels("test").slice(0, unseen.length);
    const truth = baselines.scaled(pickRows(fold.latents("fill"), n, stored));
    for (const [d, damage] of DAMAGES.entries()) {
      const z = fold.networks.encode(fold.pictures("test", unseen, damage));
      const noisy = baselines.noisy(z);
      const copies = fold.networks.encode(fold.pictures("fill", stored, damage));
      const asked = baselines.noisy(copies);
      const about = `${entropicBaselines.name}, ${fold.key}, m ${M}, sigma ${SIGMA}, ${damage}, ${unseen.length} unseen, ${stored.length} stored`;
      for (const [b, name] of BASELINES.entries()) {
        say(`${damage} cues, ${name}`, (d + b / BASELINES.length) / DAMAGES.length);
        const part = kept(`${about}, ${name}`, () => {
          const classes = Array.from(baselines.answer(name, z, noisy).classes);
          if (!PAINTERS.includes(name)) return { classes };
          const found = baselines.answer(name, copies, asked);
          return { classes, found: identified(baselines, found.classes, found.state!, stored, truth, n) };
        });
        at(name, damage).graded.push({ classes: Uint8Array.from(part.classes), labels });
        if (part.found !== undefined) at(name, damage).found.push(part.found);
      }
      at("register, whatever eta says", damage).found.push(kept(`${about}, without eta`, () => {
        const all = baselines.forced(copies);
        return identified(baselines, fold.classify(all), all, stored, truth, n);
      }));
    }
    baselines.dispose();
    memory.register.dispose();
    fold.dispose();
  }
  const scored = DAMAGES.flatMap((damage) => BASELINES.map((name) => {
    const { graded } = at(name, damage);
    const scores = graded.map(({ classes, labels }) => scoreOf(classes, labels));
    const paper = at("register", damage).graded;
    const of = (what: "precision" | "recall" | "rejected"): number => overFolds(scores.map((score) => score[what])).mean;
    return {
      cues: damage, memory: name, precision: of("precision"), recall: of("recall"), rejected: of("rejected"),
      toPrecision: pairedDifference(graded, paper, "precision", seed), toRecall: pairedDifference(graded, paper, "recall", seed),
    };
  }));
  const items = DAMAGES.flatMap((damage) => ["register", "register, whatever eta says", ...PAINTERS.slice(1)].map((name) => {
    const { found } = at(name, damage);
    const mean = (what: "declined" | "own" | "distance"): number => {
      const values = found.map((one) => one[what]).filter((value) => value !== null);
      return values.length === 0 ? NaN : values.reduce((a, b) => a + b, 0) / values.length;
    };
    return { cues: damage, memory: name, declined: mean("declined"), own: mean("own"), distance: mean("distance") };
  }));
  const one = result({
    experiment: entropicBaselines.name, title: entropicBaselines.title, seed, seconds: context.now() - start,
    parameters: { quick, comparable: protocol.comparable, note: protocol.note, data: protocol.records.name, n, m: M, sigma: SIGMA, folds: [...folds], "unseen cues": Math.min(UNSEEN, protocol.records.sizes.test), "stored cues": Math.min(STORED, protocol.records.sizes.fill), ...chosen },
    rows: [
      ...scored.map(({ toPrecision: P, toRecall: R, ...row }) => ({ part: "unseen", ...row, "precision to register": P.difference, "precision low": P.low, "precision high": P.high, "recall to register": R.difference, "recall low": R.low, "recall high": R.high })),
      ...items.map((row) => ({ part: "stored", ...row })),
    ],
    checks: checksOf(scored, items),
  });
  const table: Table = {
    columns: ["cues", "memory", "precision, %", "recall, %", "rejected, %", "precision less register's", "recall less register's"],
    rows: scored.map((row) => [row.cues, row.memory, row.precision.toFixed(2), row.recall.toFixed(2), row.rejected.toFixed(2), row.memory === "register" ? null : points(row.toPrecision), row.memory === "register" ? null : points(row.toRecall)]),
  };
  const ownItems: Table = {
    columns: ["cues", "memory", "declined, %", "own item nearest, % of all", "distance to it"],
    rows: items.map((row) => [row.cues, row.memory, row.declined.toFixed(1), row.own.toFixed(1), Number.isNaN(row.distance) ? null : row.distance.toFixed(4)]),
  };
  const chart = barChart({
    title: `Stored pictures found from damaged copies, n = ${n}, m = ${M}`, yLabel: "own item nearest to the answer", yStyle: "percent", yDomain: [0, 1], width: 960, height: 420, groups: [...DAMAGES],
    // Ones stand in the table: what they find is what the register finds where it may not decline.
    series: [...new Set(items.map(({ memory }) => memory))].filter((name) => name !== "ones").map((name) => ({ name, values: DAMAGES.map((damage) => items.find((row) => row.memory === name && row.cues === damage)!.own / 100) })),
  });
  const find = (name: string, damage: Damage): (typeof items)[number] => items.find((row) => row.memory === name && row.cues === damage)!;
  return reportOf(one, {
    lead: withNote(protocol, `From noisy copies of stored pictures the register's answer is nearest to the picture's own item in ${find("register", "noisy").own.toFixed(1)} % (${find("register, whatever eta says", "noisy").own.toFixed(1)} % where it may not decline), the cue alone in ${find("no memory", "noisy").own.toFixed(1)} %, a memory of the items in ${find("items (E40)", "noisy").own.toFixed(1)} %; of clean unseen cues the register classifies ${scored[0].recall.toFixed(1)} % right, the classifier without a memory ${scored[2].recall.toFixed(1)} %, the nearest item ${scored[3].recall.toFixed(1)} %.`),
    files: [["table.md", `${markdownTable(table)}\n${markdownTable(ownItems)}`], ["stored.svg", chart]],
    sections: [
      { heading: "Unseen cues: the class of the answer", parts: [
        htmlTable(table), paragraph(`Differences to the register in points with 95 % intervals (${scored[1].toPrecision.method}); where 0 lies inside, the two cannot be told apart. Nearest neighbours and class means answer by labels of stored items, all others by the same classifier on what they recall. No memory: the classifier on the cue with the register's own noise.`),
      ] },
      { heading: "Stored cues: is the picture found?", parts: [figure(chart, "Declined cues count as not found."), htmlTable(ownItems), paragraph("Distance: root mean square over the features, in shares of their ranges, from the answer to the undamaged picture's latents, of answered cues.")] },
    ],
  });
}

/** Whose item the answers are nearest to. */
function identified(baselines: Baselines, classes: Uint8Array, state: Float32Array, stored: readonly number[], truth: Float32Array, n: number): Own["found"][number] {
  const nearest = baselines.nearest(state);
  const scaled = baselines.scaled(state);
  let [own, answered, distance] = [0, 0, 0];
  stored.forEach((place, c) => {
    if (classes[c] === REJECTED) return;
    answered++;
    if (nearest[c] === place) own++;
    let sum = 0;
    for (let j = c * n; j < (c + 1) * n; j++) sum += (scaled[j] - truth[j]) ** 2;
    distance += Math.sqrt(sum / n);
  });
  return { declined: 100 - (100 * answered) / stored.length, own: (100 * own) / stored.length, distance: answered === 0 ? null : distance / answered };
}

function points({ difference, low, high }: Paired): string {
  const signed = (x: number): string => `${x < 0 ? "-" : "+"}${Math.abs(x).toFixed(2)}`;
  return `${signed(difference)} (${signed(low)} to ${signed(high)})`;
}

function checksOf(scored: readonly { cues: Damage; memory: Baseline; rejected: number }[], kept: readonly { cues: Damage; memory: string; own: number }[]): Check[] {
  const found = (name: string, cues: Damage): number => kept.find((row) => row.memory === name && row.cues === cues)!.own;
  const rejected = (name: Baseline): number => scored.find((row) => row.memory === name && row.cues === "clean")!.rejected;
  return [
    check({ name: "ones: rejects what the register rejects", measured: rejected("ones"), expected: rejected("register"), origin: "by construction" }),
    check({ name: "stored cues: the cue itself finds its item", measured: found("no memory", "clean"), expected: 99, relation: "at least", origin: "derived: items lie farther apart than the noise" }),
    ...DAMAGES.map((damage) => check({
      name: `${damage} stored cues: found by the register, eta or not, less by the cue alone`, measured: found("register, whatever eta says", damage) - found("no memory", damage), expected: 0, tolerance: 3, relation: "at most", origin: "prediction: the register keeps no item",
    })),
    ...DAMAGES.map((damage) => check({
      name: `${damage} stored cues: found by the memory of items less by the register`, measured: found("items (E40)", damage) - found("register", damage), expected: 0, tolerance: 3, relation: "at least", origin: "prediction",
    })),
  ];
}
