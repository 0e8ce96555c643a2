import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { builtinModules, isBuiltin } from "node:module";
import { promisify } from "node:util";
import { runInNewContext } from "node:vm";
import { catalogue, findEntry, modulesInCatalogue } from "../../../src/shared/layers/catalogue.ts";
import type { CatalogueEntry } from "../../../src/shared/layers/entry.ts";
import { publicExports, publicFunctions } from "../../support/publicExports.mjs";
import { modulesNotListed, notListed } from "./notListed.ts";

const names = (entries: readonly CatalogueEntry[]) => entries.map(({ module, name }) => `${module}: ${name}`);

/** What every engine of JavaScript has. */
const ofTheLanguage = new Set<string>(runInNewContext("Object.getOwnPropertyNames(globalThis)"));

/** Whether a pattern of those that are not listed is of a function: `Agent.*` is of the class and all that it has. */
function covers(pattern: string, name: string): boolean {
  const [, owner] = /^(.*)\.\*$/.exec(pattern) ?? [];
  return owner === undefined ? pattern === name : name === owner || name.startsWith(`${owner}.`);
}

async function functionsOf(module: string): Promise<readonly string[]> {
  const names = await publicFunctions(module);
  if (module === "process") {
    // Tests that run beside others have a channel to what started them.
    return names.filter((name) => !/^(channel\.|send$|disconnect$)/.test(name));
  }
  if (module !== "globals") {
    return names;
  }
  // Not in this process, where the tests have globals of their own.
  const { stdout } = await promisify(execFile)(process.execPath, [
    "-p",
    "Object.getOwnPropertyNames(globalThis).join()",
  ]);
  const ofNode = stdout.trim().split(",");
  return names.filter((name) => {
    const [root = ""] = name.split(".");
    return ofNode.includes(root) && !ofTheLanguage.has(root);
  });
}

describe("the entries of the catalogue", () => {
  it("are at least 250, each once", () => {
    assert.ok(catalogue.length >= 250, String(catalogue.length));
    assert.deepEqual(names(catalogue), [...new Set(names(catalogue))]);
  });

  it("are functions of public modules of this Node.js", async () => {
    const absent: string[] = [];
    for (const module of modulesInCatalogue()) {
      assert.ok(module === "globals" || isBuiltin(`node:${module}`), module);
      const root = await publicExports(module);
      for (const { name, calls } of catalogue.filter((entry) => entry.module === module)) {
        const found = name.split(".").reduce<unknown>((value, part) => Object(value)[part], root);
        const onPosixOnly = calls.linux.length > 0 && calls.windows.length === 0;
        if (typeof found !== "function" && !(process.platform === "win32" && onPosixOnly)) {
          absent.push(`${module}: ${name}`);
        }
      }
    }
    assert.deepEqual(absent, []);
  });

  it("are of every module of Node.js but those that are left out for a reason", () => {
    const known = builtinModules.map((module) => module.replace(/^node:/, "")).filter((name) => !/(^|\/)_/.test(name));
    const listed = modulesInCatalogue().filter((module) => module !== "globals");
    assert.deepEqual([...listed, ...Object.keys(modulesNotListed)].sort(), known.sort());
    assert.deepEqual(Object.keys(notListed).sort(), [...modulesInCatalogue()].sort());
  });

  for (const [module, left] of Object.entries(notListed)) {
    const patterns = Object.values(left).flatMap((names) => names.split(/\s+/).filter((name) => name !== ""));

    it(`are all functions of ${module} and its classes but those that are left out for a reason`, async () => {
      const missing = (await functionsOf(module)).filter((name) => findEntry(module, name) === undefined);
      assert.deepEqual(
        missing.filter((name) => !patterns.some((pattern) => covers(pattern, name))),
        [],
      );
      const leftOver = patterns.filter((pattern) => !missing.some((name) => covers(pattern, name)));
      assert.deepEqual(
        leftOver.filter((name) => process.platform === "darwin" || !name.startsWith("lchmod")),
        [],
      );
    });
  }

  it("name bindings that Node.js has", async () => {
    // Not even Node's own tests may ask for that one; the process tests see it loaded.
    const bindings = [...new Set(catalogue.map(({ binding }) => binding))].filter(
      (name) => name !== "internal_only_v8",
    );
    const code = `const { internalBinding } = require("internal/test/binding");
      for (const name of ${JSON.stringify(bindings)}) internalBinding(name);`;
    await promisify(execFile)(process.execPath, ["--expose-internals", "--no-warnings", "-e", code]);
    await assert.rejects(
      promisify(execFile)(process.execPath, ["--expose-internals", "-e", code.replace('"fs"', '"no_such"')]),
      /No such binding: no_such/,
    );
  });

  it("name a file of Node's sources, and a page of its documentation on which the anchor is the function's", () => {
    for (const { module, name, source, docs } of catalogue) {
      assert.match(source, /^src\/[a-z_0-9/]+\.cc$/, name);
      const [, page = "", , anchor] = /^https:\/\/nodejs\.org\/api\/(\w+)\.html(#([a-z0-9_-]+))?$/.exec(docs) ?? [];
      assert.ok([module.replace(/\/.*/, ""), "globals", "timers", "webcrypto"].includes(page), docs);
      const own = name.split(".").at(-1)?.toLowerCase() ?? "";
      assert.ok(anchor === undefined || anchor.includes(own), `${module}: ${name}: ${docs}`);
    }
  });

  it("agree about mechanism and thread, and name no system call twice", () => {
    for (const { name, mechanism, thread, calls } of catalogue) {
      const expected =
        mechanism === "threadPool" ? "pool" : /^(process|thread|otherThread)$/.test(mechanism) ? "own" : "main";
      assert.equal(thread, expected, name);
      for (const list of Object.values(calls)) {
        assert.deepEqual(list, [...new Set(list)], name);
        assert.ok(
          list.every((call) => /^\w+$/.test(call)),
          name,
        );
      }
    }
  });
});
