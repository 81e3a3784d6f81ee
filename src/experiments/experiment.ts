/**
 * What a reproduction is: a name, a title, and a function from a context to a report. An experiment draws no randomness of
 * its own, reads no clock and writes no file: the command line gives it a seed and a clock and stores what it returns.
 */
import { EngramError } from "../numeric/index.ts";
import type { Result } from "../report/index.ts";

export interface Context {
  /** Folder with the official files: `mnist/*.gz`, `cifar-10-binary.tar.gz` (or `cifar-10-batches-bin/`), `tiny-imagenet-sample.tar.gz`. */
  readonly data?: string;
  /** Folder with published weights, e.g. `taef2-encoder.safetensors`, for the experiments that use them. */
  readonly weights?: string;
  /** Seconds instead of minutes, on what the package ships. */
  readonly quick: boolean;
  /** Seeds everything random. */
  readonly seed: number;
  /** @param fraction of the whole experiment, 0..1 */
  progress(message: string, fraction?: number): void;
  /** Seconds since any fixed moment. */
  now(): number;
  /**
   * A part of a long run: what an earlier run kept under the key (one that says all the part depends on), or made now. Values are JSON; numbers that are
   * not finite come back as NaN. Undefined where nothing is kept.
   */
  readonly part?: <T>(key: string, make: () => T) => T;
}

export interface Report {
  readonly result: Result;
  /** File name (no folder) to content; always `result.json` and `index.html`. */
  readonly files: Map<string, Uint8Array>;
}

export interface Experiment {
  /** As the command line takes it. */
  readonly name: string;
  readonly title: string;
  /** Whether the full run needs `data`; the quick run never does. */
  readonly needsData: boolean;
  /** Whether the full run needs a folder of published `weights` as well. */
  readonly needsWeights?: boolean;
  /** @throws EngramError where the full run needs data and there is none */
  run(context: Context): Report | Promise<Report>;
}

/** The data folder of a full run. @throws EngramError where none was given */
export function dataFolder(context: Context, experiment: string): string {
  if (context.data === undefined) {
    throw new EngramError(experiment, "--data DIR with mnist/ and cifar-10-binary.tar.gz", "no data folder", "Give the official files, or run with --quick on what the package ships.");
  }
  return context.data;
}
