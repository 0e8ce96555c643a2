import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { failureLocation } from "../../../../src/supervisor/process/failureLocation.ts";

describe("failureLocation", () => {
  let folder: string;

  before(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "hitless-location-")));
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  function write(name: string, text: string): string {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  const error = (changes: Partial<Parameters<typeof failureLocation>[0]>) => ({
    name: "Error",
    code: null,
    message: "",
    stack: "",
    ...changes,
  });

  it("is the topmost frame in the app's own code, with its column", () => {
    const stack = [
      "Error: x",
      "    at node:internal/a:1:2",
      "    at x (/srv/node_modules/y/z.js:1:2)",
      "    at Object.<anonymous> (/srv/a (b)/c.js:12:9)",
      "    at file:///srv/d.mjs:3:4",
    ].join("\n");
    assert.deepEqual(failureLocation(error({ stack }), []), { file: "/srv/a (b)/c.js", line: 12, column: 9 });
  });

  it("is where tsx and esbuild say that they can't read the source", () => {
    const message = 'Transform failed with 1 error:\n/srv/lib/d.ts:2:6: ERROR: Expected identifier but found "="';
    assert.deepEqual(failureLocation(error({ name: "TransformError", message }), []), {
      file: "/srv/lib/d.ts",
      line: 2,
      column: 7,
    });
  });

  it("is in the JSON that can't be read", () => {
    const message = "/srv/bad.json: Expected double-quoted property name in JSON at position 11 (line 3 column 1)";
    const location = { file: "/srv/bad.json", line: 3, column: 1 };
    assert.deepEqual(failureLocation(error({ name: "SyntaxError", message }), []), location);
  });

  it("is the import of a module that is not there", () => {
    const text = `import http from "node:http";\n\nimport { a } from "./lib/gone.mjs";\nimport b from 'some/sub';\n`;
    const file = write("server.mjs", text);
    const at = (what: string, missing: string) =>
      failureLocation(
        error({ code: "ERR_MODULE_NOT_FOUND", message: `Cannot find ${what} '${missing}' imported from ${file}` }),
        [],
      );
    assert.deepEqual(at("module", join(folder, "lib/gone.mjs")), { file, line: 3 });
    assert.deepEqual(at("package", "some"), { file, line: 4 });
    assert.deepEqual(at("package", "computed"), { file, line: 1 });
  });

  it("is in the source from which the file was compiled, if that is there", async () => {
    const source = write("src/m.ts", 'const a: string = "x";\n\nexport function go() {\n  throw new Error(a);\n}\n');
    for (const sourcemap of ["linked", "inline"] as const) {
      const outfile = join(folder, `out/${sourcemap}.cjs`);
      await build({ entryPoints: [source], outfile, sourcemap, format: "cjs", minify: true, logLevel: "silent" });
      const { go } = createRequire(outfile)(outfile) as { go: () => Error };
      const { stack = "" } = (() => {
        try {
          return go();
        } catch (thrown) {
          return thrown as Error;
        }
      })();
      assert.deepEqual(failureLocation(error({ stack }), []), { file: source, line: 4, column: 9 }, sourcemap);
    }
    rmSync(source);
    const stack = `Error: x\n    at go (${join(folder, "out/linked.cjs")}:1:200)`;
    assert.equal(failureLocation(error({ stack }), [])?.file, join(folder, "out/linked.cjs"));
  });

  it("is the compiled place where the source map is of no use", () => {
    for (const [name, url] of [
      ["gone.js", "gone.js.map"],
      ["broken.js", "data:application/json;base64,AAAA"],
      ["odd.js", "data:application/json,%7B%22version%22%3A3%7D"],
    ] as const) {
      const file = write(name, `throw 1;\n//# sourceMappingURL=${url}\n`);
      const stack = `Error: x\n    at ${file}:1:7`;
      assert.deepEqual(failureLocation(error({ stack }), []), { file, line: 1, column: 7 }, name);
    }
  });
});
