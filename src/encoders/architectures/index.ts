/** All architectures by name. */
import { EngramError, unknownName } from "../../numeric/index.ts";
import type { Architecture } from "./architecture.ts";
import { AUTOENCODERS } from "./autoencoders.ts";
import { CIFAR_RESNETS } from "./cifar-resnet.ts";
import { COLOUR_AUTOENCODERS } from "./colour.ts";
import { ENTROPIC_CIFAR } from "./entropic-cifar.ts";
import { ENTROPIC_JOINT } from "./entropic-joint.ts";
import { MOBILENETS } from "./mobilenet.ts";
import { RESNETS } from "./resnet.ts";
import { SQUEEZENETS } from "./squeezenet.ts";
import { TINY_AUTOENCODERS } from "./taesd.ts";

export const ARCHITECTURES: readonly Architecture[] = [
  ...RESNETS,
  ...CIFAR_RESNETS,
  ...SQUEEZENETS,
  ...MOBILENETS,
  ...TINY_AUTOENCODERS,
  ...AUTOENCODERS,
  ...COLOUR_AUTOENCODERS,
  ...ENTROPIC_CIFAR,
  ...ENTROPIC_JOINT,
];

/** @throws EngramError for an unknown name; suggests the nearest */
export function architectureOf(name: string): Architecture {
  const found = ARCHITECTURES.find((each) => each.name === name);
  if (found === undefined) throw unknownName("architecture", name, ARCHITECTURES.map((each) => each.name));
  return found;
}

/** An architecture of the user's. @throws EngramError for what is none */
export function checkArchitecture(given: Architecture): Architecture {
  const { name, input, features, graph } = (typeof given === "object" && given !== null ? given : {}) as Partial<Architecture>;
  if (typeof name === "string" && name !== "" && typeof input === "function" && typeof features === "string" && typeof graph === "function") return given;
  throw new EngramError("architecture", "a name, or an object with name, source, input, features and graph", given === null ? "null" : typeof given, "`ARCHITECTURES` has examples.");
}
