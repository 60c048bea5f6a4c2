// The pure parts of the views: graph layout and text difference.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const [{ layOut }, { difference }] = await load("/src/graph-layout.ts", "/src/text-difference.ts");

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

test("a difference is complete: its parts give both texts", () => {
  const before = 'Derive([("out","/nix/store/aaa-x","","")],[],["/s"],"x86_64-linux","/bin/sh",[],[("a","1 2"),("b","\\"q\\"")])';
  for (const after of [before, before.replace("aaa", "bbb"), before.replace("1 2", "1 3 2"), "", "Derive", before + before]) {
    const pieces = difference(before, after);
    const without = (kind) => pieces.filter((piece) => piece.kind !== kind).map(({ text }) => text).join("");
    assert.equal(without("added"), before);
    assert.equal(without("removed"), after);
  }
  assert.deepEqual(difference("/nix/store/aaa-x", "/nix/store/bbb-x"), [
    { kind: "same", text: "/nix/store/" },
    { kind: "removed", text: "aaa" },
    { kind: "added", text: "bbb" },
    { kind: "same", text: "-x" },
  ]);
});

test("a difference of long texts takes no quadratic time", () => {
  const [before, after] = ["a ".repeat(200_000), "b ".repeat(200_000)];
  assert.deepEqual(difference(before, after).map(({ kind }) => kind), ["removed", "added", "same"]);
});
