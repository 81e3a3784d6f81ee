/**
 * The corruptions of the evaluation of semantic memories (semantic-memory.md section 14, item 5), their families, and whether the views knew
 * them in which the shipped encoders were trained (training/augment.py).
 */
import {
  clippedGaussian, cropResize, flip, foldedGaussian, gaussian, image, maskBottom, rotate, square, type Corruption,
} from "../images/index.ts";
import { type Rng, seeded } from "../numeric/index.ts";
import type { Shape } from "./recall-damage.ts";

export interface SemanticDamage {
  readonly family: Family;
  /** As tables show it. */
  readonly name: string;
  readonly strength: number;
  readonly corruption: Corruption;
}

export type Family = "clean" | "crop" | "square" | "bottom mask" | "rotation" | "flip" | "noise C1" | "noise C2" | "noise C2, clipped";

/** Which families are among the views of the two kinds of encoder. */
export const IN_VIEWS: Readonly<Record<Family, { readonly standard: boolean; readonly aware: boolean }>> = {
  clean: { standard: true, aware: true }, crop: { standard: true, aware: true }, square: { standard: false, aware: true }, "bottom mask": { standard: false, aware: false },
  rotation: { standard: false, aware: true }, flip: { standard: true, aware: true }, "noise C1": { standard: false, aware: true }, "noise C2": { standard: false, aware: true },
  "noise C2, clipped": { standard: false, aware: true },
};

/** One damage of a family. */
export function damageOf(family: Family, strength: number): SemanticDamage {
  const made: Record<Family, () => [string, Corruption]> = {
    clean: () => ["clean", (picture) => picture],
    crop: () => [`crop, area ${strength}`, cropResize(strength)],
    square: () => [`square, ${strength} px`, square(strength)],
    "bottom mask": () => [`bottom ${Math.round(100 * strength)} % black`, maskBottom(strength)],
    // strength 0: any angle, drawn for each picture
    rotation: () => (strength === 0 ? ["rotation, any angle", (picture, rng) => rotate(360 * rng.uniform())(picture, rng)] : [`rotation, ${strength} degrees`, rotate(strength)]),
    flip: () => ["flip", flip],
    "noise C1": () => [`noise ${strength}, folded (C1)`, foldedGaussian(strength)],
    "noise C2": () => [`noise ${strength}, plain (C2)`, gaussian(strength)],
    "noise C2, clipped": () => [`noise ${strength}, clipped (C2)`, clippedGaussian(strength)],
  };
  const [name, corruption] = made[family]();
  return { family, name, strength, corruption };
}

/** Strengths from mild to severe. */
const GRID: readonly (readonly [Family, readonly number[]])[] = [
  ["clean", [0]], ["crop", [0.8, 0.5, 0.25]], ["square", [8, 16, 24]], ["bottom mask", [0.25, 0.5, 0.75]], ["rotation", [10, 30, 45, 90, 180, 0]], ["flip", [1]],
  ["noise C1", [0.1, 0.3, 0.5, 1]], ["noise C2", [0.1, 0.3, 0.5, 1]], ["noise C2, clipped", [0.5]],
];

export const ALL_DAMAGES: readonly SemanticDamage[] = GRID.flatMap(([family, strengths]) => strengths.map((strength) => damageOf(family, strength)));

/** One strength of each family: those the goals are set for. */
export const MAIN_DAMAGES: readonly SemanticDamage[] = [
  damageOf("clean", 0), damageOf("crop", 0.5), damageOf("square", 24), damageOf("bottom mask", 0.5), damageOf("rotation", 30), damageOf("rotation", 0), damageOf("flip", 1), damageOf("noise C1", 0.5), damageOf("noise C2", 0.5),
];

/** The damaged copy of each row, N x (C H W); picture i has the same damage whatever stands beside it. */
export function damaged(rows: Float32Array, shape: Shape, { corruption }: SemanticDamage, rng: Rng): Float32Array {
  const [C, H, W] = shape;
  const d = C * H * W;
  const out = new Float32Array(rows.length);
  for (let i = 0; i * d < rows.length; i++) out.set(corruption(image(W, H, C, rows.subarray(i * d, (i + 1) * d)), rng.fork(i)).data, i * d);
  return out;
}

/** The stream of a damage in a slice. */
export function streamOf(seed: number, slice: number, damage: SemanticDamage): Rng {
  const place = ALL_DAMAGES.findIndex(({ name }) => name === damage.name);
  return seeded(seed).fork(10_000 * (slice + 1) + (place >= 0 ? place : 100 + Math.round(1000 * damage.strength)));
}
