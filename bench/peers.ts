/**
 * The other programs of the bench: a 128-bit C program, numpy and torch over pipes (one thread each), usearch in this process.
 * Whatever the machine lacks is skipped by name, with the reason.
 */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import type { PeerRun } from "./harness.ts";

/** Another program that answers each line with CPU seconds. */
export class Peer {
  readonly #child: ChildProcess;
  readonly #answers: AsyncIterator<string>;

  constructor(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, ...env } });
    this.#answers = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
  }

  /** @param job the command with its arguments; the number of repetitions is put in front. */
  run(job: string): PeerRun {
    return async (reps) => {
      this.#child.stdin!.write(`${reps} ${job}\n`);
      const { value, done } = await this.#answers.next();
      const answer = Number(value);
      if (done === true || !(answer >= 0)) throw new Error(`the peer did not answer "${job}"`);
      return answer;
    };
  }

  close(): void {
    this.#child.stdin!.end();
  }
}

/** The dot-product scan of usearch: the best row of each cue. */
export type ExactSearch = (dataset: Float32Array, cues: Float32Array, dim: number) => void;

export interface Peers {
  native?: Peer;
  numpy?: Peer;
  /** numpy without the 2 MB pages it asks the kernel for, which no WebAssembly memory has. */
  numpySmallPages?: Peer;
  torch?: Peer;
  usearch?: ExactSearch;
}

function native(): Peer {
  mkdirSync(".cache", { recursive: true });
  // AVX encoding of 128-bit code, as engines emit it for WebAssembly; no contraction to FMA, which WebAssembly lacks.
  execFileSync("gcc", ["-O3", "-mavx", "-mprefer-vector-width=128", "-ffp-contract=off", "-o", ".cache/native", "bench/peers/native.c"], { stdio: "pipe" });
  execFileSync(".cache/native", { input: "" });
  return new Peer(".cache/native", []);
}

function python(module: string, env?: Readonly<Record<string, string>>): Peer {
  const command = ["/usr/bin/python3", "python3"].find((name) => {
    try {
      execFileSync(name, ["-c", `import numpy, ${module}`], { stdio: "pipe" });
      return true;
    } catch {
      return false;
    }
  });
  if (command === undefined) throw new Error(`no Python with ${module}`);
  return new Peer(command, [`bench/peers/${module}_peer.py`], env);
}

function usearch(): ExactSearch {
  const home = `${process.cwd()}/.cache/peers/package.json`;
  if (!existsSync(home)) throw new Error("run npm run bench:peers first");
  const { exactSearch, MetricKind } = createRequire(home)("usearch");
  return (dataset, cues, dim) => void exactSearch(dataset, cues, dim, 1, MetricKind.IP, 1);
}

export function startPeers(skip: (reason: string) => void): Peers {
  const attempt = <T>(name: string, start: () => T): T | undefined => {
    try {
      return start();
    } catch (error) {
      skip(`${name}: ${(error as Error).message.split("\n")[0]}`);
      return undefined;
    }
  };
  return {
    native: attempt("C", native), numpy: attempt("numpy", () => python("numpy")),
    numpySmallPages: attempt("numpy", () => python("numpy", { NUMPY_MADVISE_HUGEPAGE: "0" })),
    torch: attempt("torch", () => python("torch")), usearch: attempt("usearch", usearch),
  };
}

export function closePeers(peers: Peers): void {
  for (const peer of [peers.native, peers.numpy, peers.numpySmallPages, peers.torch]) peer?.close();
}
