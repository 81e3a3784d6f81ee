/**
 * Adam (Kingma and Ba, arXiv 1412.6980, Algorithm 1): the optimiser of the small trainings here. Moments and step in f64, parameters in their own
 * precision.
 *
 *   m <- b1 m + (1 - b1) g;  v <- b2 v + (1 - b2) g^2;  p <- p - rate (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon)
 */
import { EngramError } from "../numeric/index.ts";
import { type NdArray, ndArray, sameShape, show } from "./array.ts";

export interface AdamOptions {
  /** Default 1e-3. */
  rate?: number;
  /** Defaults .9 and .999. */
  b1?: number;
  b2?: number;
  /** Default 1e-8. */
  epsilon?: number;
}

export class Adam {
  readonly #options: Required<AdamOptions>;
  readonly #moments: Map<string, { m: Float64Array; v: Float64Array }> = new Map();
  #decay1 = 1;
  #decay2 = 1;

  /** @throws EngramError on a rate, b1, b2 or epsilon out of range */
  constructor({ rate = 1e-3, b1 = 0.9, b2 = 0.999, epsilon = 1e-8 }: AdamOptions = {}) {
    for (const [name, value, fits] of [["rate", rate, rate > 0], ["b1", b1, b1 >= 0 && b1 < 1], ["b2", b2, b2 >= 0 && b2 < 1], ["epsilon", epsilon, epsilon > 0]] as const) {
      if (!(fits && Number.isFinite(value))) throw new EngramError(`Adam ${name}`, name === "rate" || name === "epsilon" ? "a number above 0" : "a number in [0, 1)", String(value), "Leave it out for the default.");
    }
    this.#options = { rate, b1, b2, epsilon };
  }

  /** The parameters after one step down their gradients, as new arrays. @throws EngramError, before anything moves, where a gradient is missing or has another shape, or a parameter another size than in the step before */
  step(parameters: Readonly<Record<string, NdArray>>, gradients: Readonly<Record<string, NdArray>>): Record<string, NdArray> {
    const { rate, b1, b2, epsilon } = this.#options;
    for (const [name, { shape, data }] of Object.entries(parameters)) {
      const g = Object.hasOwn(gradients, name) ? gradients[name] : undefined;
      if (g === undefined || !sameShape(g.shape, shape)) throw new EngramError(`gradient of ${name}`, `shape ${show(shape)}`, g === undefined ? "none" : show(g.shape), "Give one gradient per parameter.");
      const count = this.#moments.get(name)?.m.length ?? data.length;
      if (data.length !== count) throw new EngramError(`parameter ${name}`, `${count} numbers, as in the step before`, `${data.length}`, "Take a new Adam for other parameters.");
      ndArray(shape, g.data, `gradient of ${name}`);
    }
    this.#decay1 *= b1;
    this.#decay2 *= b2;
    return Object.fromEntries(Object.entries(parameters).map(([name, { shape, data }]) => {
      const g = gradients[name];
      const { m, v } = this.#moments.get(name) ?? { m: new Float64Array(data.length), v: new Float64Array(data.length) };
      this.#moments.set(name, { m, v });
      const next = data.slice();
      for (let i = 0; i < next.length; i++) {
        m[i] = b1 * m[i] + (1 - b1) * g.data[i];
        v[i] = b2 * v[i] + (1 - b2) * g.data[i] * g.data[i];
        next[i] = data[i] - (rate * (m[i] / (1 - this.#decay1))) / (Math.sqrt(v[i] / (1 - this.#decay2)) + epsilon);
      }
      return [name, { shape, data: next }];
    }));
  }
}
