/**
 * `lsr-latent-mnist` (arXiv 2506.10801, Figure 4 left; epanechnikov-memory.md sections 7.4, 7.5, 10): 24 training digits in the latent space of a
 * 10-d beta-VAE, K_target = 5. What is kept, what is imagined, and what it looks like.
 *
 * Ours beside the paper: the VAE is our own (training/beta-vae.py; the authors published none), so counts agree in magnitude only: kept
 * 20-24 of 24 (theirs 22), novel 30-60 (theirs 38 or 46; the figure leaves open which). Minima are exact where the authors used a tolerance.
 *
 * With --quick, on what the package ships: 24 digits that the decoder draws from z ~ N(0, 1), stored as the codes their pictures encode to.
 */
import { join } from "node:path";
import { type Image, image, mse } from "../images/index.ts";
import { seeded } from "../numeric/index.ts";
import { check, type Check, paragraph, result, type Section } from "../report/index.ts";
import { type Autoencoder, openBetaVae } from "./autoencoders.ts";
import { imageOf, loadMnist } from "./data.ts";
import { type Context, dataFolder, type Experiment, type Report } from "./experiment.ts";
import { type LatentMemories, latentMemories, rowsOf } from "./lsr-latents.ts";
import { memorySections, memorySheets } from "./lsr-latents-page.ts";
import { reportOf } from "./report-files.ts";

export const lsrLatentMnist: Experiment = { name: "lsr-latent-mnist", title: "Digits imagined by an Epanechnikov memory", needsData: true, run };

/** Of the training images, in the authors' draw order. */
export const FIGURE_4: readonly number[] = [
  42836, 23063, 40061, 16386, 29745, 7695, 52123, 56822, 52633, 21431, 11882, 55992, 14286, 14851, 56289, 374, 12456, 1653, 34952, 6042, 52372, 9706, 44692, 46345,
];
const WANTED = 5;

function run(context: Context): Report {
  const start = context.now();
  const { quick, seed } = context;
  const vae = openBetaVae();
  try {
    const stored = quick ? drawn(vae, seed) : digits(dataFolder(context, lsrLatentMnist.name));
    context.progress("encoding", 0.1);
    const codes = vae.encode(stored);
    context.progress("every minimum", 0.2);
    const found = latentMemories(codes, vae.dim, WANTED);
    context.progress("decoding", 0.8);
    const pictures = {
      stored, decoded: vae.decode(codes),
      novel: found.novel.length === 0 ? [] : vae.decode(found.novel.flatMap(({ code }) => Array.from(code))),
      lse: vae.decode(found.lse.codes.flatMap((code) => Array.from(code))),
    };
    const apart = fromPixelMeans(found, pictures.decoded, pictures.novel);
    const sheets = memorySheets(found, pictures, 3);
    const report = result({
      experiment: lsrLatentMnist.name, title: lsrLatentMnist.title, seed, seconds: context.now() - start,
      parameters: {
        quick, pictures: quick ? "drawn by the decoder" : "MNIST training images", ...(quick ? {} : { images: FIGURE_4 }), M: found.count, d: vae.dim,
        "K_target": WANTED, beta: found.beta, "interacting pairs": found.pairs, "K attained": found.attained, "closest comparison, relative": found.found.margin,
        "novel pictures from their members' pixel mean, mean squared error": apart,
      },
      rows: rowsOf(found),
      checks: checksOf(found, quick),
    });
    return reportOf(report, {
      lead: "Stored digits become exact memories; means of neighbouring codes become memories nobody stored. The decoder shows what they look like.",
      files: [...sheets],
      sections: [...memorySections(found, sheets, `K_target = ${WANTED}`, "10 numbers"), decoderSection(apart)],
    });
  } finally {
    vae.dispose();
  }
}

function checksOf(found: LatentMemories, quick: boolean): Check[] {
  const { count, pairs, kept, novel, lse, touching } = found;
  const P = Math.ceil((count * (WANTED - 1)) / 2);
  const exact = [
    check({ name: "interacting pairs", measured: pairs, expected: P, origin: "derived, (L34)" }),
    check({ name: "every candidate set was tested", measured: found.found.complete, expected: true, origin: "derived, (L36)" }),
    check({ name: "largest distance of a novel memory to its nearest pattern, in r_s", measured: Math.max(0, ...novel.map(({ novelty }) => novelty)) / found.radius, expected: 1, relation: "at most", origin: "derived, (L17)" }),
    check({ name: "LSE settled from every pattern", measured: lse.settled, expected: true, origin: "derived, (L6)" }),
    check({ name: "memories of LSR for each of LSE", measured: (kept.length + novel.length) / lse.codes.length, expected: 10, tolerance: 5, relation: "at least", origin: "paper (an order of magnitude)" }),
  ];
  if (quick) return exact;
  const band = (name: string, measured: number, low: number, high: number): Check => check({ name, measured, expected: (low + high) / 2, tolerance: (high - low) / 2, origin: "paper, in magnitude (another VAE)" });
  return [band("kept of 24 (paper: 22)", kept.length, 20, 24), band("novel (paper: 38 or 46)", novel.length, 30, 60), band("novel at the touching radius", touching.novel, 30, 60), ...exact];
}

function digits(data: string): Image[] {
  const set = loadMnist(join(data, "mnist"), "train");
  return FIGURE_4.map((i) => imageOf(set, i));
}

/** Digits nobody wrote: the decoder's pictures of 24 draws from the prior. */
function drawn(vae: Autoencoder, seed: number): Image[] {
  const rng = seeded(seed);
  return vae.decode(Float32Array.from({ length: FIGURE_4.length * vae.dim }, () => rng.normal()));
}

/** How far a decoded mean of codes is from the mean of the decoded members: what the decoder adds to averaging. */
function fromPixelMeans(found: LatentMemories, decoded: readonly Image[], novel: readonly Image[]): number {
  let sum = 0;
  found.novel.forEach(({ members }, i) => {
    const blend = novel[i].data.map((_, p) => members.reduce((total, mu) => total + decoded[mu].data[p], 0) / members.length);
    sum += mse(novel[i], image(28, 28, 1, blend));
  });
  return novel.length === 0 ? 0 : sum / novel.length;
}

function decoderSection(apart: number): Section {
  return {
    heading: "Whose imagination?",
    parts: [paragraph(`A novel memory is the plain mean of the codes it is named after, inside their convex hull. Decoded, it differs from the mean of the members' decoded pictures by a mean squared error of ${apart.toFixed(4)} per pixel: that difference, and all plausibility of the picture, is the decoder's.`)],
  };
}
