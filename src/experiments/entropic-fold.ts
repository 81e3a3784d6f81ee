/**
 * One fold of the protocol of entropic-cifar.ts: which records are what, their pictures, damaged or not, and their latents, computed once.
 */
import { seeded } from "../numeric/index.ts";
import { type LabelledImages, rowsOf } from "./data.ts";

export type Corpus = "train" | "fill" | "test";
export type Damage = "clean" | "noisy" | "occluded" | "two-tone";

/** Pictures to features, features to pictures and to scores of the classes; N rows in, N rows out. */
export interface Networks {
  encode(pictures: Float32Array): Float32Array;
  decode(latents: Float32Array): Float32Array;
  /** N x classes: logits, or whatever is largest for the class that is meant. */
  scores(latents: Float32Array): Float32Array;
  /** Tells these weights from others. */
  readonly identity: string;
  dispose(): void;
}

/** Records and how a fold cuts them; the first fold starts at record 0, the next ones `sizes.test` later each. */
export interface Records {
  readonly name: string;
  readonly set: LabelledImages;
  readonly sizes: Readonly<Record<Corpus, number>>;
}

/** What the experiments run on. */
export interface Protocol {
  readonly records: Records;
  /** Whether these are the paper's pictures, and its numbers stand beside ours. */
  readonly comparable: boolean;
  /** What keeps ours from being compared with the paper's all the same: other pictures, shorter training. Empty where nothing does. */
  readonly note: string;
  /** Numbers of features there are networks for, ascending. */
  readonly sizes: readonly number[];
  /** Folds there are networks for. */
  folds(n: number): readonly number[];
  /** One fold; to be disposed. */
  open(fold: number, n: number): Fold;
}

/** Pictures encoded at once: 6 MB. */
const BATCH = 500;

/** One fold with networks of n features. Latents are computed once and kept until `dispose`. */
export class Fold {
  readonly fold: number;
  readonly n: number;
  readonly records: Records;
  readonly networks: Networks;
  /** Names what its numbers depend on, for parts of a run that are kept. */
  readonly key: string;
  readonly #seed: number;
  readonly #kept = new Map<string, Float32Array>();

  /** @param seed of the noise on cues */
  constructor(records: Records, fold: number, n: number, networks: Networks, seed: number) {
    [this.records, this.fold, this.n, this.networks, this.#seed] = [records, fold, n, networks, seed];
    this.key = `${records.name}, n ${n}, fold ${fold}, seed ${seed}, weights ${networks.identity}`;
  }

  /** Record numbers of a corpus, in order. */
  recordsOf(corpus: Corpus): Uint32Array {
    const { set, sizes } = this.records;
    const before = { train: 0, fill: sizes.train, test: sizes.train + sizes.fill }[corpus];
    return Uint32Array.from({ length: sizes[corpus] }, (_, k) => (this.fold * sizes.test + before + k) % set.count);
  }

  /** The class of each item of a corpus. */
  labels(corpus: Corpus): Uint8Array {
    return Uint8Array.from(this.recordsOf(corpus), (record) => this.records.set.labels[record]);
  }

  /** Pictures of a corpus by their places in it (default: all), N x (C H W), in [0, 1]. */
  pictures(corpus: Corpus, places?: ArrayLike<number>, damage: Damage = "clean"): Float32Array {
    const all = this.recordsOf(corpus);
    const wanted = places === undefined ? all : Uint32Array.from(places, (place) => all[place]);
    const rows = rowsOf(this.records.set, wanted);
    damaged(rows, wanted, this.records.set.shape, damage, this.#seed);
    return rows;
  }

  /** N x n latents of a whole corpus; the same array each time, not to be written to. */
  latents(corpus: Corpus, damage: Damage = "clean"): Float32Array {
    const key = `${corpus} ${damage}`;
    let found = this.#kept.get(key);
    if (found === undefined) {
      const count = this.records.sizes[corpus];
      found = new Float32Array(count * this.n);
      for (let from = 0; from < count; from += BATCH) {
        const places = Array.from({ length: Math.min(BATCH, count - from) }, (_, k) => from + k);
        found.set(this.networks.encode(this.pictures(corpus, places, damage)), from * this.n);
      }
      this.#kept.set(key, found);
    }
    return found;
  }

  /** The class with the highest score for each latent, the first on ties. */
  classify(latents: Float32Array): Uint8Array {
    return likeliest(this.networks.scores(latents), latents.length / this.n);
  }

  dispose(): void {
    this.#kept.clear();
    this.networks.dispose();
  }
}

/** Damages rows in place. @param records what each row is: its noise is its own, whatever the batch */
function damaged(rows: Float32Array, records: ArrayLike<number>, [C, H, W]: LabelledImages["shape"], damage: Damage, seed: number): void {
  const dim = C * H * W;
  if (damage === "noisy") {
    const noise = seeded(seed);
    for (let i = 0; i < records.length; i++) {
      const rng = noise.fork(records[i]);
      for (let k = i * dim; k < (i + 1) * dim; k++) rows[k] = Math.min(1, Math.max(0, rows[k] + 0.3 * rng.normal()));
    }
  } else if (damage !== "clean") {
    // 22 of 32 pixels a side, and as large a part of other pictures.
    const [top, left] = [Math.round((5 * H) / 32), Math.round((5 * W) / 32)];
    const tones = [[245 / 255, 0, 135 / 255], [8 / 255, 232 / 255, 222 / 255]];
    for (let at = 0; at < rows.length; at++) {
      const [c, y, x] = [Math.floor(at / (H * W)) % C, Math.floor(at / W) % H, at % W];
      if (y < top || y >= H - top || x < left || x >= W - left) continue;
      rows[at] = damage === "occluded" ? 0 : tones[x - left >= y - top ? 0 : 1][c];
    }
  }
}

/** The class with the largest score of each row, the first on ties. */
export function likeliest(scores: Float32Array, rows: number): Uint8Array {
  const classes = rows === 0 ? 0 : scores.length / rows;
  return Uint8Array.from({ length: rows }, (_, i) => {
    let best = 0;
    for (let c = 1; c < classes; c++) if (scores[i * classes + c] > scores[i * classes + best]) best = c;
    return best;
  });
}

/** Rows of a whole array by place. */
export function pickRows(rows: Float32Array, width: number, places: ArrayLike<number>): Float32Array {
  const out = new Float32Array(places.length * width);
  for (let k = 0; k < places.length; k++) out.set(rows.subarray(places[k] * width, (places[k] + 1) * width), k * width);
  return out;
}
