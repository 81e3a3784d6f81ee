/**
 * The entropic memory at n = 1,024, m = 16: registering, recognising and retrieving batches of cues, against the same operations in plain
 * JavaScript (typed arrays, running sums made beforehand, its own 53-bit counter-based numbers) and vectorised numpy.
 */
import { seeded } from "../src/numeric/index.ts";
import { Cells } from "../src/kernels/index.ts";
import { gaussianKernel } from "../src/entropic/index.ts";
import { type Bench, bounded, compare, local, seconds, stretch } from "./harness.ts";
import type { Peers } from "./peers.ts";

const [n, m] = [1024, 16];
/** A batch whose levels numpy's rows of running sums (128 bytes each) still fit beside. */
const CUES = 512;

export async function entropic({ numpy }: Peers, { note }: Bench): Promise<void> {
  const cues = levels(CUES, n);
  const cells = new Cells(n, m);
  cells.count(cues, 65535);
  const K = gaussianKernel(m, 0.025 * m);
  const numbers = Uint32Array.from({ length: CUES }, (_, c) => c);
  const least = new Uint32Array(n).fill(1);
  const plain = new Plain(cells.view, K);
  const register = (): void => cells.count(cues, 65535);
  const recognize = (): void => void cells.look(cues, least);
  const retrieve = (): void => void cells.draw(cues, K, numbers, [1, 2]);
  const shape = `${CUES} cues, ${n} x ${m}`;
  note(await compare(`entropic register, ${shape}`, "cues/s", CUES, register, "JavaScript", local(() => plain.register(cues)), 1));
  note(await compare(`entropic recognise, ${shape}`, "cues/s", CUES, recognize, "JavaScript", local(() => plain.recognize(cues)), 1));
  cells.set(plain.R);
  const ours = await compare(`entropic recall, ${shape}`, "cues/s", CUES, retrieve, "JavaScript", local(() => plain.retrieve(cues)), 2.5);
  note(ours);
  note(bounded("entropic recall, time of a cue", "us", "10 us", [{ ours: 1e6 / ours.ours, peer: 10 }], 1));
  note(stretch(bounded("entropic recall, time of a cue", "us", "5 us", [{ ours: 1e6 / ours.ours, peer: 5 }], 1)));
  if (numpy !== undefined) {
    const job = (name: string): ReturnType<typeof numpy.run> => numpy.run(`${name} ${CUES} ${n} ${m}`);
    note(await compare(`entropic register, ${shape}`, "cues/s", CUES, register, "numpy", job("register"), 4));
    note(await compare(`entropic recognise, ${shape}`, "cues/s", CUES, recognize, "numpy", job("recognize"), 4));
    cells.set(plain.R);
    note(await compare(`entropic recall, ${shape}`, "cues/s", CUES, retrieve, "numpy", job("retrieve"), 14, 5));
  }
  const [half, twice] = [perCue(CUES, n / 2, K), perCue(2 * CUES, n, K)];
  const rounds = Array.from({ length: 7 }, () => ({ base: perCue(CUES, n, K)(), half: half(), twice: twice() }));
  note(bounded("entropic recall, n 512 -> 1024", "s", "n 512", rounds.map((r) => ({ ours: r.base, peer: r.half })), 2.3));
  note(bounded("entropic recall, a cue of 512 -> of 1024 cues", "s", "512 cues", rounds.map((r) => ({ ours: r.twice, peer: r.base })), 1.15));
  cells.dispose();
}

/** Seconds per cue, anew at each call. */
function perCue(Q: number, columns: number, K: Float64Array): () => number {
  const cells = new Cells(columns, m);
  const cues = levels(Q, columns);
  const numbers = new Uint32Array(Q);
  cells.count(cues, 65535);
  const run = (): void => void cells.draw(cues, K, numbers, [1, 2]);
  run();
  return () => seconds(run, 4) / 4 / Q;
}

function levels(Q: number, columns: number): Uint16Array {
  const rng = seeded(5);
  return Uint16Array.from({ length: Q * columns }, () => Math.max(0, Math.min(m - 1, Math.round(m / 2 - 0.5 + (m / 7) * rng.normal()))));
}

/** What anyone would write first, and then make fast. */
class Plain {
  readonly R: Uint16Array;
  readonly #cdf: Float64Array;

  constructor(R: ArrayLike<number>, K: Float64Array) {
    this.R = Uint16Array.from(R);
    this.#cdf = new Float64Array(n * m * m);
    for (let j = 0; j < n; j++) {
      for (let v = 0; v < m; v++) {
        let sum = 0;
        for (let i = 0; i < m; i++) this.#cdf[(j * m + v) * m + i] = sum += R[j * m + i] * K[v * m + i];
      }
    }
  }

  register(cues: Uint16Array): void {
    const R = this.R;
    for (let at = 0; at < cues.length; at += n) {
      for (let j = 0; j < n; j++) {
        const cell = j * m + cues[at + j];
        if (R[cell] < 65535) R[cell]++;
      }
    }
  }

  recognize(cues: Uint16Array): Float64Array {
    const out = new Float64Array((2 * cues.length) / n);
    for (let c = 0, at = 0; c < out.length; c += 2) {
      let [misses, weight] = [0, 0];
      for (let j = 0; j < n; j++, at++) {
        const held = this.R[j * m + cues[at]];
        if (held === 0) misses++;
        weight += held;
      }
      out[c] = misses;
      out[c + 1] = weight;
    }
    return out;
  }

  retrieve(cues: Uint16Array): Uint16Array {
    const out = new Uint16Array(cues.length);
    const cdf = this.#cdf;
    for (let c = 0, at = 0; at < cues.length; c++) {
      for (let j = 0; j < n; j++, at++) {
        const row = (j * m + cues[at]) * m;
        // A counter hashed to 53 bits: two rounds of a 32-bit finaliser, a tenth of Threefry's work.
        let h = Math.imul(c ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(j, 0xc2b2ae35);
        h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
        const g = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
        const u = ((h >>> 5) * 67108864 + (g >>> 6)) / 9007199254740992;
        const t = u * cdf[row + m - 1];
        let i = 0;
        while (i < m - 1 && cdf[row + i] <= t) i++;
        out[at] = i;
      }
    }
    return out;
  }
}
