/**
 * `lsr-latent-tiny` (arXiv 2506.10801, Figure 4 right; epanechnikov-memory.md sections 7.4, 8.5, 11): 40 pictures of Tiny ImageNet in the latent
 * space of a tiny autoencoder, K_target = 3, and 5 besides.
 *
 * Ours beside the paper: the authors used TAESD (256 numbers) and another draw; TAEF2 (2,048 numbers) stands in, on images 0 and 1 of each class
 * of the sample. Expected values are those of an independent re-run: all 40 kept, 40 novel (39 at the touching radius), at K_target = 5 80
 * novel, all of them midpoints of pairs. (L39): `half-range` is the authors' path by way of diffusers, `plain` what the network was trained for.
 *
 * With --quick, on what the package ships: 40 emoji, through TAEF2 where --weights has it, else as pixels (3,072 numbers, decoded by nothing).
 */
import { type Image, psnr, resize } from "../images/index.ts";
import { EngramError, seeded } from "../numeric/index.ts";
import { check, type Check, htmlTable, paragraph, result, type Section } from "../report/index.ts";
import { type Autoencoder, hasTaef2, openTaef2, pixelsAsCodes } from "./autoencoders.ts";
import { loadEmoji } from "./data.ts";
import { type Context, dataFolder, type Experiment, type Report } from "./experiment.ts";
import { type LatentMemories, latentMemories, rowsOf } from "./lsr-latents.ts";
import { memorySections, memorySheets, type Pictures } from "./lsr-latents-page.ts";
import { reportOf } from "./report-files.ts";
import { loadTinyImageNet } from "./tiny-imagenet.ts";

export const lsrLatentTiny: Experiment = { name: "lsr-latent-tiny", title: "Pictures imagined by an Epanechnikov memory", needsData: true, needsWeights: true, run };

const M = 40;
const WANTED = [3, 5] as const;
/** Section 8.5: mean PSNR and, at K_target = 3, beta. */
const RERUN = { plain: { psnr: 22.05, beta: 0.0033273 }, "half-range": { psnr: 21.16, beta: 0.0037814 } } as const;
type Switch = keyof typeof RERUN;

/** One switch at one K_target. */
interface Part {
  readonly path: Switch | "pixels";
  readonly psnr: number;
  readonly found: LatentMemories;
  readonly sheets: ReadonlyMap<string, Uint8Array>;
  readonly prefix: string;
}

function run(context: Context): Report {
  const start = context.now();
  const { quick, seed, weights } = context;
  if (!quick && !hasTaef2(weights)) {
    throw new EngramError(lsrLatentTiny.name, "--weights DIR with taef2-encoder.safetensors and taef2-decoder.safetensors", weights ?? "no folder of weights", "They are published by madebyollin/taesd; or run with --quick on what the package ships.");
  }
  const stored = quick ? emoji(seed, hasTaef2(weights)) : loadTinyImageNet(dataFolder(context, lsrLatentTiny.name), 2, M / 2).images;
  const parts: Part[] = [];
  for (const path of hasTaef2(weights) ? (["plain", "half-range"] as const) : (["pixels"] as const)) {
    const coder = path === "pixels" ? pixelsAsCodes(stored[0]) : openTaef2(weights!, path === "half-range");
    try {
      parts.push(...partsOf(context, path, coder, stored, parts.length));
    } finally {
      coder.dispose();
    }
  }
  const report = result({
    experiment: lsrLatentTiny.name, title: lsrLatentTiny.title, seed, seconds: context.now() - start,
    parameters: {
      quick, pictures: quick ? "emoji" : "Tiny ImageNet, images 0 and 1 of each class", autoencoder: parts[0].path === "pixels" ? "none" : "TAEF2", M: stored.length,
      d: parts[0].found.novel[0].code.length, "K_target": WANTED, "closest comparison, relative": Math.min(...parts.map(({ found }) => found.found.margin)),
    },
    rows: parts.flatMap(({ path, psnr: dB, found }) => rowsOf(found, { path, psnr: dB === Infinity ? "exact" : dB })),
    checks: parts.flatMap((part) => checksOf(part, quick)),
  });
  return reportOf(report, {
    lead: "In many dimensions distances concentrate: every picture is kept, and what is novel lies halfway between two of them.",
    files: parts.flatMap(({ sheets }) => [...sheets]), sections: sectionsOf(parts),
  });
}

function partsOf(context: Context, path: Part["path"], coder: Autoencoder, stored: readonly Image[], before: number): Part[] {
  const say = (message: string, share: number): void => context.progress(`${path}: ${message}`, (before + share) / 4.01);
  say("encoding", 0);
  const codes = coder.encode(stored);
  const decoded = coder.decode(codes);
  const dB = stored.reduce((sum, shown, i) => sum + psnr(shown, decoded[i]), 0) / stored.length;
  return WANTED.map((wanted, i) => {
    say(`K_target = ${wanted}`, i + 0.3);
    const found = latentMemories(codes, coder.dim, wanted);
    const prefix = `${path}-${wanted}-`;
    const pictures: Pictures = { stored, decoded, novel: found.novel.flatMap(({ code }) => coder.decode(code)), lse: found.lse.codes.flatMap((code) => coder.decode(code)) };
    return { path, psnr: dB, found, prefix, sheets: memorySheets(found, pictures, stored[0].width < 64 ? 2 : 1, prefix) };
  });
}

function checksOf({ path, psnr: dB, found }: Part, quick: boolean): Check[] {
  const { wanted, count, pairs, kept, novel, touching, lse, beta } = found;
  const what = `${path}, K_target = ${wanted}: `;
  const P = Math.ceil((count * (wanted - 1)) / 2);
  const exact = [
    check({ name: `${what}interacting pairs`, measured: pairs, expected: P, origin: "derived, (L34)" }),
    check({ name: `${what}every candidate set was tested`, measured: found.found.complete, expected: true, origin: "derived, (L36)" }),
    check({ name: `${what}LSE settled from every pattern`, measured: lse.settled, expected: true, origin: "derived, (L6)" }),
  ];
  if (quick || path === "pixels") return exact;
  const rerun = "independent re-run";
  const first = wanted === 3 ? [
    check({ name: `${path}: mean PSNR of decode(encode), dB`, measured: dB, expected: RERUN[path].psnr, tolerance: 0.05, origin: `${rerun} (JPEG readers differ by a level)` }),
    check({ name: `${what}beta over the re-run's`, measured: beta / RERUN[path].beta, expected: 1, tolerance: 0.005, origin: rerun }),
    check({ name: `${what}novel at the touching radius`, measured: touching.novel, expected: P - 1, tolerance: 1, origin: rerun }),
  ] : [];
  return [
    ...first,
    check({ name: `${what}kept of 40 (paper, TAESD: 40)`, measured: kept.length, expected: M, origin: rerun }),
    check({ name: `${what}novel${wanted === 3 ? " (paper, TAESD: 46 or 38)" : ""}`, measured: novel.length, expected: wanted === 3 ? 40 : 80, tolerance: 1, origin: rerun }),
    check({ name: `${what}most members of a novel memory`, measured: Math.max(...novel.map(({ members }) => members.length)), expected: 2, origin: rerun }),
    ...exact,
  ];
}

/** The first part whole; of the others what is novel. */
function sectionsOf(parts: readonly Part[]): Section[] {
  const table = htmlTable({
    columns: ["path", "K_target", "beta", "r_s", "PSNR, dB", "kept", "novel", "novel, touching", "LSE"],
    rows: parts.map(({ path, psnr: dB, found: { wanted, beta, radius, kept, novel, touching, lse } }) => [path, wanted, beta.toPrecision(5), radius.toFixed(3), dB === Infinity ? "exact" : dB.toFixed(2), kept.length, novel.length, touching.novel, lse.codes.length]),
  });
  const dim = parts[0].found.novel[0]?.code.length ?? 0;
  return [
    { heading: "Counts", parts: [table, paragraph("Plain: pictures as the network was trained on them. Half-range: pictures in [.5, 1], which is what the authors' library makes of theirs; codes, beta and quality depend on it. Pixels: no network, so that novel memories are double exposures.")] },
    ...parts.flatMap(({ found, sheets, path, prefix }, i) => {
      const all = memorySections(found, sheets, `${path}, K_target = ${found.wanted}`, `${dim.toLocaleString("en-GB")} numbers`, prefix);
      return i === 0 ? all : all.filter(({ heading }) => heading.startsWith("Novel")).map(({ heading, parts: shown }) => ({ heading: `${heading} (${path}, K_target = ${found.wanted})`, parts: shown }));
    }),
  ];
}

/** 40 emoji, a seeded draw. */
function emoji(seed: number, large: boolean): Image[] {
  const { images } = loadEmoji();
  const order = images.map((_, i) => i);
  seeded(seed).shuffle(order);
  return order.slice(0, M).map((i) => (large ? resize(images[i], 64, 64, "bilinear") : images[i]));
}
