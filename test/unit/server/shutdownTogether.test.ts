import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { emptyCache, packageView } from "../../../src/server/package/packageView.ts";
import { shutdownHandlers } from "../../../src/server/shutdown/shutdownHandler.ts";
import { cacheFolder } from "../../support/paths.ts";
import { within } from "../../support/process/until.ts";
import { analysisOf, applied } from "./rules/runRules.ts";

const slow = 'process.send("in flight"); process.once("disconnect", () => response.end("done"));';
const app = `const http = require("http");
require("./metrics.cjs");
http.createServer((request, response) => { ${slow} }).listen(0, function () { process.send({ port: this.address().port }); });
`;
const metrics = `const http = require("http");
http.createServer((request, response) => response.end("1")).listen(0);
`;

describe("the shutdown handlers of several files", () => {
  let folder: string;
  beforeEach(() => {
    mkdirSync(cacheFolder, { recursive: true });
    folder = mkdtempSync(join(cacheFolder, "together-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Takes the offer at one file, in all files that it changes; their names, or nothing if there is no offer. */
  function complete(file: string, texts: Readonly<Record<string, string>>): string[] | undefined {
    for (const [name, text] of Object.entries(texts)) {
      writeFileSync(join(folder, name), text);
    }
    const alone = analysisOf(texts[file] ?? "", join(folder, file));
    assert.ok(alone);
    const files = packageView(folder, new Map(Object.entries(texts)), emptyCache());
    const [offer] = shutdownHandlers({ ...alone, files });
    if (offer === undefined) {
      return undefined;
    }
    writeFileSync(join(folder, file), applied(texts[file] ?? "", offer));
    return [
      file,
      ...(offer.elsewhere ?? []).map(({ uri, text, edits }) => {
        writeFileSync(fileURLToPath(uri), applied(text, { title: "", edits }));
        return basename(fileURLToPath(uri));
      }),
    ];
  }

  for (const file of ["app.cjs", "metrics.cjs"]) {
    it(`are offered together at ${file}, and the server that closes first cuts nobody off`, async () => {
      const changed = complete(file, { "app.cjs": app, "metrics.cjs": metrics });
      assert.deepEqual(changed?.toSorted(), ["app.cjs", "metrics.cjs"]);
      const child = fork(join(folder, "app.cjs"), { stdio: ["ignore", "inherit", "inherit", "ipc"] });
      const exit = once(child, "exit");
      try {
        const [{ port }] = await within("listening", once(child, "message"));
        const asking = request({ port, headers: { connection: "close" } });
        const answer = once(asking, "response").then(async ([response]) => (await response.toArray()).join(""));
        const taken = within("taking the request", once(child, "message"));
        asking.end();
        await taken;
        child.send("shutdown", () => child.disconnect());
        assert.equal(await within("the answer", answer), "done");
        assert.deepEqual(await within("the end", exit), [0, null]);
      } finally {
        child.kill("SIGKILL");
      }
    });
  }

  it("are the usual ones where no other file has a server", () => {
    assert.deepEqual(complete("app.cjs", { "app.cjs": app, "metrics.cjs": "exports.a = 1;" }), ["app.cjs"]);
    assert.doesNotMatch(readFileSync(join(folder, "app.cjs"), "utf8"), /listenerCount/);
  });

  it("are not offered where another file handles the end, or has a server that can't be closed", () => {
    const handled = 'process.on("SIGTERM", () => {});';
    assert.equal(complete("app.cjs", { "app.cjs": app, "metrics.cjs": handled }), undefined);
    assert.equal(
      complete("app.cjs", { "app.cjs": app, "metrics.cjs": "module.exports = (app) => app.listen(81);" }),
      undefined,
    );
  });

  it("type what they listen with", () => {
    const text = (name: string) => `import http from "http";\n${name}http.createServer().listen(80);\n`;
    complete("a.ts", { "a.ts": text('import "./b.ts";\n'), "b.ts": text("") });
    assert.match(readFileSync(join(folder, "b.ts"), "utf8"), /const onShutdown = \(message: unknown\) => \{/);
  });
});
