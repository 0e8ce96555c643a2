import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Scene } from "../../support/process/scene.ts";
import type { StartOptions, TestApp } from "../../support/process/testApp.ts";

/** In every value of an environment variable that the apps are started with. */
export const canary = "canary-7f3a9c";

const busyPackage = {
  "package.json": '{ "name": "busy-package", "version": "1.2.3" }\n',
  // A generator, because V8 never takes the body of one into the function that calls it, whose file it would count for.
  "index.js": `"use strict";

function* parts(times) {
  for (let round = 0; round < 10; round += 1) {
    let sum = 0;
    for (let i = 1; i < times; i += 1) {
      sum += Math.sqrt(i) % 7;
    }
    yield sum;
  }
}

module.exports = (times) => [...parts(times)].length;
`,
};

/** In WebAssembly: `let sum = 0; do { sum += left; left -= 1; } while (left !== 0); return sum;`. */
const wasmPackage = {
  "package.json": '{ "name": "wasm-package", "version": "0.1.0" }\n',
  "index.js": `"use strict";

const text = [
  "0061736d01000000", // magic number and version
  "0106016001 7f017f", // one type: i32 → i32
  "03020100", // one function of this type
  "07070103 73756d 0000", // exported as "sum"
  "0a1b0119 01017f", // its code, with one local
  "0340 2001 2000 6a 2101 2000 4101 6b 2200 0d00 0b 2001 0b",
].join("");
const bytes = Buffer.from(text.replaceAll(" ", ""), "hex");
const { exports: wasm } = new WebAssembly.Instance(new WebAssembly.Module(bytes));

exports.sum = (left) => wasm.sum(left);
`,
};

/** Small enough for V8 to take it into what calls it. */
const smallPackage = {
  "package.json": '{ "name": "small-package", "version": "0.2.0" }\n',
  "index.js": `"use strict";

exports.step = (i) => (Math.sqrt(i) % 7) + ((i * i) % 13);
`,
};

const linkedPackage = {
  "package.json": '{ "name": "linked-package", "version": "4.5.6", "type": "module", "exports": "./index.js" }\n',
  "index.js": 'export default () => "linked";\n',
};

/** Packages can't be kept in the repository: git ignores `node_modules`. One is nested, one lies as pnpm lays it. */
function addPackages(folder: string): void {
  write(join(folder, "modules", "node_modules", "busy-package"), busyPackage);
  write(join(folder, "modules", "node_modules", "wasm-package"), wasmPackage);
  write(join(folder, "modules", "node_modules", "small-package"), smallPackage);
  write(
    join(folder, "esm", "node_modules", ".pnpm", "linked-package@4.5.6", "node_modules", "linked-package"),
    linkedPackage,
  );
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

/**
 * Starts the fixture of the layers, with one worker.
 * @param files Texts of further files, by their names.
 */
export function runLayersApp(
  scene: Scene,
  config: StartOptions["config"] = {},
  files: Readonly<Record<string, string>> = {},
): Promise<TestApp> {
  return scene.run({
    fixture: "layers",
    config: { workers: 1, ...config, env: { CANARY: canary, ...config.env } },
    prepare: (folder) => {
      addPackages(folder);
      write(folder, files);
    },
  });
}
