/**
 * The memories of the papers as sets of options (entropic-memory.md sections 2.6 and 4): every difference between them is an option here.
 *
 *   mnist2021    Sci Rep 11:6948 (and EMNIST 2022)     cifar2024    arXiv 2405.12500
 *   dimex2022    Sci Rep 12:16703                      hetero2024   arXiv 2411.02438
 *   fashion2023  Sci Rep 13:9553
 *
 * Deviations: mnist2021 refuses a level m (its code then accepts the whole cue; `reference` keeps that). A level is the first whose running
 * sum exceeds u times the whole everywhere; the four-way tables of hetero2024 take the first that reaches it, which differs where the two
 * are equal only.
 */
import { EngramError, unknownName } from "../numeric/index.ts";
import type { Backend } from "../numeric/index.ts";
import type { QuantiserKind } from "./quantiser.ts";

/** What happens to a level outside 0 .. m - 1. */
export type OutsidePolicy = "error" | "undefined" | "clip";

/** What a register does; each can be overridden on its own. */
export interface RegisterSettings {
  /** Most a cell counts: 1 (boolean), 1023, 65535, up to 2^32 - 1. */
  readonly cap: number;
  readonly outside: OutsidePolicy;
  /** Whether an undefined column of a cue counts as a mismatch. */
  readonly undefinedIsMismatch: boolean;
  /** Whether the mean that iota scales runs over the undefined row, too. */
  readonly iotaOverUndefined: boolean;
  /** Whether weights (E7), (E8) are divided by the largest cell. */
  readonly dividedByMax: boolean;
  /** `kernel`: (E13); `triangular`: (E15). */
  readonly retrieval: "kernel" | "triangular";
  readonly iota: number;
  readonly kappa: number;
  readonly xi: number;
  /** Width of retrieval as a fraction of m. */
  readonly sigma: number;
  /** The authors' quirks where numbers depend on them: m - 1 where all weights underflow, dequantisation at m = 1, level m in 2021. */
  readonly reference: boolean;
}

export interface Preset extends RegisterSettings {
  readonly name: PresetName;
  readonly levels: number;
  readonly quantiser: QuantiserKind;
  /** How the experiments of the paper were run; nothing here changes a memory. */
  readonly protocol: {
    readonly columns: string;
    readonly levels: string;
    readonly sigma: string;
    readonly thresholds: string;
    readonly quantiserFittedOn: string;
    readonly registers: string;
    readonly arbitration: "lowest entropy" | "lowest penalty" | "none";
    readonly classBy: string;
    /** Precision where nothing is accepted; undefined: 0 / 0. */
    readonly precisionOfNothing: number | undefined;
    readonly order: string;
    /** Training, filling and test share in percent. */
    readonly split: readonly [number, number, number];
    readonly training: string;
  };
}

export type PresetName = "mnist2021" | "dimex2022" | "fashion2023" | "cifar2024" | "hetero2024";

const WEIGHTED = {
  cap: 1023, outside: "undefined", undefinedIsMismatch: false, iotaOverUndefined: true, dividedByMax: true, retrieval: "kernel",
  iota: 0, kappa: 0, xi: 0, reference: false, levels: 16, quantiser: "global",
} as const;

/** Every memory of the papers by name. */
export const PRESETS: Readonly<Record<PresetName, Preset>> = deepFreeze({
  mnist2021: {
    ...WEIGHTED, name: "mnist2021", cap: 1, outside: "error", iotaOverUndefined: false, retrieval: "triangular", sigma: 0, levels: 32,
    protocol: {
      columns: "64", levels: "1..512 (32 and 64 chosen)", sigma: "none", thresholds: "tolerance 0 (later 0..3)", quantiserFittedOn: "filling and test features",
      registers: "one per class", arbitration: "lowest entropy", classBy: "the winning register", precisionOfNothing: 1, order: "as in the data set",
      split: [57, 33, 10], training: "joint",
    },
  },
  dimex2022: {
    ...WEIGHTED, name: "dimex2022", sigma: 0.1,
    protocol: {
      columns: "32", levels: "1..1024", sigma: ".10 and .50", thresholds: "(0, 0, 0), (.3, 1.5, 0), mixed, xi 1", quantiserFittedOn: "filling and test features",
      registers: "22, one per phone", arbitration: "lowest penalty", classBy: "the winning register", precisionOfNothing: 1, order: "shuffled",
      split: [70, 20, 10], training: "classifier, then decoder",
    },
  },
  fashion2023: {
    ...WEIGHTED, name: "fashion2023", sigma: 0.1,
    protocol: {
      columns: "32..512", levels: "1..1024", sigma: ".10 (sweep .05 to .5)", thresholds: "0, 0, 0", quantiserFittedOn: "filling and test features, in the sweep of sigma noisy ones, too",
      registers: "one", arbitration: "none", classBy: "a classifier on the recalled features", precisionOfNothing: undefined, order: "shuffled once",
      split: [70, 20, 10], training: "joint",
    },
  },
  cifar2024: {
    ...WEIGHTED, name: "cifar2024", undefinedIsMismatch: true, sigma: 0.025, quantiser: "local",
    protocol: {
      columns: "64..1024", levels: "1..512", sigma: ".025 (sweep .01 to .11)", thresholds: "0, 0, 0", quantiserFittedOn: "all filling features of the fold",
      registers: "one", arbitration: "none", classBy: "a classifier on the recalled features", precisionOfNothing: 0, order: "as in the data set",
      split: [70, 20, 10], training: "autoencoder without labels, then the classifier",
    },
  },
  hetero2024: {
    ...WEIGHTED, name: "hetero2024", cap: 65535, outside: "clip", dividedByMax: false, sigma: 0.1, quantiser: "percentile",
    protocol: {
      columns: "64 and 64", levels: "16 and 16", sigma: ".10", thresholds: "0, 0, 0 (iota to .25)", quantiserFittedOn: "filling features",
      registers: "two, and one four-way table", arbitration: "none", classBy: "a classifier on the other side's features", precisionOfNothing: 1, order: "shuffled, split per class",
      split: [70, 20, 10], training: "joint",
    },
  },
} as const);

export const PRESET_NAMES: readonly PresetName[] = ["mnist2021", "dimex2022", "fashion2023", "cifar2024", "hetero2024"];

/** Options of a register: a preset (default cifar2024), and whatever differs from it. */
export interface RegisterOptions extends Partial<RegisterSettings> {
  preset?: PresetName;
  /** Keeps unclipped counts beside the table, so that whatever was registered can be taken out again. */
  exactCounts?: boolean;
  backend?: Backend;
}

const SETTINGS: readonly (keyof RegisterSettings)[] = [
  "cap", "outside", "undefinedIsMismatch", "iotaOverUndefined", "dividedByMax", "retrieval", "iota", "kappa", "xi", "sigma", "reference",
];

/** What a register can be asked for, by name. */
export const REGISTER_OPTIONS: readonly string[] = [...SETTINGS, "preset", "exactCounts", "backend"];

/** The preset of a name. @throws EngramError for another name (suggests the nearest) */
export function presetOf(name: string = "cifar2024"): Preset {
  if (!PRESET_NAMES.includes(name as PresetName)) throw unknownName("preset", String(name), PRESET_NAMES);
  return PRESETS[name as PresetName];
}

/** A preset with what differs from it, checked. @throws EngramError for values out of range */
export function settingsOf(options: RegisterOptions = {}): RegisterSettings {
  const preset = presetOf(options.preset);
  const settings = Object.fromEntries(SETTINGS.map((name) => [name, options[name] ?? preset[name]])) as unknown as RegisterSettings;
  const { cap, outside, retrieval, xi, sigma } = settings;
  if (!Number.isInteger(cap) || cap < 1 || cap > 4294967295) throw new EngramError("cap", "a whole number from 1 to 2^32 - 1", String(cap), "1 is the boolean memory; the papers take 1023 and 65535.");
  if (!["error", "undefined", "clip"].includes(outside)) throw unknownName("outside", String(outside), ["error", "undefined", "clip"]);
  if (!["kernel", "triangular"].includes(retrieval)) throw unknownName("retrieval", String(retrieval), ["kernel", "triangular"]);
  for (const name of ["iota", "kappa"] as const) {
    if (!(settings[name] >= 0 && settings[name] < Infinity)) throw new EngramError(name, "a number from 0", String(settings[name]), "0 asks for nothing.");
  }
  if (!Number.isInteger(xi) || xi < 0) throw new EngramError("xi", "a whole number from 0", String(xi), "It counts columns.");
  checkSigma(sigma);
  for (const name of ["undefinedIsMismatch", "iotaOverUndefined", "dividedByMax", "reference"] as const) {
    if (typeof settings[name] !== "boolean") throw new EngramError(name, "true or false", String(settings[name]), "Leave it out for the preset's own.");
  }
  return settings;
}

/** @throws EngramError for a width below 0 (0 is the limit: the nearest level that is not empty) or NaN; Infinity draws from the column alone */
export function checkSigma(sigma: number): number {
  if (!(sigma >= 0)) throw new EngramError("sigma", "a number from 0", String(sigma), "It is a fraction of the levels; the paper takes .025. 0 is the limit: the nearest level that is not empty.");
  return sigma;
}

/** A memory's options as text, with what differs from the preset. */
export function describe(options: RegisterOptions, levels: number, quantiser: string): Record<string, string> {
  const preset = presetOf(options.preset);
  const settings = settingsOf(options);
  const changed = SETTINGS.filter((name) => settings[name] !== preset[name]).map((name) => `${name} ${settings[name]}`);
  if (levels !== preset.levels) changed.push(`levels ${levels}`);
  if (quantiser !== preset.quantiser) changed.push(`quantiser ${quantiser}`);
  const { sigma, iota, kappa, xi, cap } = settings;
  return {
    preset: preset.name, overrides: changed.length === 0 ? "none" : changed.join(", "), levels: String(levels), quantiser,
    sigma: String(sigma), iota: String(iota), kappa: String(kappa), xi: String(xi), cap: String(cap),
  };
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === "object" && part !== null) deepFreeze(part as object);
  return Object.freeze(value);
}
