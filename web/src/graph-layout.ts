/**
 * Places a dependency graph in bands, one below the other: whatever a derivation needs is in a band above it.
 *
 * A band is wrapped into several lines when it is wider than the picture, so the picture needs no scrolling sideways.
 * Pure: sizes in, coordinates out.
 */

export interface LayoutNode {
  level: number;
  /** Indexes of the nodes that it needs. */
  inputs: number[];
  width: number;
}

export interface Placed {
  x: number;
  y: number;
  line: number;
}

export interface Layout {
  nodes: Placed[];
  /** Pairs of indexes, needed → user, without those that a longer way implies. */
  edges: [number, number][];
  /** The lines from top to bottom, each from left to right. */
  lines: number[][];
  height: number;
}

export const NODE_HEIGHT = 26;
const GAP_X = 10;
const GAP_LINE = 8;
const GAP_BAND = 21;
const SWEEPS = 4;

export function layOut(nodes: LayoutNode[], width: number): Layout {
  const edges = essentialEdges(nodes);
  const bands = order(nodes, edges, bandOf(nodes, edges));
  const placed: Placed[] = nodes.map(() => ({ x: 0, y: 0, line: 0 }));
  const lines: number[][] = [];
  let y = 2;
  for (const band of bands) {
    for (const line of wrap(band, nodes, width)) {
      const total = line.reduce((sum, node) => sum + (nodes[node]?.width ?? 0) + GAP_X, -GAP_X);
      let x = Math.max(0, (width - total) / 2);
      for (const node of line) {
        placed[node] = { x, y, line: lines.length };
        x += (nodes[node]?.width ?? 0) + GAP_X;
      }
      lines.push(line);
      y += NODE_HEIGHT + GAP_LINE;
    }
    y += GAP_BAND - GAP_LINE;
  }
  return { nodes: placed, edges, lines, height: Math.max(0, y - GAP_BAND + 2) };
}

/** Transitive reduction: an edge is left out when its end is also reached through another input. */
function essentialEdges(nodes: LayoutNode[]): [number, number][] {
  const byLevel = nodes.map((_, index) => index).sort((a, b) => (nodes[a]?.level ?? 0) - (nodes[b]?.level ?? 0));
  const reached = nodes.map(() => new Set<number>());
  const edges: [number, number][] = [];
  for (const user of byLevel) {
    const inputs = nodes[user]?.inputs ?? [];
    const own = reached[user];
    for (const input of inputs) for (const further of reached[input] ?? []) own?.add(further);
    for (const input of inputs) if (!own?.has(input)) edges.push([input, user]);
    for (const input of inputs) own?.add(input);
  }
  return edges;
}

/** The band of each node: its level, but what needs nothing stands just above its first user. */
function bandOf(nodes: LayoutNode[], edges: [number, number][]): number[] {
  const bands = nodes.map((node) => node.level);
  const firstUser = nodes.map(() => Number.POSITIVE_INFINITY);
  for (const [input, user] of edges) firstUser[input] = Math.min(firstUser[input] ?? 0, bands[user] ?? 0);
  for (const [index, node] of nodes.entries()) {
    const user = firstUser[index] ?? 0;
    if (node.inputs.length === 0 && Number.isFinite(user)) bands[index] = user - 1;
  }
  return bands;
}

/** Orders each band by the mean position of its neighbours, sweeping down and up (barycentre heuristic). */
function order(nodes: LayoutNode[], edges: [number, number][], bandOfNode: number[]): number[][] {
  const bands: number[][] = [];
  for (const index of nodes.keys()) (bands[bandOfNode[index] ?? 0] ??= []).push(index);
  const filled = bands.filter((band) => band !== undefined);
  const neighbours: { above: number[]; below: number[] }[] = nodes.map(() => ({ above: [], below: [] }));
  for (const [input, user] of edges) {
    neighbours[user]?.above.push(input);
    neighbours[input]?.below.push(user);
  }
  const position: number[] = nodes.map(() => 0);
  const number = (band: number[]) => {
    for (const [index, node] of band.entries()) position[node] = (index + 0.5) / band.length;
  };
  filled.forEach(number);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const down = sweep % 2 === 0;
    for (const band of down ? filled : filled.toReversed()) {
      const wanted = new Map(
        band.map((node) => {
          const near = (down ? neighbours[node]?.above : neighbours[node]?.below) ?? [];
          const mean = near.reduce((sum, other) => sum + (position[other] ?? 0), 0) / near.length;
          return [node, near.length > 0 ? mean : (position[node] ?? 0)];
        }),
      );
      band.sort((a, b) => (wanted.get(a) ?? 0) - (wanted.get(b) ?? 0));
      number(band);
    }
  }
  return filled;
}

/** Splits a band into the fewest lines that fit, of about equal width. */
function wrap(band: number[], nodes: LayoutNode[], width: number): number[][] {
  const size = (node: number) => (nodes[node]?.width ?? 0) + GAP_X;
  const total = band.reduce((sum, node) => sum + size(node), 0);
  const target = Math.min(width, total / Math.ceil(total / (width + GAP_X)) + GAP_X * 4);
  const lines: number[][] = [];
  let line: number[] = [];
  let used = 0;
  for (const node of band) {
    if (line.length > 0 && (used + size(node) - GAP_X > width || used + size(node) / 2 > target)) {
      lines.push(line);
      line = [];
      used = 0;
    }
    line.push(node);
    used += size(node);
  }
  if (line.length > 0) lines.push(line);
  return lines;
}
