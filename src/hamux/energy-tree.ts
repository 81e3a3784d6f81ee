/** The energy of a hierarchical memory by its parts (arXiv 2507.06211; modern-methods.md (M18)): leaves that sum to the whole. */

/** The energy with its parts: `energy` is the sum of the leaves, layers first, then connections, in their order. */
export interface EnergyTree {
  readonly energy: number;
  readonly layers: Readonly<Record<string, number>>;
  readonly connections: readonly { readonly name: string; readonly energy: number }[];
}

/** The energies of layers and connections, in the order in which they are summed. */
export function leavesOf({ layers, connections }: Pick<EnergyTree, "layers" | "connections">): number[] {
  return [...Object.values(layers), ...connections.map(({ energy }) => energy)];
}
