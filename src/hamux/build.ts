/** What a HAM is made of, checked: names that exist, shapes that connect, parameters that are numbers. */
import { EngramError, unknownName } from "../numeric/index.ts";
import type { NdArray } from "../autodiff/index.ts";
import { sameShape } from "../autodiff/array.ts";
import { type Connection, labelOf } from "./graph.ts";
import { type Lagrangian, mustBePositive } from "./lagrangian.ts";
import type { NeuronLayer } from "./layer.ts";
import { type Hypersynapse, shapesOf } from "./synapse.ts";

export interface HamParts {
  /** Neuron layers by name. */
  layers: Readonly<Record<string, NeuronLayer>>;
  /** Hypersynapses by name. One that several connections name shares its weights. */
  synapses: Readonly<Record<string, Hypersynapse>>;
  /** `[["image", "hidden"], "see"]`: image and hidden, through see. The order of names is the order of the synapse's slots. */
  connections: readonly Connection[];
}

/** @throws EngramError on an unknown name (with the nearest), a name used twice or with a dot, layers that do not fit a synapse (by name), or parameters it refuses */
export function checkParts({ layers, synapses, connections }: HamParts): void {
  const names = Object.keys(layers);
  if (names.length === 0) throw new EngramError("layers", "at least one layer", "none", "Name the neuron layers.");
  for (const name of [...names, ...Object.keys(synapses)]) {
    if (name === "" || name.includes(".") || name === "__proto__") throw new EngramError("name", "a name without a dot", JSON.stringify(name), "Parameters are called layer.parameter.");
    if (Object.hasOwn(layers, name) && Object.hasOwn(synapses, name)) throw new EngramError("synapses", "names that no layer has", name, "Layers and synapses share their names with their parameters.");
  }
  for (const [name, { lagrangian }] of Object.entries(layers)) {
    const taken = ["bias", "free"].find((one) => Object.hasOwn(lagrangian.parameters, one));
    if (taken !== undefined) throw new EngramError(`layer ${name}`, `a Lagrangian without a parameter ${taken}`, lagrangian.name, `${name}.${taken} is the layer's own.`);
  }
  for (const one of Object.values(synapses)) one.check?.(one.parameters);
  for (const connection of connections) {
    const [of, synapse, options] = connection;
    const label = `connection ${labelOf(connection)}`;
    if (of.length === 0) throw new EngramError(label, "at least one layer", "none", "Name the layers it connects.");
    for (const name of of) if (!Object.hasOwn(layers, name)) throw unknownName(`${label}, layer`, name, names);
    if (!Object.hasOwn(synapses, synapse)) throw unknownName(`${label}, synapse`, synapse, Object.keys(synapses));
    for (const name of options?.noFeedback ?? []) if (!of.includes(name)) throw unknownName(`${label}, noFeedback`, name, of);
    const shapes = of.map((name) => layers[name].shape);
    const wanted = synapses[synapse].misfit(shapes);
    if (wanted !== undefined) {
      throw new EngramError(label, wanted, of.map((name, i) => `${name} ${shapesOf([shapes[i]])}`).join(" and "), `Change the layers, or the weights of ${synapse}.`);
    }
  }
}

/**
 * The same parts with other parameters.
 * @throws EngramError on an unknown name, another shape, or a beta or gamma that is not above 0
 */
export function withParameters({ layers, synapses, connections }: HamParts, known: Readonly<Record<string, NdArray>>, changed: Readonly<Record<string, NdArray>>): HamParts {
  for (const [name, { shape, data }] of Object.entries(changed)) {
    if (!Object.hasOwn(known, name)) throw unknownName("parameter", name, Object.keys(known));
    if (!sameShape(shape, known[name].shape) || data.length !== known[name].data.length) {
      throw new EngramError(`parameter ${name}`, `shape ${shapesOf([known[name].shape])}`, shapesOf([shape]), "Keep the shape of the parameter.");
    }
    const [owner] = name.split(".", 1);
    const ofLagrangian = Object.hasOwn(layers, owner) || (synapses[owner].hidden !== undefined && name.startsWith(`${owner}.hidden.`));
    if (ofLagrangian && mustBePositive(name) && !data.every((value) => value > 0)) throw new EngramError(`parameter ${name}`, "a number above 0", String(data[0]), "At 0 or below the Lagrangian is not convex.");
  }
  const taken = (owner: string, own: Readonly<Record<string, NdArray>>): Record<string, NdArray> =>
    Object.fromEntries(Object.entries(own).map(([name, value]) => [name, changed[`${owner}.${name}`] ?? value]));
  const relearned = (owner: string, lagrangian: Lagrangian): Lagrangian => ({ ...lagrangian, parameters: taken(owner, lagrangian.parameters) });
  return {
    connections,
    layers: Object.fromEntries(Object.entries(layers).map(([name, one]) => [name, { ...one, lagrangian: relearned(name, one.lagrangian), bias: changed[`${name}.bias`] ?? one.bias }])),
    synapses: Object.fromEntries(Object.entries(synapses).map(([name, one]) => [name, {
      ...one, parameters: taken(name, one.parameters), hidden: one.hidden && relearned(`${name}.hidden`, one.hidden),
    }])),
  };
}
