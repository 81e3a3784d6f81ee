/**
 * The feature maps of the semantic experiments (semantic-memory.md section 13, tiers T0 to T3), as functions from rows of pictures to one or two
 * sets of features: what is shipped, what needs no weights, and ResNet-20 where --weights has it.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Encoder } from "../encoders/index.ts";
import { openSafetensors, sha256Hex } from "../formats/index.ts";
import { image } from "../images/index.ts";
import { embeddingsOf, type FeatureMap, type Fit, pca, randomConv, uHop } from "../semantic/index.ts";
import { packageRoot } from "./data.ts";
import type { Context } from "./experiment.ts";
import type { Shape } from "./recall-damage.ts";

/** Features of some pictures, N x dim. */
export interface Features {
  /** `pooled`, `projected`, or empty where there is only one kind. */
  readonly kind: string;
  readonly dim: number;
  readonly data: Float32Array;
}

export interface Phi {
  readonly name: string;
  /** What it was trained on, for tables. */
  readonly about: string;
  /** The views its training used; undefined for maps that know none. */
  readonly views?: "standard" | "aware";
  /** Takes a hundred times as long as the small one: only where that is affordable. */
  readonly large?: boolean;
  /** What else decides the features: the digest of the weights. */
  readonly id?: string;
  /** @param rows N x (C H W) */
  encode(rows: Float32Array): Features[];
  /** Learned from the memories of each slice anew: the map for these. */
  fit?(memories: Float32Array): Phi;
  dispose?(): void;
}

/** Weights that the package ships: file names without ending. */
export function shippedWeights(): string[] {
  const folder = join(packageRoot(), "fixtures", "weights");
  return existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith(".safetensors")).map((file) => file.slice(0, -".safetensors".length)).sort() : [];
}

export function weightsBytes(name: string): Uint8Array {
  return readFileSync(join(packageRoot(), "fixtures", "weights", `${name}.safetensors`));
}

/** Pixels as they are. */
export const PIXELS: Phi = { name: "pixels", about: "nothing", encode: (rows) => [{ kind: "", dim: 0, data: rows }] };

/** A network with weights: the pooled features, and the projected ones where the file has the head. */
export function networkPhi(name: string, about: string, architecture: string, weights: Uint8Array, shape: Shape, views?: Phi["views"]): Phi {
  const [C, H, W] = shape;
  const probe = new Encoder(architecture, weights);
  const projected = probe.network.layers.includes("projection.2");
  probe.dispose();
  const layers = projected ? [probe.architecture.features, "projection.2"] : [probe.architecture.features];
  const encoder = new Encoder(architecture, weights, { layers });
  return {
    name, about, views, id: sha256Hex(weights), dispose: () => encoder.dispose(),
    encode: (rows) => {
      const d = C * H * W;
      const pictures = Array.from({ length: rows.length / d }, (_, i) => image(W, H, C, rows.subarray(i * d, (i + 1) * d)));
      return [...encoder.encodeLayers(pictures)].map(([, { shape: [e], data }], j) => ({ kind: layers.length === 1 ? "" : j === 0 ? "pooled" : "projected", dim: e, data }));
    },
  };
}

/** A map of the library. */
export function mapPhi(name: string, about: string, map: FeatureMap, d: number): Phi {
  return { name, about, id: map.sha256, encode: (rows) => {
    const { dim, data } = embeddingsOf(map, { rows: rows.length / d, dim: d, data: rows });
    return [{ kind: "", dim, data: Float32Array.from(data) }];
  } };
}

function fitPhi(name: string, about: string, fit: Fit, d: number): Phi {
  return { name, about, encode: () => [], fit: (memories) => mapPhi(name, about, fit.fit(Float64Array.from(memories), memories.length / d), d) };
}

/** The encoders that are shipped: what was trained on CIFAR-10's training images, rotation-aware and standard. @param large also the large ones, where they are here */
export function contrastivePhis(shape: Shape, large = false): Phi[] {
  return shippedWeights().filter((name) => name.startsWith("contrastive-") && (large || name.startsWith("contrastive-small"))).map((name) => {
    const bytes = weightsBytes(name);
    const architecture = openSafetensors(bytes, name).metadata.architecture ?? name;
    const standard = name.includes("standard");
    const phi = networkPhi(name, `CIFAR-10 training images, without labels, ${standard ? "standard" : "rotation-aware"} views`, architecture, bytes, shape, standard ? "standard" : "aware");
    return { ...phi, large: architecture !== "contrastive-small" };
  });
}

/**
 * All maps of the comparison. @param disjoint rows of pictures that are never memories, for PCA
 */
export function allPhis(context: Context, shape: Shape, disjoint: Float32Array): Phi[] {
  const d = shape[0] * shape[1] * shape[2];
  const phis: Phi[] = [
    PIXELS,
    mapPhi("random convolutions", "nothing", randomConv(shape), d),
    mapPhi("whitened PCA", "other pictures", pca().fit(Float64Array.from(disjoint), disjoint.length / d), d),
    fitPhi("U-Hop", "the memories", uHop(), d),
    ...contrastivePhis(shape, !context.quick),
  ];
  const resnet20 = context.weights === undefined ? undefined : join(context.weights, "cifar10-resnet20.safetensors");
  if (resnet20 !== undefined && existsSync(resnet20)) phis.push(networkPhi("ResNet-20", "CIFAR-10 training images and their labels: a supervised control", "cifar-resnet20", readFileSync(resnet20), shape));
  return phis;
}

/** The encoder of the package, the one the experiments with a single phi use. */
export function defaultPhi(shape: Shape): Phi {
  const bytes = weightsBytes("contrastive-small");
  return networkPhi("contrastive-small", "CIFAR-10 training images, without labels, rotation-aware views", "contrastive-small", bytes, shape, "aware");
}
