import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "@babel/parser";
import { type Node, traverseFast } from "@babel/types";
import { analyse } from "scslre";
import { projectRoot } from "../../support/paths.ts";

/** Patterns whose time may grow faster than the text, and what keeps the text short. */
const bounded: Readonly<Record<string, string>> = {
  "src/extension/presentation/stackFrames.ts": "findSourceLinks looks at the first 2,000 characters of a line only",
};

interface Pattern {
  readonly file: string;
  readonly line: number;
  readonly expression: RegExp;
}

function patternsOf(file: string): Pattern[] {
  const text = readFileSync(join(projectRoot, file), "utf8");
  const found: Pattern[] = [];
  traverseFast(parse(text, { sourceType: "module", plugins: ["typescript"] }), (node: Node) => {
    if (node.type === "RegExpLiteral") {
      found.push({ file, line: node.loc?.start.line ?? 0, expression: new RegExp(node.pattern, node.flags) });
    }
  });
  return found;
}

/** What is wrong with a pattern, if a long text can make it slow. */
function slowness({ expression }: Pattern): string[] {
  return analyse(expression).reports.map(({ type, exponential }) => `${type}${exponential ? " (exponential)" : ""}`);
}

const patterns = readdirSync(join(projectRoot, "src"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .flatMap((name) => patternsOf(`src/${name.replaceAll("\\", "/")}`));

describe("the regular expressions", () => {
  it("take no more time than in proportion to the text", () => {
    assert.ok(patterns.length > 200, `only ${patterns.length} were found`);
    const slow = patterns
      .filter((pattern) => bounded[pattern.file] === undefined && slowness(pattern).length > 0)
      .map((pattern) => `${pattern.file}:${pattern.line} ${pattern.expression}: ${slowness(pattern).join(", ")}`);
    assert.deepEqual(slow, []);
  });

  it("are bounded only where that is needed", () => {
    const needed = patterns.filter((pattern) => slowness(pattern).length > 0).map(({ file }) => file);
    assert.deepEqual([...new Set(needed)].sort(), Object.keys(bounded).sort());
  });

  it("would be found if they were slow", () => {
    const expression = /,(?=(?:\s|\/\/[^\n]*)*[\]}])/g;
    assert.notDeepEqual(slowness({ file: "", line: 0, expression }), []);
  });
});
