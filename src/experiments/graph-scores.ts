/**
 * What a ranking of nodes is worth (modern-methods.md section 4.4): area under the ROC curve, and macro-F1 at the threshold that serves the
 * validation nodes best, of .05, .10 ... .95.
 */
import { exp } from "../numeric/index.ts";

/** P(score of an anomaly > score of another node), ties half. NaN where a class is empty. */
export function areaUnderCurve(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  let [wins, pairs] = [0, 0];
  for (let i = 0; i < scores.length; i++) {
    if (labels[i] !== 1) continue;
    for (let j = 0; j < scores.length; j++) {
      if (labels[j] === 1) continue;
      wins += scores[i] > scores[j] ? 1 : scores[i] === scores[j] ? 0.5 : 0;
      pairs++;
    }
  }
  return wins / pairs;
}

/** Mean of the F1 of both classes; a class that is neither there nor named counts 0. */
export function macroF1(named: ArrayLike<number>, labels: ArrayLike<number>): number {
  const f1 = (kind: number): number => {
    let [both, of, said] = [0, 0, 0];
    for (let i = 0; i < labels.length; i++) {
      if (labels[i] === kind) of++;
      if (named[i] === kind) said++;
      if (labels[i] === kind && named[i] === kind) both++;
    }
    return of + said === 0 ? 0 : (2 * both) / (of + said);
  };
  return (f1(0) + f1(1)) / 2;
}

export interface GraphScore { readonly auc: number; readonly f1: number; readonly threshold: number }

/** @param part 2 = validation, 3 = test; others are not looked at */
export function scoreOf(logits: ArrayLike<number>, labels: ArrayLike<number>, part: Uint8Array): GraphScore {
  const chosen = (which: number): { p: number[]; y: number[] } => {
    const at = Array.from(part.keys()).filter((i) => part[i] === which);
    return { p: at.map((i) => 1 / (1 + exp(-logits[i]))), y: at.map((i) => labels[i]) };
  };
  const [validation, test] = [chosen(2), chosen(3)];
  const at = (p: readonly number[], threshold: number): number[] => p.map((value) => (value > threshold ? 1 : 0));
  let [threshold, best] = [0, -1];
  for (let k = 1; k <= 19; k++) {
    const f1 = macroF1(at(validation.p, k / 20), validation.y);
    if (f1 > best) [threshold, best] = [k / 20, f1];
  }
  return { auc: areaUnderCurve(test.p, test.y), f1: macroF1(at(test.p, threshold), test.y), threshold };
}
