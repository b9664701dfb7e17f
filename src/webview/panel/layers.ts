export interface GraphNode {
  readonly id: string;
  /** Ids of the nodes that come before it. */
  readonly after: readonly string[];
}

/** Rows of a graph from the top: a node stands below everything it comes after. Unknown ids and circles are left out of account. */
export function layersOf<Node extends GraphNode>(nodes: readonly Node[]): readonly (readonly Node[])[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const depths = new Map<string, number>();
  const depthOf = (node: Node, path: ReadonlySet<string>): number => {
    const known = depths.get(node.id);
    if (known !== undefined) return known;
    const above = node.after.flatMap((id) => {
      const before = byId.get(id);
      return before && !path.has(id) ? [depthOf(before, new Set([...path, id])) + 1] : [];
    });
    const depth = Math.max(0, ...above);
    depths.set(node.id, depth);
    return depth;
  };
  const rows: Node[][] = [];
  for (const node of nodes) {
    const depth = depthOf(node, new Set([node.id]));
    while (rows.length <= depth) rows.push([]);
    rows[depth]?.push(node);
  }
  return rows;
}
