/**
 * The colour part of `fully-semantic`: memories that keep codes of photographs and paint them. Three ways to know which code is meant, by
 *
 *   code      the code of the cue itself, (S10): the shipped autoencoders (training/decoder.py), and with --weights TAEF2
 *   features  those of the shipped encoder; the code is the value that is stored with them, (S6) with P = codes
 *   pixels    the controls: nearest stored pixels (L1), and no memory at all, psi(phi(q)), which is a denoiser
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { encodePng, type Image, image, mosaic, psnr } from "../images/index.ts";
import { check, type Check } from "../report/index.ts";
import { FullySemanticMemory, type NetworkMap, networkMap, SemanticMemory } from "../semantic/index.ts";
import type { Context } from "./experiment.ts";
import { damaged, damageOf, type SemanticDamage, streamOf } from "./semantic-damage.ts";
import { PIXELS, shippedWeights, weightsBytes } from "./semantic-phi.ts";
import { type SemanticSet, semanticSet } from "./semantic-set.ts";
import { answers, scoreMatrices } from "./semantic-recall.ts";
import { duplicateGroups } from "../universal/index.ts";
import { mean } from "./uhn-sweep.ts";

export interface ColourRow {
  readonly set: string;
  readonly memory: string;
  readonly N: number;
  readonly damage: string;
  /** Index-exact. */
  readonly exact: number;
  /** Of what is painted to the stored picture, dB, mean over the first cues, whether the right one was recalled or not; undefined for pixels. */
  readonly psnr?: number;
  /** The same over the cues whose own memory was recalled. */
  readonly psnrRight?: number;
  /** Of psi(phi(q)), without a memory. */
  readonly psnrAlone?: number;
  /** Of the cue itself. */
  readonly psnrCue: number;
  /** Of a memory, numbers in f32, without the networks. */
  readonly bytes: number;
}

export const COLOUR_DAMAGES: readonly SemanticDamage[] = [
  damageOf("clean", 0), damageOf("noise C2, clipped", 0.1), damageOf("noise C2, clipped", 0.3), damageOf("noise C2, clipped", 0.5), damageOf("noise C1", 0.3), damageOf("noise C1", 0.5),
  damageOf("square", 8), damageOf("square", 16), damageOf("crop", 0.5), damageOf("rotation", 10), damageOf("rotation", 0),
];
const D = 3072;
/** Cues whose paintings are measured. */
const PAINTED = 100;

/** Both halves of an autoencoder. */
interface Painter {
  readonly name: string;
  readonly encoder: NetworkMap;
  readonly decoder: NetworkMap;
  /** Largest N it is asked for: TAEF2 takes a hundred times as long. */
  readonly most: number;
}

function painters({ weights }: Context): Painter[] {
  const own = shippedWeights().filter((name) => name.startsWith("colour-autoencoder-")).map((name) => ({ name, size: Number(name.slice(name.lastIndexOf("-") + 1)) })).sort((a, b) => a.size - b.size).map(({ name, size }): Painter => {
    const bytes = weightsBytes(name);
    return { name: `codes of ${size}`, encoder: networkMap("colour-encoder", bytes), decoder: networkMap("colour-decoder", bytes), most: Infinity };
  });
  const [encoderFile, decoderFile] = ["encoder", "decoder"].map((half) => join(weights ?? "", `taef2-${half}.safetensors`));
  if (weights === undefined || !existsSync(encoderFile) || !existsSync(decoderFile)) return own;
  const encoder = networkMap("taef2-encoder", readFileSync(encoderFile), { size: [32, 32] });
  const [, rows, columns] = encoder.encoder.shape;
  return [...own, { name: "TAEF2 latents", encoder, decoder: networkMap("taef2-decoder", readFileSync(decoderFile), { size: [rows, columns] }), most: 100 }];
}

/** What is known of a slice and its damaged copy. */
interface Asked {
  readonly set: SemanticSet;
  readonly images: Float32Array;
  readonly cues: Float32Array;
  readonly groups: Int32Array;
}

const rowsOf = (data: Float32Array, from: number, to: number): { rows: number; dim: number; data: Float32Array } => ({ rows: to - from, dim: D, data: data.subarray(from * D, to * D) });
const pictureOf = (numbers: ArrayLike<number>): Image => image(32, 32, 3, Float32Array.from(numbers, (x) => Math.min(1, Math.max(0, x))));

/** @returns rows and a picture; no rows where no autoencoder of colour pictures is at hand */
export function colourPart(context: Context, experiment: string, at: number): { rows: ColourRow[]; png?: Uint8Array } {
  const all = painters(context);
  if (all.length === 0) return { rows: [] };
  const set = semanticSet(context, experiment);
  const sizes = context.quick ? [100] : [100, 1000];
  const largest = sizes[sizes.length - 1];
  const images = set.rows(0, largest);
  const groups = duplicateGroups(images, D);
  const features = networkMap("contrastive-small", weightsBytes("contrastive-small"), { scale: "root" });
  // each picture is encoded once, for every damage
  const stores = sizes.map((N) => {
    const filled = <T extends SemanticMemory | FullySemanticMemory>(memory: T): T => {
      memory.store(rowsOf(images, 0, N));
      return memory;
    };
    return {
      N, known: filled(new SemanticMemory({ encoder: features, similarity: "negL1", separation: "max", keep: "keys" })),
      own: all.flatMap((painter, p) => (N > painter.most ? [] : [{ painter, p, memory: filled(new FullySemanticMemory({ encoder: painter.encoder, decoder: painter.decoder, similarity: "negL2", separation: "max" })) }])),
    };
  });
  const damages = context.quick ? COLOUR_DAMAGES.filter((_, k) => [0, 3, 7, 10].includes(k)) : COLOUR_DAMAGES;
  const rows = damages.flatMap((damage, k) => {
    context.progress(`${set.name}: ${damage.name}`, at + (k / damages.length) * (1 - at));
    const asked = { set, images, cues: damaged(images, set.shape, damage, streamOf(context.seed, 0, damage)), groups };
    const quality = measured(asked, all);
    const psnrCue = mean(quality.cue);
    const of = (memory: string, N: number, hits: readonly boolean[], winners: readonly number[], bytes: number, painter?: number): ColourRow => {
      const here = painter === undefined ? undefined : winners.slice(0, PAINTED).map((mu, n) => quality.painted(painter, mu, n));
      const right = here?.filter((_, n) => hits[n]);
      return {
        set: set.name, memory, N, damage: damage.name, exact: hits.filter(Boolean).length / hits.length, psnrCue, bytes,
        ...(here === undefined ? {} : { psnr: mean(here), psnrAlone: mean(quality.alone[painter!]), ...(right!.length === 0 ? {} : { psnrRight: mean(right!) }) }),
      };
    };
    return stores.flatMap(({ N, known, own }) => {
      const pixel = answers(scoreMatrices(PIXELS.encode(images.subarray(0, N * D))[0], PIXELS.encode(asked.cues.subarray(0, N * D))[0], D, ["L1"])[0], groups, 0, N);
      const byFeatures = recalled(known, asked, N);
      return [
        ...own.flatMap(({ painter: { name, encoder }, p, memory }) => {
          const byCode = recalled(memory, asked, N);
          return [of(name, N, byCode.hits, byCode.winners, 4 * encoder.dim!, p), of(`${name}, known by features`, N, byFeatures.hits, byFeatures.winners, 4 * (encoder.dim! + features.dim!), p)];
        }),
        of("pixels, L1", N, pixel.map(({ hit }) => hit), pixel.map(({ winner }) => winner), 4 * D),
      ];
    });
  });
  stores.forEach(({ known, own }) => [known, ...own.map(({ memory }) => memory)].forEach((memory) => memory.dispose()));
  const png = colourPicture(context, set, all, features, damages);
  [features, ...all.flatMap(({ encoder, decoder }) => [encoder, decoder])].forEach(({ encoder }) => encoder.dispose());
  return { rows, png };
}

/** N cues, each asked once. */
function recalled(memory: SemanticMemory | FullySemanticMemory, { cues, groups }: Asked, N: number): { hits: boolean[]; winners: number[] } {
  const winners = [...memory.indices(rowsOf(cues, 0, N))];
  return { winners, hits: winners.map((mu, n) => groups[mu] === groups[n]) };
}

/** Distances in dB of the first cues: the cue's own, of psi(phi(q)), and of what psi makes of a memory's code. */
function measured({ images, cues }: Asked, all: readonly Painter[]): { cue: number[]; alone: number[][]; painted(painter: number, mu: number, n: number): number } {
  const stored = Array.from({ length: PAINTED }, (_, n) => pictureOf(images.subarray(n * D, (n + 1) * D)));
  const decoded = ({ encoder, decoder }: Painter, rows: Float32Array): ArrayLike<number> => {
    const count = rows.length / D;
    return decoder.map(Float64Array.from(encoder.map(Float64Array.from(rows), count)), count);
  };
  const quality = (painted: ArrayLike<number>, n: number): number => Math.min(99, psnr(stored[n], pictureOf(painted)));
  const part = (all: ArrayLike<number>, n: number): number[] => Array.from({ length: D }, (_, i) => all[n * D + i]);
  const kept = all.map(() => new Map<number, number[]>());
  return {
    cue: stored.map((_, n) => quality(cues.subarray(n * D, (n + 1) * D), n)),
    alone: all.map((painter) => {
      const painted = decoded(painter, cues.subarray(0, PAINTED * D));
      return stored.map((_, n) => quality(part(painted, n), n));
    }),
    painted: (p, mu, n) => {
      const own = kept[p].get(mu) ?? part(decoded(all[p], images.subarray(mu * D, (mu + 1) * D)), 0);
      kept[p].set(mu, own);
      return quality(own, n);
    },
  };
}

/** Rows of pictures: stored, cue, what each memory paints, and what the last autoencoder of our own makes of the cue without a memory. */
function colourPicture(context: Context, set: SemanticSet, all: readonly Painter[], features: NetworkMap, damages: readonly SemanticDamage[]): Uint8Array {
  const N = 100;
  const images = set.rows(0, N);
  const first = all[0];
  const widest = all.filter(({ most }) => most === Infinity).at(-1) ?? first;
  const memories = all.map(({ encoder, decoder }) => new FullySemanticMemory({ encoder, decoder, similarity: "negL2", separation: "max" }));
  memories.forEach((memory) => memory.store(rowsOf(images, 0, N)));
  const keyed = new SemanticMemory({ encoder: features, similarity: "negL1", separation: "max" });
  keyed.store(rowsOf(images, 0, N), { values: { rows: N, dim: widest.encoder.dim!, data: Float32Array.from(widest.encoder.map(Float64Array.from(images), N)) } });
  const cells: Image[] = [];
  const rowLabels: string[] = [];
  damages.forEach((damage, k) => {
    const cues = damaged(images.subarray(2 * k * D, (2 * k + 2) * D), set.shape, damage, streamOf(context.seed, 0, damage));
    for (let c = 0; c < 2; c++) {
      const cue = cues.slice(c * D, (c + 1) * D);
      const { decoder, encoder } = widest;
      cells.push(
        pictureOf(images.subarray((2 * k + c) * D, (2 * k + c + 1) * D)), pictureOf(cue), ...memories.map((memory) => pictureOf(memory.recall(cue).state)),
        pictureOf(decoder.map(Float64Array.from(keyed.recall(cue).state), 1)), pictureOf(decoder.map(Float64Array.from(encoder.map(Float64Array.from(cue), 1)), 1)),
      );
      rowLabels.push(c === 0 ? damage.name : "");
    }
  });
  [keyed, ...memories].forEach((memory) => memory.dispose());
  const short = ({ name }: Painter): string => name.replace("codes of ", "by ").replace(" latents", "");
  return encodePng(mosaic(cells, { columns: 4 + all.length, columnLabels: ["stored", "cue", ...all.map(short), "features", "no memory"], rowLabels, scale: 3, gap: 6, margin: 16 }));
}

/** Clean codes find themselves; more numbers paint better; a memory of right answers paints better than a denoiser under the strongest noise. */
export function colourChecks(rows: readonly ColourRow[]): Check[] {
  const clean = rows.filter(({ damage, memory }) => damage === "clean" && memory !== "pixels, L1");
  if (clean.length === 0) return [];
  const own = clean.filter(({ memory, N }) => /^codes of \d+$/.test(memory) && N === 100);
  return [
    check({ name: "photographs: clean cues find their code, least share", measured: Math.min(...clean.map(({ exact }) => exact)), expected: 1, relation: "at least", origin: "derived (clean gate)" }),
    ...(own.length < 2 ? [] : [check({ name: "photographs: PSNR of the widest code less that of the narrowest, dB", measured: own[own.length - 1].psnr! - own[0].psnr!, expected: 0, relation: "at least", origin: "derived (direction)" })]),
  ];
}
