/**
 * The main job: remember 1,000 emoji, 240 pieces of photographs and 1,000 garments, and recall them from half-masked, cropped, rotated and noisy
 * cues with every kind of memory the library has, pixels beside the features of the shipped encoder (semantic-memory.md sections 8, 9 and 12).
 */
import { seeded } from "../numeric/index.ts";
import { check, type Check, result } from "../report/index.ts";
import { networkMap } from "../semantic/index.ts";
import { loadEmoji, loadFashion, loadPhotographs, rowsOf } from "./data.ts";
import type { Context, Experiment, Report } from "./experiment.ts";
import { mainJobReport } from "./main-job-page.ts";
import { DAMAGES, HALF_DECLARED, NOISE_CLIPPED, NOISE_PLAIN } from "./recall-damage.ts";
import { type Example, recallPicture } from "./recall-picture.ts";
import { type Album, FEATURES, lineUp, runTrials, spread, type Trial } from "./recall-trial.ts";
import { weightsBytes } from "./semantic-phi.ts";

/** Pictures kept of each set, and cues of each: for ranked answers, and for read-outs and settled states. */
const FULL = { stored: 1000, cues: 250, fewer: 50 } as const;
const QUICK = { stored: 100, cues: 50, fewer: 10 } as const;

/** Shown in recall.png, two for each damage. */
const FAVOURITES = [
  "fox_face", "octopus", "hibiscus", "rocket", "pizza", "parrot", "watermelon", "tiger", "ringed_planet", "strawberry", "guitar", "whale",
] as const;

export const mainJob: Experiment = {
  name: "main-job",
  title: "Recall of real pictures from damaged cues",
  needsData: false,
  run: (context) => runMainJob(context),
};

function runMainJob(context: Context): Report {
  const start = context.now();
  const { stored, cues, fewer } = context.quick ? QUICK : FULL;
  const rng = seeded(context.seed);
  const trials: Trial[] = [];
  const betas: Record<string, string> = {};
  const emojiSet = loadEmoji();
  const favourites = FAVOURITES.map((name) => emojiSet.names.indexOf(name)).filter((mu) => mu >= 0);
  const emoji = emojiAlbum(emojiSet.rows, favourites, stored);
  const examples: Example[] = favourites.map((_, j) => ({ row: emoji.rows.subarray(j * 3072, (j + 1) * 3072), damage: DAMAGES[Math.floor((j * DAMAGES.length) / favourites.length)] }));
  const photographs = photographAlbum(Math.min(stored, 240));
  // pieces of many photographs
  const pieces: Example[] = DAMAGES.flatMap((damage, k) => [2 * k, 2 * k + 1].map((j) => ({ row: photographs.rows.subarray(spread(photographs.count, 2 * DAMAGES.length)[j] * 3072).subarray(0, 3072), damage })));
  const pictures = new Map<string, Uint8Array>();
  const weights = weightsBytes("contrastive-small");
  const parts = [[0.03, 0.65], [0.68, 0.12], [0.8, 0.19]];
  [emoji, photographs, fashionAlbum(stored)].forEach((album, a) => {
    const [from, share] = parts[a];
    context.progress(`${album.name}: storing ${album.count} pictures`, from);
    const encoder = networkMap("contrastive-small", weights, { shape: album.shape, scale: "root" });
    const memories = lineUp(album, encoder);
    try {
      trials.push(...runTrials(album, memories, { damages: DAMAGES, cues, fewer, rng: rng.fork(a), progress: (message, part) => context.progress(message, from + share * part) }));
      for (const { label, memory } of [...memories.semantic, ...memories.pixel, ...memories.dense]) betas[`beta, ${label}, ${album.name}`] = `${memory.parameters.beta} by ${memory.parameters.betaRule}`;
      if (a < 2) pictures.set(album.name, recallPicture(a === 0 ? examples : pieces, album.shape, memories, rng.fork(100 + a)));
    } finally {
      memories.dispose();
      encoder.encoder.dispose();
    }
  });
  const found = result({
    experiment: mainJob.name, title: mainJob.title, seed: context.seed, seconds: context.now() - start,
    parameters: { quick: context.quick, stored, encoder: "contrastive-small", "cues per damage, ranked answers": cues, "cues per damage, read-outs and settled states": fewer, ...betas },
    rows: trials.map((trial) => ({ ...trial })), checks: checksOf(trials, emoji.name, photographs.name),
  });
  return mainJobReport(found, trials, pictures);
}

/** The favourites first, then pictures spread over the sheet, so that every kind is there. */
function emojiAlbum(rows: Float32Array, favourites: readonly number[], count: number): Album {
  const dim = 3072;
  const others = Array.from({ length: rows.length / dim }, (_, mu) => mu).filter((mu) => !favourites.includes(mu));
  const picked = [...favourites, ...spread(others.length, count - favourites.length).map((i) => others[i])];
  const kept = new Float32Array(picked.length * dim);
  picked.forEach((mu, j) => kept.set(rows.subarray(mu * dim, (mu + 1) * dim), j * dim));
  return { name: "emoji", rows: kept, count: picked.length, shape: [3, 32, 32] };
}

/** The first pieces of each photograph alike. */
function photographAlbum(count: number): Album {
  const { rows } = loadPhotographs();
  const picked = spread(rows.length / 3072, count);
  const kept = new Float32Array(count * 3072);
  picked.forEach((mu, j) => kept.set(rows.subarray(mu * 3072, (mu + 1) * 3072), j * 3072));
  return { name: "photographs", rows: kept, count, shape: [3, 32, 32] };
}

function fashionAlbum(count: number): Album {
  const set = loadFashion();
  return { name: "Fashion-MNIST", rows: rowsOf(set, { from: 0, to: count }), count, shape: set.shape };
}

/** The goals: the best memory recalls 95 % from a half mask that is declared, and 99 % from noise of sigma .5, plain and clipped; features 90 % of turned photographs. */
function checksOf(trials: readonly Trial[], set: string, photographs: string): Check[] {
  const best = (damage: string): number => Math.max(...trials.filter((trial) => trial.set === set && trial.damage === damage && trial.answer === "ranked").map(({ recall }) => recall));
  const goals = [[HALF_DECLARED, 0.95], [NOISE_PLAIN, 0.99], [NOISE_CLIPPED, 0.99]] as const;
  const features = trials.find((trial) => trial.set === photographs && trial.damage === "rotation" && trial.memory === FEATURES && trial.answer === "ranked")!.recall;
  return [
    ...goals.map(([{ name }, expected]) => check({ name: `best memory, ${set}, ${name}`, measured: best(name), expected, relation: "at least", origin: "goal of this library" })),
    check({ name: `features, ${photographs}, rotation`, measured: features, expected: 0.9, relation: "at least", origin: "goal of this library" }),
  ];
}
