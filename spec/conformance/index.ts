/** All cases, in the order of the rooms. */
import { DENSE } from "./dense.ts";
import { ELEMENTARY } from "./elementary.ts";
import { ENTROPIC } from "./entropic.ts";
import { FORMATS } from "./formats.ts";
import { NETWORKS } from "./networks.ts";
import { PICTURES } from "./pictures.ts";
import { SEMANTIC } from "./semantic.ts";
import { STORES } from "./stores.ts";
import { TAPE } from "./tape.ts";
import { UNIVERSAL } from "./universal.ts";
import type { Case } from "./suite.ts";

export const CASES: readonly Case[] = [...ELEMENTARY, ...STORES, ...FORMATS, ...PICTURES, ...DENSE, ...UNIVERSAL, ...NETWORKS, ...SEMANTIC, ...ENTROPIC, ...TAPE];
