import assert from "node:assert/strict";
import { symlinkSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { noteText, reasonText } from "../../../../src/client/script/scriptNote.ts";
import { understandScript } from "../../../../src/client/script/understandScript.ts";
import { removeTempFolders, tempFolder } from "../tempFolder.ts";
import { type ExpectedTarget, scriptTable } from "./scriptTable.ts";

const bin = "#!/usr/bin/env node\n";

/** The files of the project in which the scripts of the table stand. */
const project = {
  "server.js": "",
  "worker.js": "",
  "app.js": "",
  "a.ts": "",
  "src/index.ts": "",
  "src/main.ts": "",
  "dist/main.js": "",
  "dist/index.js": "",
  "my folder/server.js": "",
  "index.js": "",
  ".env": "",
  ".env.local": "",
  "conf/prod.env": "",
  "build/server/index.js": "",
  ".output/server/index.mjs": "",
  "dist/server/entry.mjs": "",
  "api/package.json": '{"name":"@acme/api","scripts":{"start":"node server.js"}}',
  "api/server.js": "",
  "node_modules/next/package.json": '{"name":"next","bin":{"next":"./dist/bin/next"}}',
  "node_modules/next/dist/bin/next": bin,
  "node_modules/fastify-cli/package.json": '{"name":"fastify-cli","bin":{"fastify":"cli.js"}}',
  "node_modules/fastify-cli/cli.js": bin,
  "node_modules/@react-router/serve/package.json":
    '{"name":"@react-router/serve","bin":{"react-router-serve":"bin.js"}}',
  "node_modules/@react-router/serve/bin.js": bin,
  "node_modules/@remix-run/serve/package.json": '{"name":"@remix-run/serve","bin":{"remix-serve":"dist/cli.js"}}',
  "node_modules/@remix-run/serve/dist/cli.js": bin,
  "node_modules/serve/package.json": '{"name":"serve","bin":"build/main.js"}',
  "node_modules/serve/build/main.js": bin,
  "node_modules/caddy/package.json": '{"name":"caddy","bin":{"caddy":"caddy"}}',
  "node_modules/caddy/caddy": "#!/bin/sh\n",
  "node_modules/.bin/strapi": bin,
};

const scripts = {
  inner: "node server.js",
  "inner:prod": "NODE_ENV=production node server.js",
  preinner: "tsc",
  loop: "npm run loop",
  "part:web": "node server.js",
  "part:jobs": "node worker.js",
  tool: "tsc -w",
};

const packageJson = (start: string) =>
  JSON.stringify({
    name: "project",
    dependencies: { "fastify-cli": "1", "@react-router/serve": "1", "@remix-run/serve": "1" },
    scripts: { ...scripts, start },
  });

describe("understandScript", () => {
  let folder = "";

  before(() => {
    folder = tempFolder(project);
  });

  after(removeTempFolders);

  const write = (start: string) => writeFileSync(join(folder, "package.json"), packageJson(start));

  for (const [start, expected] of Object.entries(scriptTable)) {
    it(`understands ${start}`, async () => {
      write(start);
      const within = (path: string) => relative(folder, path).split(sep).join("/");
      const environment = { HOST: "h", EMPTY: "" };
      const { targets, reasons } = await understandScript("start", { folder, environment });
      const told = targets.map(
        ({ file, cwd, nodeArgs, args, env, envFiles, notes }): ExpectedTarget => ({
          file: within(file),
          ...(cwd !== folder && { cwd: within(cwd) }),
          ...(nodeArgs.length > 0 && { nodeArgs }),
          ...(args.length > 0 && { args }),
          ...(Object.keys(env).length > 0 && { env }),
          ...(envFiles.length > 0 && { envFiles: envFiles.map((one) => `${within(one.file)}${one.wins ? "!" : ""}`) }),
          ...(notes.length > 0 && { notes: notes.map(noteText) }),
        }),
      );
      const reason = reasons.map(reasonText).join("; ");
      if (typeof expected === "string") {
        assert.deepEqual([told, reason], [[], expected]);
      } else {
        assert.deepEqual(told, expected, reason);
      }
    });
  }

  it("follows a workspace to its own folder, also where node_modules links to it", async () => {
    symlinkSync(join(folder, "api"), join(folder, "node_modules", "linked"), "junction");
    for (const start of ["npm -w ./api start", "npm start --workspace=linked", "yarn workspace linked start"]) {
      write(start);
      const { targets } = await understandScript("start", { folder, environment: {} });
      assert.deepEqual(
        targets.map(({ file, cwd }) => [file, cwd]),
        [[join(folder, "api", "server.js"), join(folder, "api")]],
        start,
      );
    }
    write("npm -w gone start");
    const { targets, reasons } = await understandScript("start", { folder, environment: {} });
    assert.deepEqual([targets, reasons.map(reasonText)], [[], ["there is no workspace gone"]]);
  });

  it("reads no script of enormous length", async () => {
    write(`node server.js ${"x ".repeat(10_000)}`);
    const { reasons } = await understandScript("start", { folder, environment: {} });
    assert.deepEqual(
      reasons.map(({ kind }) => kind),
      ["unreadable"],
    );
  });
});
