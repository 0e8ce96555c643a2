import assert from "node:assert/strict";
import type { FailureCode } from "../../../../src/shared/failure.ts";
import { type DeathFacts, explainDeath, type FatalError } from "../../../../src/supervisor/process/explainDeath.ts";

const entry = "/srv/api/server.js";

function fatal(changes: Partial<FatalError>): FatalError {
  const message = changes.message ?? "";
  return { name: "Error", code: null, message, stack: `Error: ${message}`, address: null, port: null, ...changes };
}

function explain(changes: Partial<DeathFacts>) {
  return explainDeath({
    entry,
    exitCode: 1,
    signal: null,
    stderr: [],
    lastLine: "",
    wasReady: false,
    appListensOn: () => false,
    ...changes,
  });
}

/** What `uncaughtExceptionMonitor` is given; the versions of Node that say it so are named where they differ. */
const shapes: readonly [what: string, error: Partial<FatalError>, code: FailureCode, message: RegExp][] = [
  [
    "an entry that is not there",
    {
      code: "MODULE_NOT_FOUND",
      message: `Cannot find module '${entry}'`,
      stack: `Error: Cannot find module '${entry}'\n    at Module._resolveFilename (node:internal/modules/cjs/loader:1207:15)`,
    },
    "entryNotFound",
    /^The entry \/srv\/api\/server\.js does not exist\.$/,
  ],
  [
    "a package that is not there (require)",
    { code: "MODULE_NOT_FOUND", message: "Cannot find module 'express'\nRequire stack:\n- /srv/api/server.js" },
    "missingModule",
    /^Cannot find package 'express'\. Run "npm install"/,
  ],
  [
    "a package with a scope",
    { code: "MODULE_NOT_FOUND", message: "Cannot find module '@nestjs/core'\nRequire stack:\n- /srv/api/server.js" },
    "missingModule",
    /^Cannot find package '@nestjs\/core'\. Run "npm install"/,
  ],
  [
    "a loader that is not there (node --require)",
    { code: "MODULE_NOT_FOUND", message: "Cannot find module 'ts-node/register'\nRequire stack:\n- internal/preload" },
    "missingModule",
    /^Cannot find 'ts-node\/register' of the package 'ts-node'\. Run "npm install"/,
  ],
  [
    "a package that is not there (import)",
    { code: "ERR_MODULE_NOT_FOUND", message: "Cannot find package 'koa' imported from /srv/api/server.mjs" },
    "missingModule",
    /^Cannot find package 'koa'\. Run "npm install"/,
  ],
  [
    "a file that is not there (require)",
    { code: "MODULE_NOT_FOUND", message: "Cannot find module './routes'\nRequire stack:\n- /srv/api/server.js" },
    "missingModule",
    /^Cannot find module '\.\/routes'\. Check the path/,
  ],
  [
    "a file that is not there (import)",
    {
      code: "ERR_MODULE_NOT_FOUND",
      message: "Cannot find module '/srv/api/routes.mjs' imported from /srv/api/server.mjs",
    },
    "missingModule",
    /^Cannot find module '\/srv\/api\/routes\.mjs'\. Check the path/,
  ],
  [
    "a syntax error",
    {
      name: "SyntaxError",
      message: "Unexpected token ';'",
      stack:
        "/srv/api/server.js:7\nconst a = ;\n          ^\n\nSyntaxError: Unexpected token ';'\n    at wrapSafe (node:internal)",
    },
    "syntaxError",
    /^Syntax error: Unexpected token ';'$/,
  ],
  [
    "a syntax error in TypeScript (Node 22 to 26)",
    { name: "SyntaxError", code: "ERR_INVALID_TYPESCRIPT_SYNTAX", message: "Expression expected" },
    "syntaxError",
    /^Syntax error: Expression expected$/,
  ],
  [
    "TypeScript that can't be stripped (Node 22 to 26)",
    {
      name: "SyntaxError",
      code: "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX",
      message: "TypeScript enum is not supported in strip-only mode",
    },
    "typescriptUnsupported",
    /enum is not supported in strip-only mode\. This .*install tsx/,
  ],
  [
    "TypeScript that Node does not know (Node 20)",
    {
      name: "TypeError",
      code: "ERR_UNKNOWN_FILE_EXTENSION",
      message: 'Unknown file extension ".ts" for /srv/api/server.ts',
    },
    "typescriptUnsupported",
    /Unknown file extension ".ts".*install tsx/,
  ],
  [
    "a port in use, told by the cluster primary",
    {
      code: "EADDRINUSE",
      message: "bind EADDRINUSE null:3000",
      stack: "Error: bind EADDRINUSE null:3000\n    at listenOnPrimaryHandle (node:net:1989:18)",
      port: 3000,
    },
    "portInUse",
    /^Port 3000 is in use/,
  ],
  [
    "a port in use on one address",
    { code: "EADDRINUSE", message: "bind EADDRINUSE 127.0.0.1:3000", address: "127.0.0.1", port: 3000 },
    "portInUse",
    /^127\.0\.0\.1:3000 is in use/,
  ],
  [
    "a port in use, told by the worker itself",
    { code: "EADDRINUSE", message: "listen EADDRINUSE: address already in use :::3000", address: "::", port: 3000 },
    "portInUse",
    /^Port 3000 is in use/,
  ],
  [
    "a port that needs rights",
    { code: "EACCES", message: "bind EACCES null:80", port: 80 },
    "portDenied",
    /^Listening on Port 80 is not allowed\./,
  ],
  [
    "a Unix socket whose folder is missing, or may not be written",
    { code: "EACCES", message: "bind EACCES sockets/app", address: "/srv/sockets/app", port: -1 },
    "portDenied",
    /^Listening on \/srv\/sockets\/app is not allowed\. Its folder must exist/,
  ],
  ["a descriptor", { code: "EINVAL", message: "bind EINVAL" }, "threw", /file descriptor \(`listen\(\{ fd \}\)`\)/],
  [
    "datagrams on Windows",
    { code: "ENOTSUP", message: "bind ENOTSUP 0.0.0.0:5000", address: "0.0.0.0", port: 5000 },
    "threw",
    /\(UDP\) on Windows\. Bind it with `exclusive: true`, run one worker/,
  ],
  [
    "an address that can't be bound",
    { code: "EINVAL", message: "listen EINVAL: invalid argument fe80::1:3000", address: "fe80::1", port: 3000 },
    "threw",
    /^Error: listen EINVAL: invalid argument fe80::1:3000$/,
  ],
  [
    "a file that may not be read, which is no port",
    { code: "EACCES", message: "EACCES: permission denied, open '/etc/shadow'" },
    "threw",
    /^Error: EACCES: permission denied/,
  ],
  [
    "a cluster of its own",
    { code: "HITLESS_NESTED_CLUSTER", message: "This app starts its own cluster" },
    "nestedCluster",
    /starts its own cluster .*number of workers in Hitless/,
  ],
  [
    "a cluster of its own by named import",
    { name: "SyntaxError", message: "The requested module 'node:cluster' does not provide an export named 'fork'" },
    "nestedCluster",
    /starts its own cluster/,
  ],
  [
    "an addon that was not built (node-pre-gyp)",
    {
      code: "MODULE_NOT_FOUND",
      message:
        "Cannot find module '/srv/api/node_modules/bcrypt/lib/binding/bcrypt_lib.node'\nRequire stack:\n- /srv/x.js",
    },
    "missingModule",
    /^The addon of the package 'bcrypt' is missing: .* Run "npm rebuild bcrypt" and/,
  ],
  [
    "an addon that was not built (bindings)",
    {
      message:
        "Could not locate the bindings file. Tried:\n → /srv/node_modules/.pnpm/x@1/node_modules/@scope/sqlite/build/sqlite.node",
    },
    "missingModule",
    /^The addon of the package '@scope\/sqlite' is missing/,
  ],
  [
    "an addon that was not built (node-gyp-build)",
    {
      message:
        "No native build was found for platform=linux arch=x64 runtime=node abi=137\n    loaded from: C:\\api\\node_modules\\leveldown\n",
    },
    "missingModule",
    /^The addon of the package 'leveldown' is missing/,
  ],
  [
    "a file of the app with the ending of an addon",
    { code: "MODULE_NOT_FOUND", message: "Cannot find module './addon.node'\nRequire stack:\n- /srv/api/server.js" },
    "missingModule",
    /^Cannot find module '\.\/addon\.node'\. Check the path, or build/,
  ],
  [
    "an addon of another Node.js",
    {
      code: "ERR_DLOPEN_FAILED",
      message:
        "The module '/srv/node_modules/better-sqlite3/build/Release/better_sqlite3.node'\nwas compiled against a different Node.js version using\nNODE_MODULE_VERSION 115. This version of Node.js requires",
    },
    "missingModule",
    /^The addon of the package 'better-sqlite3' was compiled for another version .* "npm rebuild better-sqlite3" with/,
  ],
  [
    "any other error, by its first line",
    { name: "TypeError", message: "boom\nsecond line" },
    "threw",
    /^TypeError: boom$/,
  ],
];

describe("explainDeath", () => {
  for (const [what, error, code, message] of shapes) {
    it(`recognises ${what}`, () => {
      const failure = explain({ fatal: fatal(error), stderr: ["shown"] });
      assert.equal(failure.code, code, failure.message);
      assert.match(failure.message, message);
      assert.deepEqual([failure.exitCode, failure.signal, failure.stderr], [1, null, ["shown"]]);
    });
  }

  it("does not take the app's own worker for another program", () => {
    const error = fatal({ code: "EADDRINUSE", address: "127.0.0.1", port: 3000 });
    const { code, message } = explain({ fatal: error, appListensOn: (port) => port === 3000 });
    assert.equal(code, "portInUse");
    assert.match(message, /^127\.0\.0\.1:3000 is held by another worker of this app.*`exclusive`.*restart/);
    assert.match(explain({ fatal: error, appListensOn: () => false }).message, /in use by another program/);
  });

  it("recognises a heap that ran full by what V8 prints", () => {
    const stderr = [
      "<--- Last few GCs --->",
      "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
      "----- Native stack trace -----",
      " 1: 0xe40e1c node::OOMErrorHandler(char const*, v8::OOMDetails const&) [node]",
    ];
    const failure = explain({ exitCode: null, signal: "SIGABRT", stderr, wasReady: true });
    assert.equal(failure.code, "outOfMemory");
    assert.match(failure.message, /--max-old-space-size/);
  });

  it("names the signal that ended a worker", () => {
    assert.match(explain({ exitCode: null, signal: "SIGKILL" }).message, /ended by SIGKILL \(somebody killed it/);
    const { code, message, signal } = explain({ exitCode: null, signal: "SIGSEGV" });
    assert.deepEqual([code, message, signal], ["killed", "The worker was ended by SIGSEGV.", "SIGSEGV"]);
  });

  it("names an exit code, and whether the worker had been ready", () => {
    assert.equal(explain({ exitCode: 3 }).message, "The worker exited with code 3 before it was ready.");
    assert.equal(explain({ exitCode: 0, wasReady: true }).message, "The worker exited with code 0.");
    assert.equal(
      explain({ exitCode: 0, lastLine: "already running" }).message,
      'The worker exited with code 0 before it was ready. It wrote last: "already running".',
    );
    assert.equal(
      explain({ exitCode: 0, lastLine: "on stderr", stderr: ["on stderr"] }).message,
      "The worker exited with code 0 before it was ready.",
    );
    assert.equal(explain({ exitCode: 3 }).code, "exited");
  });

  it("takes the last words of an app that ends itself as its files are loaded for the reason", () => {
    const loading = "    at Module._compile (node:internal/modules/cjs/loader:1554:14)";
    const exitStack = ["    at check (/srv/api/config.js:3:11)", loading].join("\n");
    const stderr = ["=====", "DATABASE_URL is required", "====="];
    const { code, message, atLoad, location } = explain({ exitStack, stderr });
    assert.deepEqual([code, atLoad, location], ["exited", true, { file: "/srv/api/config.js", line: 3, column: 11 }]);
    assert.equal(
      message,
      'The worker exited with code 1 before it was ready. It wrote last: "DATABASE_URL is required".',
    );
    const later = explain({ exitStack: "    at Socket.onError (/srv/api/db.js:9:5)", stderr });
    assert.deepEqual([later.atLoad, later.location], [undefined, undefined]);
    assert.equal(later.message, "The worker exited with code 1 before it was ready.");
    assert.equal(explain({ exitStack, stderr, wasReady: true }).atLoad, undefined);
  });

  it("says what Node.js does not accept, where it did not start at all", () => {
    const refused = (line: string, changes: Partial<DeathFacts> = {}) =>
      explain({ exitCode: 9, stderr: ["(node:1) Warning: x", line], ...changes });
    const file = refused("/usr/my node: 20/bin/node: .env: not found");
    assert.deepEqual(
      [file.code, refused("/usr/bin/node: .env: not found").code, refused("C:\\node\\node.exe: .env: not found").code],
      ["exited", "badNodeArguments", "badNodeArguments"],
    );
    assert.match(
      refused("/usr/bin/node: .env: not found").message,
      /^There is no file \.env, which --env-file names\./,
    );
    assert.match(refused("/usr/bin/node: bad option: --no").message, /^Node\.js does not .* bad option: --no\. They/);
    // An app may use that exit code too.
    assert.equal(refused("/srv/api/mynode: .env: not found").code, "exited");
    assert.equal(refused("/usr/bin/node: bad option: --no", { wasReady: true }).code, "exited");
    assert.equal(refused("/usr/bin/node: bad option: --no", { exitCode: 1 }).code, "exited");
  });

  it("tells an error of the app's files from one of the world around them", () => {
    const frame = "    at Object.<anonymous> (/srv/api/src/config.js:32:9)";
    const loading = "    at Module._compile (node:internal/modules/cjs/loader:1929:14)";
    const atLoad = (frames: string[], error: Partial<FatalError> = {}, changes: Partial<DeathFacts> = {}) =>
      explain({ fatal: fatal({ ...error, stack: ["Error: no", ...frames].join("\n") }), ...changes }).atLoad ?? false;
    assert.equal(atLoad([frame, loading]), true);
    assert.equal(atLoad([frame, "    at ModuleJob.run (node:internal/modules/esm/module_job:447:25)"]), true);
    assert.equal(atLoad([frame, loading], { code: "ERR_INVALID_ARG_TYPE" }), true);
    assert.equal(atLoad([frame, loading], {}, { wasReady: true }), false);
    assert.equal(atLoad([frame, loading], { code: "ENOENT" }), false);
    assert.equal(atLoad([frame, loading], { code: "SQLITE_BUSY" }), false);
    assert.equal(atLoad(["    at checkExecSyncError (node:child_process:916:11)", frame, loading]), false);
    assert.equal(atLoad(["    at process.processTicksAndRejections (node:internal/process/task_queues:104:5)"]), false);
    assert.equal(
      atLoad([
        "    at connect (/srv/db.js:1:1)",
        "    at async ModuleJob.run (node:internal/modules/esm/module_job:4:5)",
      ]),
      false,
    );
  });

  it("takes an exception that the app survived for no reason of a later clean exit", () => {
    assert.equal(explain({ exitCode: 0, fatal: fatal({ message: "handled" }) }).code, "exited");
  });

  it("finds the topmost frame in the app's own code", () => {
    const stack = [
      "TypeError: boom",
      "    at JSON.parse (<anonymous>)",
      "    at Layer.handle (/srv/api/node_modules/express/lib/router/layer.js:95:5)",
      "    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)",
      "    at async Object.handler (/srv/api/src/routes/cart.js:12:34)",
      "    at /srv/api/src/app.js:3:1",
    ].join("\n");
    assert.deepEqual(explain({ fatal: fatal({ stack }) }).location, {
      file: "/srv/api/src/routes/cart.js",
      line: 12,
      column: 34,
    });
  });

  it("reads the frames of ES modules, with spaces and other letters in the path", () => {
    const stack = "Error: boom\n    at async file:///srv/my%20api/%E7%BD%91%E5%85%B3.mjs:4:7";
    assert.deepEqual(explain({ fatal: fatal({ stack }) }).location, {
      file: "/srv/my api/网关.mjs",
      line: 4,
      column: 7,
    });
  });

  it("finds where a syntax error is, in CommonJS, ES modules and TypeScript", () => {
    const commonJs = "/srv/api/server.js:7\nconst a = ;\n          ^\n\nSyntaxError: Unexpected token ';'";
    assert.deepEqual(explain({ fatal: fatal({ name: "SyntaxError", stack: commonJs }) }).location, {
      file: "/srv/api/server.js",
      line: 7,
    });
    const typescript = "file:///srv/api/server.ts:2\nenum A {B}\n^^^^^^^^^^\n\nSyntaxError: TypeScript enum";
    assert.deepEqual(explain({ fatal: fatal({ name: "SyntaxError", stack: typescript }) }).location, {
      file: "/srv/api/server.ts",
      line: 2,
    });
    // The stack of an ES module with a syntax error names no file of the app, but Node prints it.
    const stack =
      "SyntaxError: Unexpected token ';'\n    at compileSourceTextModule (node:internal/modules/esm/utils:1:1)";
    const stderr = ["file:///srv/api/server.mjs:5", "const a = ;"];
    assert.deepEqual(explain({ fatal: fatal({ name: "SyntaxError", stack }), stderr }).location, {
      file: "/srv/api/server.mjs",
      line: 5,
    });
  });

  it("tells no place when there is none", () => {
    assert.equal("location" in explain({ fatal: fatal({ stack: "Error: bind\n    at node:net:1:1" }) }), false);
    assert.equal("location" in explain({}), false);
  });
});
