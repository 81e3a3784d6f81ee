/** All architectures by name. */
import { unknownName } from "../../numeric/index.ts";
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
