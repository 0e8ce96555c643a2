import assert from "node:assert/strict";
import { callChains } from "../../../src/shared/layers/callChains.ts";
import type { CallTreeNode } from "../../../src/shared/layers/sample.ts";

/** A tree of lines: depth by indentation, name, file (`–` for none), part, own milliseconds. */
function treeOf(text: string): CallTreeNode[] {
  const nodes: CallTreeNode[] = [];
  const open: number[] = [];
  for (const line of text.split("\n").filter((each) => each.trim() !== "")) {
    const depth = line.search(/\S/) / 2;
    const [name = "", file = "–", part = "", self = "0"] = line.trim().split(" ");
    const at = file === "–" ? {} : { at: { file, line: 1 } };
    open.length = depth;
    open.push(nodes.length);
    nodes.push({ parent: open[depth - 1] ?? -1, name, ...at, part, selfMs: Number(self), totalMs: Number(self) });
  }
  for (const { parent, totalMs } of nodes.toReversed()) {
    const caller = nodes[parent];
    if (caller !== undefined) {
      caller.totalMs += totalMs;
    }
  }
  return nodes;
}

/** What is a line together: the functions' names, whose they are, their own milliseconds. */
function chainsOf(text: string): unknown[] {
  const tree = treeOf(text);
  return [...callChains(tree)].map(([first, { nodes, owners, selfMs }]) => {
    assert.equal(nodes[0], first);
    return [nodes.map((index) => tree[index]?.name).join(" "), owners.join(", "), selfMs];
  });
}

const express = "/srv/node_modules/express/lib/router/index.js node";
const cases: Readonly<Record<string, readonly [tree: string, chains: unknown[]]>> = {
  "of Node.js and of packages, down to the app's function": [
    `
parsed node:_http_common node
  emit node:events node
    app /srv/node_modules/express/lib/express.js package:express 0.5
      handle ${express}
        next ${express}
          json /srv/node_modules/body-parser/json.js package:body-parser
            route /srv/app.js code 100`,
    [["parsed emit app handle next json", "express, Node.js, body-parser", 0.5]],
  ],
  "but not what the app calls, nor what has time of its own": [
    `
route /srv/app.js code
  send ${express}
    json ${express}
      end ${express}
        write ${express} 50
          one node:net node
            two node:net node
              three node:net node
                writev – binding:stream_wrap 50`,
    [["one two three", "Node.js", 0]],
  ],
  "but not what branches; what is small is no branch": [
    `
one node:net node
  two node:net node
    three node:net node
      four node:net node
        five node:net node
          own /srv/app.js code 60
        other node:net node 38
      small node:net node 1
    small node:net node 1`,
    [["one two three", "Node.js", 0]],
  ],
  "but not fewer than three": ["one node:net node\n  two node:net node\n    own /srv/app.js code 9", []],
  "of functions without a file too, by their part": [
    `
tick node:internal/process/task_queues node
  runMicrotasks – binding:task_queue
    anonymous1 – package:fast-json-stringify
      (native) – native
        own /srv/app.js code 9`,
    [["tick runMicrotasks anonymous1 (native)", "Node.js, fast-json-stringify, native code", 0]],
  ],
  "but not what the app has made at run time": [
    `
tick node:internal/process/task_queues node
  made – code
    two node:net node
      three node:net node
        own /srv/app.js code 9`,
    [],
  ],
};

describe("calls that are a line together", () => {
  for (const [name, [tree, chains]] of Object.entries(cases)) {
    it(name, () => assert.deepEqual(chainsOf(tree), chains));
  }
});
