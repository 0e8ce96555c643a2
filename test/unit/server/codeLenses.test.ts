import assert from "node:assert/strict";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { TextDocument } from "vscode-languageserver-textdocument";
import { commandIds } from "../../../src/extension/ids.ts";
import { codeLenses } from "../../../src/server/features/codeLenses.ts";
import type { LanguageApp } from "../../../src/shared/language.ts";
import { languageCommands } from "../../../src/shared/languageNames.ts";
import { sampleApp } from "./apps.ts";
import { analysed } from "./sources.ts";

const root = resolve("/srv/api");
const entry = resolve(root, "server.js");

/** `line: title → command app` of every lens. */
function lenses(
  text: string,
  apps: readonly LanguageApp[],
  at: { readonly path?: string; readonly trusted?: boolean } = {},
) {
  const { path = entry, trusted = true } = at;
  const document = TextDocument.create(pathToFileURL(path).href, "javascript", 1, text);
  const state = { trusted, apps: [...apps] };
  return codeLenses({ document, analysis: analysed(text), path, state }).map(
    ({ range, command }) =>
      `${range.start.line}: ${command?.title} → ${command?.command} ${command?.arguments?.[0].app}`,
  );
}

const express = 'import express from "express";\nconst app = express();\napp\n  .use(x)\n  .listen(3000);\n';
const http = 'const http = require("http");\nhttp.createServer(f).listen(80);\n';

describe("a code lens", () => {
  it("tells at listen how the app is, and offers to reload it, to debug it and to show its layers", () => {
    assert.deepEqual(lenses(http, [sampleApp({ root, entries: [entry] })]), [
      "1: running · 2 workers → hitless.showMenu api",
      "1: Reload → hitless.reload api",
      "1: Rehearse → hitless.rehearse api",
      "1: Debug → hitless.debug api",
      "1: Show Layers → hitless.showLayers api",
    ]);
  });

  it("offers to start a stopped app, or debug it, at the first line of its entry, in a trusted workspace only", () => {
    const stopped = sampleApp({
      root,
      entries: [entry],
      active: false,
      renewable: false,
      startable: true,
      status: "stopped",
    });
    assert.deepEqual(lenses(http, [stopped]), [
      "0: $(play) Start → hitless.start api",
      "0: $(debug-alt) Debug → hitless.debug api",
    ]);
    assert.deepEqual(lenses(http, [stopped], { path: resolve(root, "other.js") }), []);
    assert.deepEqual(lenses(http, [stopped], { trusted: false }), []);
  });

  it("offers nothing that can't be done now", () => {
    const stopping = sampleApp({ root, renewable: false, status: "stopping · 2 workers" });
    assert.deepEqual(
      lenses(http, [stopping]).map((text) => text.split(" → ")[0]),
      ["1: stopping · 2 workers", "1: Show Layers"],
    );
  });

  it("stands at every server, and at what is called like one", () => {
    const app = sampleApp({ root });
    const lines = (text: string) => [...new Set(lenses(text, [app]).map((lens) => Number.parseInt(lens, 10)))];
    assert.deepEqual(lines(express), [4]);
    for (const text of [
      'const app = require("fastify")({ logger: true });\nawait app.listen({ port: 80 });',
      'import Koa from "koa";\nnew Koa().listen(80);',
      'import { NestFactory } from "@nestjs/core"; const it = await NestFactory.create(M);\nawait it.listen(80);',
      "export function start(app) {\napp.listen(80); }",
      'import { app } from "./app.js";\napp.listen(80);',
      "class A { run() {\nthis.server.listen(80); } }",
    ]) {
      assert.deepEqual(lines(text), [1], text);
    }
    for (const text of ["history.listen(f);", "app.listen;", "const app = {};\nfoo(app).listen();", "listen(80);"]) {
      assert.deepEqual(lines(text), [], text);
    }
  });

  it("belongs to the innermost app, to the one whose entry it is, else to all there with their names", () => {
    const outer = sampleApp({ key: "outer", root: resolve("/srv") });
    const one = sampleApp({ key: "one", name: "one", root, entries: [entry] });
    const two = sampleApp({ key: "two", name: "two", root, entries: [resolve(root, "b.js")] });
    const shown = (path: string) =>
      lenses(http, [outer, one, two], { path }).filter((text) => text.includes("showMenu"));
    assert.deepEqual(shown(entry), ["1: running · 2 workers → hitless.showMenu one"]);
    assert.deepEqual(shown(resolve(root, "lib.js")), [
      "1: one: running · 2 workers → hitless.showMenu one",
      "1: two: running · 2 workers → hitless.showMenu two",
    ]);
    assert.deepEqual(shown(resolve("/srv/x.js")), ["1: running · 2 workers → hitless.showMenu outer"]);
    assert.deepEqual(shown(resolve("/srv2/x.js")), []);
  });

  it("calls commands that the extension has", () => {
    const known: readonly string[] = Object.values(commandIds);
    const unknown = Object.values(languageCommands).filter((id) => !known.includes(id));
    assert.deepEqual(unknown, []);
  });
});
