/**
 * What of the shipped slice of Fashion-MNIST (the first 1,000 test images) the shipped networks were not trained on: the filling and the test corpus of fold 0 of
 * fashion2023 (joint-corpora.ts), some 200 and 100 pictures.
 */
import { shuffledPlaces } from "./joint-corpora.ts";
import type { LabelledImages } from "./data.ts";

/** All of Fashion-MNIST, and where its test file begins in it. */
const [ALL, TEST_FILE] = [70_000, 60_000];

/** @param set the slice @returns numbers of its images, in the order of the corpora */
export function unseenGarments(set: LabelledImages): { fill: number[]; test: number[] } {
  const places = shuffledPlaces(ALL);
  const within = (from: number, to: number): number[] => [...places.subarray(from, to)].map((place) => place - TEST_FILE).filter((i) => i >= 0 && i < set.count);
  return { fill: within(0.7 * ALL, 0.9 * ALL), test: within(0.9 * ALL, ALL) };
}
