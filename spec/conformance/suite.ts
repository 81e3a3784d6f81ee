/**
 * The conformance suite: plain functions that any host can run, without a test framework and without any import that runs. The library is
 * an argument, so the same file tests the sources, the packed tarball and a bundle. fixtures/golden/README.md tells a port in another
 * language the same in words.
 *
 *   case      a name, parameters (JSON), and a function from inputs to named arrays
 *   input     numbers that follow from a name by a rule of whole numbers (`ruleNumber`), or are given one by one
 *   hash      sha256 over the array's bytes: little-endian, written with DataView; every NaN as 7fc00000 or 7ff8000000000000
 */
import type * as library from "../../src/index.ts";

export type Engram = typeof library;
export type Backend = "simd" | "scalar";
export type Numbers = Float32Array | Float64Array | Int32Array | Uint32Array | Uint16Array | Uint8Array;
export type Outputs = Record<string, ArrayLike<number>>;
export type Dtype = "f32" | "f64" | "i32" | "u32" | "u16" | "u8";

/** Raised when a case is added or changed: hashes of different versions are not comparable. */
export const SUITE_VERSION = 1;

/** What a case works with. */
export interface Tools {
  readonly engram: Engram;
  /** Which twin is asked for. */
  readonly backend: Backend;
  /** n numbers of the rule, each in [-scale, scale); scale is a power of two. */
  numbers(name: string, n: number, scale?: number): Float64Array;
  /** n whole numbers of the rule in [0, m). */
  integers(name: string, n: number, m: number): Int32Array;
  /** Numbers written down. */
  given(name: string, values: ArrayLike<number>): Float64Array;
}

/** An input as a case asked for it. */
export interface Asked {
  readonly name: string;
  readonly kind: "numbers" | "integers" | "given";
  /** scale of numbers, m of integers. */
  readonly range?: number;
  readonly values: Float64Array | Int32Array;
}

export interface Case<P = unknown> {
  readonly name: string;
  /** What is computed, in a line. */
  readonly about: string;
  readonly parameters: P;
  /** Whether it can be asked for either twin; the others run on what the host has. */
  readonly twins: boolean;
  run(tools: Tools, parameters: P): Outputs;
}

/** A case that runs on both twins. */
export function twin<P>(name: string, about: string, parameters: P, run: Case<P>["run"]): Case {
  return { name, about, parameters, twins: true, run } as Case;
}

/** A case without a choice of twin: it uses what the host has, or needs no kernel. */
export function plain<P>(name: string, about: string, parameters: P, run: Case<P>["run"]): Case {
  return { name, about, parameters, twins: false, run } as Case;
}

/** FNV-1a, 32 bits, over the ASCII of a name. */
export function ruleStart(name: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193);
  return h;
}

/** Number i of a name: Murmur3's finaliser of start + i 0x9e3779b9, its upper 24 bits as a multiple of 2^-23 in [-1, 1). */
export function ruleNumber(start: number, i: number): number {
  let h = (start + Math.imul(i, 0x9e3779b9)) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 8) / 8388608 - 1;
}

/** The tools of one run. `asked` hears of every input. */
export function toolsFor(engram: Engram, backend: Backend, asked: (input: Asked) => void = () => undefined): Tools {
  return {
    engram, backend,
    numbers: (name, n, scale = 1) => {
      const start = ruleStart(name);
      const values = Float64Array.from({ length: n }, (_, i) => scale * ruleNumber(start, i));
      asked({ name, kind: "numbers", range: scale, values: values.slice() });
      return values;
    },
    integers: (name, n, m) => {
      const start = ruleStart(name);
      const values = Int32Array.from({ length: n }, (_, i) => Math.floor(((ruleNumber(start, i) + 1) / 2) * m));
      asked({ name, kind: "integers", range: m, values: values.slice() });
      return values;
    },
    given: (name, values) => {
      asked({ name, kind: "given", values: Float64Array.from(values) });
      return Float64Array.from(values);
    },
  };
}

/** The array a result is kept as: typed arrays as they are, lists of numbers as f64. */
export function typed(values: ArrayLike<number>): Numbers {
  return ArrayBuffer.isView(values) ? values as Numbers : Float64Array.from(values);
}

export function dtypeOf(values: Numbers): Dtype {
  if (values instanceof Float32Array) return "f32";
  if (values instanceof Float64Array) return "f64";
  if (values instanceof Int32Array) return "i32";
  if (values instanceof Uint32Array) return "u32";
  return values instanceof Uint16Array ? "u16" : "u8";
}

/** The bytes that are hashed. */
export function bytesOf(values: Numbers): Uint8Array {
  const width = values.BYTES_PER_ELEMENT;
  const out = new Uint8Array(values.length * width);
  const view = new DataView(out.buffer);
  const dtype = dtypeOf(values);
  for (let i = 0; i < values.length; i++) {
    const [value, at] = [values[i], i * width];
    // The bits of a NaN are the one thing engines may choose.
    if (Number.isNaN(value)) {
      if (dtype === "f32") view.setUint32(at, 0x7fc00000, true);
      else view.setBigUint64(at, 0x7ff8000000000000n, true);
    } else if (dtype === "f32") view.setFloat32(at, value, true);
    else if (dtype === "f64") view.setFloat64(at, value, true);
    else if (dtype === "i32") view.setInt32(at, value, true);
    else if (dtype === "u32") view.setUint32(at, value, true);
    else if (dtype === "u16") view.setUint16(at, value, true);
    else view.setUint8(at, value);
  }
  return out;
}

/** What one host says: for every case and backend, a hash per output, or why there is none. */
export interface Line {
  readonly name: string;
  /** `host` for cases without a choice. */
  readonly backend: Backend | "host";
  readonly hashes?: Readonly<Record<string, string>>;
  readonly error?: string;
}

export interface HostReport {
  readonly version: number;
  /** What the library itself says is live. */
  readonly live: Backend;
  readonly lines: Line[];
}

/** Runs every case on every twin that the host has. */
export function runSuite(engram: Engram, cases: readonly Case[]): HostReport {
  const live = engram.backendInUse();
  const twins: readonly Backend[] = live === "simd" ? ["simd", "scalar"] : ["scalar"];
  const lines: Line[] = [];
  for (const one of cases) {
    for (const backend of one.twins ? twins : [live]) {
      const where = { name: one.name, backend: one.twins ? backend : "host" } as const;
      try {
        const outputs = one.run(toolsFor(engram, backend), one.parameters);
        const hashes = Object.fromEntries(Object.entries(outputs).map(([name, values]) => [name, engram.formats.sha256Hex(bytesOf(typed(values)))]));
        lines.push({ ...where, hashes });
      } catch (error) {
        lines.push({ ...where, error: String((error as Error)?.stack ?? error).slice(0, 600) });
      }
    }
  }
  return { version: SUITE_VERSION, live, lines };
}

/** What a host is measured against: the frozen hashes. */
export interface Manifest {
  readonly version: number;
  readonly cases: readonly { readonly name: string; readonly twins: boolean; readonly outputs: Readonly<Record<string, { readonly sha256: string }>> }[];
}

export interface Verdict {
  /** Cases of which every twin that ran has every frozen hash. */
  readonly passed: number;
  readonly total: number;
  readonly backends: readonly string[];
  /** Every disagreement, the first case first. */
  readonly differences: readonly string[];
}

/** Compares a report with the frozen hashes; what is missing is a difference too. */
export function judge(manifest: Manifest, report: HostReport): Verdict {
  const differences: string[] = [];
  if (report.version !== manifest.version) differences.push(`suite version ${report.version}, the manifest's is ${manifest.version}`);
  const twins: readonly string[] = report.live === "simd" ? ["simd", "scalar"] : ["scalar"];
  const found = new Map(report.lines.map((line) => [`${line.name} ${line.backend}`, line]));
  let passed = 0;
  for (const { name, twins: both, outputs } of manifest.cases) {
    const before = differences.length;
    for (const backend of both ? twins : ["host"]) {
      const line = found.get(`${name} ${backend}`);
      found.delete(`${name} ${backend}`);
      const names = Object.keys(outputs);
      if (line?.hashes === undefined) differences.push(`${name}, ${backend}: ${line?.error ?? "did not run"}`);
      else if (Object.keys(line.hashes).join() !== names.join()) differences.push(`${name}, ${backend}: outputs ${Object.keys(line.hashes).join(", ")} instead of ${names.join(", ")}`);
      else for (const each of names) if (line.hashes[each] !== outputs[each].sha256) differences.push(`${name}, ${backend}: ${each} is ${line.hashes[each].slice(0, 16)}, frozen ${outputs[each].sha256.slice(0, 16)}`);
    }
    if (differences.length === before) passed++;
  }
  for (const left of found.keys()) differences.push(`${left}: not in the manifest`);
  return { passed, total: manifest.cases.length, backends: [report.live, ...(report.live === "simd" ? ["scalar"] : [])], differences };
}
