// The pure part of the graph's view: its layout.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const [{ layOut }] = await load("/src/graph-layout.ts");

/** A pseudo-random graph: deterministic, so that a failure can be repeated. */
function graph(size, seed) {
  let state = seed;
  const random = (below) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.floor((state / 2147483648) * below);
  };
  const nodes = [];
  for (let index = 0; index < size; index += 1) {
    const inputs = [...new Set(Array.from({ length: index === 0 ? 0 : random(4) }, () => random(index)))];
    const level = inputs.length === 0 ? 0 : 1 + Math.max(...inputs.map((input) => nodes[input].level));
    nodes.push({ level, inputs, width: 60 + random(120) });
  }
  return nodes;
}

test("whatever a node needs is above it, and boxes neither overlap nor leave the picture", () => {
  for (let seed = 1; seed <= 40; seed += 1) {
    const nodes = graph(5 + seed * 3, seed);
    const width = 360 + seed * 20;
    const { nodes: placed, lines, edges } = layOut(nodes, width);
    for (const [index, node] of nodes.entries()) {
      assert.ok(placed[index].x >= 0 && placed[index].x + node.width <= width);
      for (const input of node.inputs) assert.ok(placed[input].y < placed[index].y);
    }
    assert.equal(lines.flat().length, nodes.length);
    for (const line of lines) {
      line.slice(1).forEach((node, at) => assert.ok(placed[line[at]].x + nodes[line[at]].width < placed[node].x));
    }
    for (const [input, user] of edges) assert.ok(nodes[user].inputs.includes(input));
  }
});

test("an edge that a longer way implies is left out", () => {
  const node = (level, inputs) => ({ level, inputs, width: 50 });
  assert.deepEqual(layOut([node(0, []), node(1, [0]), node(2, [0, 1])], 400).edges, [[0, 1], [1, 2]]);
});

test("an empty graph and a box wider than the picture", () => {
  assert.deepEqual(layOut([], 300), { nodes: [], edges: [], lines: [], height: 0 });
  assert.equal(layOut([{ level: 0, inputs: [], width: 900 }], 300).nodes[0].x, 0);
});
