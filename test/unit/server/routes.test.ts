import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { lookUpRoutes } from "../../../src/server/features/routeLookup.ts";
import { createOpenPackages } from "../../../src/server/package/openPackages.ts";
import { emptyCache, packageView } from "../../../src/server/package/packageView.ts";
import { findRoutes, writtenPaths } from "../../../src/server/routes/findRoutes.ts";
import { fitOf, pathParts, pathPatterns } from "../../../src/server/routes/pathPattern.ts";
import { sampleApp } from "./apps.ts";

type Files = Readonly<Record<string, string>>;

/** Where a request is answered, as `file:line GET /path`, with `?` behind what is not certain. */
async function routesOf(files: Files, request: string): Promise<string[]> {
  const folder = resolve("/srv/app");
  const view = packageView(folder, new Map(Object.entries(files)), emptyCache());
  const [method = "", path = ""] = request.split(" ");
  const found = await findRoutes(view, { method, path }, () => false);
  return (found?.routes ?? []).map(({ module, place, text, isCertain }) => {
    const file = relative(folder, fileURLToPath(module.uri)).replaceAll("\\", "/");
    const line = module.text.slice(0, place.start ?? 0).split("\n").length;
    return `${file}:${line} ${text}${isCertain ? "" : "?"}`;
  });
}

async function answers(files: Files, expected: Readonly<Record<string, string>>): Promise<void> {
  for (const [request, route] of Object.entries(expected)) {
    assert.deepEqual(await routesOf(files, request), route === "" ? [] : route.split(", "), request);
  }
}

describe("the paths of a package", () => {
  it("are those that GET can ask as they are written, where it is known what stands before them", async () => {
    const files = {
      "server.js": `const app = require("express")();
app.get("/", handle);
app.use("/users", require("./users"));
app.post("/orders", handle);
app.use("/static", express.static("public"));
app.all("/any", handle);
app.listen(3000);`,
      "users.js": `const users = require("express").Router();
users.get("/me", handle);
users.get("/:id", handle);
module.exports = users;`,
      "lost.js": 'const lost = require("express").Router(); lost.get("/lost", handle); module.exports = lost;',
    };
    const view = packageView(resolve("/srv/app"), new Map(Object.entries(files)), emptyCache());
    assert.deepEqual(await writtenPaths(view, () => false), ["/", "/any", "/users/me"]);
    assert.equal(await writtenPaths(view, () => true), undefined);
  });
});

describe("the route of a request", () => {
  it("is found in Express: routers in files of their own, lists, chains, and the most exact first", async () => {
    await answers(
      {
        "server.js": `const express = require("express");
const app = express();
const { API } = require("./paths");
app.use(express.json());
app.get("/", (request, response) => response.end());
app.use(\`\${API}/users\`, require("./routes/users"));
app.use("/api", require("./routes")({}));
app.use("/static", express.static("public"));
app.get(["/a", "/b"], handle);
app.route("/books").get(list).post(add);
app.get("view engine");
app.all("/any", handle);
app.get("/slow", handle), app.get("/slow", other);
axios.get("/nothing", { params: {} });
app.listen(3000);`,
        "paths.js": 'exports.API = "/api/v1";',
        "routes/users.js": `const { Router } = require("express");
const users = Router();
users.get("/me", handle);
users.get("/:id", handle);
users.put("/:id", handle);
users.use("/:id/posts", require("./posts"));
module.exports = users;`,
        "routes/posts.js": `const router = require("express").Router({ mergeParams: true });
router.get("/", (request, response) => response.end());
exports.unused = 1;
module.exports = router;`,
        "routes/index.js": `const { Router } = require("express");
module.exports = (db) => {
  const router = Router();
  router.post("/orders", handle);
  return router;
};`,
        "routes/lost.js": `const router = require("express").Router();
router.get("/lost/:id", handle);
router.get("/:anything", handle);`,
        "users.test.js": 'app.get("/tested", handle);',
      },
      {
        "GET /": "server.js:5 GET /",
        "GET /api/v1/users/me?full=1": "routes/users.js:3 GET /api/v1/users/me",
        "GET /API/v1/users/7/": "routes/users.js:4 GET /api/v1/users/:id",
        "HEAD /api/v1/users/7": "routes/users.js:4 GET /api/v1/users/:id",
        "PUT /api/v1/users/7": "routes/users.js:5 PUT /api/v1/users/:id",
        "DELETE /api/v1/users/7": "",
        "GET /api/v1/users/7/posts": "routes/posts.js:2 GET /api/v1/users/:id/posts/",
        "POST /api/orders": "routes/index.js:4 POST /api/orders",
        "GET /b": "server.js:9 GET /b",
        "POST /books": "server.js:10 POST /books",
        "GET /any": "server.js:12 * /any",
        "GET /slow": "server.js:13 GET /slow",
        "GET /static/logo.png": "server.js:8 * /static",
        "GET /somewhere/lost/1": "routes/lost.js:2 GET /lost/:id?",
        "GET /nothing": "routes/lost.js:3 GET /:anything",
        "GET /nothing/at/all": "",
        "GET /tested": "routes/lost.js:3 GET /:anything",
      },
    );
  });

  it("is found in Fastify: plugins with a prefix, wrapped ones, and routes as options", async () => {
    await answers(
      {
        "server.ts": `import Fastify from "fastify";
import users from "./users.js";
const fastify = Fastify();
fastify.get("/health", async () => "ok");
await fastify.register(users, { prefix: "/users" });
fastify.register(async (instance) => {
  instance.get("/inner", async () => 1);
}, { prefix: "/v2" });
fastify.route({ method: ["GET", "POST"], url: "/both", handler: async () => 1 });`,
        "users.ts": `import fp from "fastify-plugin";
import type { FastifyInstance } from "fastify";
export default fp(async (app: FastifyInstance) => {
  app.get("/:id(^\\\\d+$)", { schema: {} }, async () => 1);
  app.post("/", { handler: async () => 1 });
});`,
      },
      {
        "GET /health": "server.ts:4 GET /health",
        "GET /users/7": "users.ts:4 GET /users/:id(^\\d+$)",
        "POST /users": "users.ts:5 POST /users/",
        "GET /v2/inner": "server.ts:7 GET /v2/inner",
        "POST /both": "server.ts:9 GET|POST /both",
        "PUT /both": "",
      },
    );
  });

  it("is found in Koa, Hono and Nest", async () => {
    await answers(
      {
        "koa.js": `const Koa = require("koa");
const Router = require("@koa/router");
const books = new Router({ prefix: "/books" });
books.get("book", "/:id", (context) => {});
const api = new Router();
api.prefix("/koa");
api.use(books.routes());
new Koa().use(api.routes()).listen(3000);`,
      },
      { "GET /koa/books/7": "koa.js:4 GET /koa/books/:id" },
    );
    await answers(
      {
        "index.ts": `import { Hono } from "hono";
import { notes } from "./notes";
const app = new Hono().basePath("/api")
  .get("/a", (c) => c.text("a")).get("/b", (c) => c.text("b")).get("/c", (c) => c.text("c"))
  .get("/d", (c) => c.text("d")).get("/e", (c) => c.text("e")).get("/f", (c) => c.text("f"))
  .get("/g", (c) => c.text("g")).get("/h", (c) => c.text("h")).get("/i", (c) => c.text("i"));
app.route("/notes", notes);
app.on(["PUT", "PATCH"], "/state", (c) => c.text(""));`,
        "notes.ts": `import { Hono } from "hono";
export const notes = new Hono();
notes.get("/:id{[0-9]+}", (c) => c.text(""));`,
      },
      {
        "GET /api/a": "index.ts:4 GET /api/a",
        "GET /api/i": "index.ts:6 GET /api/i",
        "GET /api/notes/12": "notes.ts:3 GET /api/notes/:id{[0-9]+}",
        "PATCH /api/state": "index.ts:8 PUT|PATCH /api/state",
      },
    );
    await answers(
      {
        "main.ts": `import { NestFactory } from "@nestjs/core";
const app = await NestFactory.create(AppModule);
app.setGlobalPrefix("api");`,
        "cats.ts": `import { Controller, Get, Post } from "@nestjs/common";
@Controller("cats")
export class Cats {
  @Get() list() {}
  @Get(":id") one() {}
  @Post() add() {}
}`,
      },
      {
        "GET /api/cats": "cats.ts:4 GET /api/cats",
        "GET /api/cats/7": "cats.ts:5 GET /api/cats/:id",
        "POST /v1/cats": "cats.ts:6 POST /cats?",
      },
    );
  });

  it("is found without a framework: compared paths, cases and tables", async () => {
    await answers(
      {
        "server.js": `import { createServer } from "node:http";
const routes = { "GET /table": list, "/plain": (request, response) => response.end() };
const more = new Map([["POST /paired", add]]);
createServer((request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  if (request.method === "POST" && pathname === "/orders") return add(request, response);
  if (request.url === "/slow") return slow();
  if (pathname.startsWith("/files/")) return file();
  switch (\`\${request.method} \${pathname}\`) {
    case "GET /case": return list();
  }
  if (request.method === "DELETE") {
    if (pathname === "/items") remove();
  }
});`,
      },
      {
        "GET /table": "server.js:2 GET /table",
        "PUT /plain": "server.js:2 * /plain",
        "POST /paired": "server.js:3 POST /paired",
        "POST /orders": "server.js:6 POST /orders",
        "GET /orders": "",
        "GET /slow?ms=1": "server.js:7 * /slow",
        "GET /files/a/b.txt": "server.js:8 * /files/",
        "GET /case": "server.js:10 GET /case",
        "DELETE /items": "server.js:13 DELETE /items",
        "GET /items": "",
      },
    );
  });

  it("takes parameters, optional parts and wildcards of every framework", () => {
    const fits = (pattern: string, path: string) =>
      pathPatterns(pattern).some((one) => fitOf(one, pathParts(path)) !== undefined);
    for (const [pattern, path, expected] of [
      ["/users/:id", "/users/7", true],
      ["/users/:id", "/users", false],
      ["/users/:id?", "/users", true],
      ["/users{/:id}", "/users", true],
      ["/users{/:id}", "/users/7", true],
      ["/files/*path", "/files/a/b", true],
      ["/files/*", "/files/a/b", true],
      ["/files/:path(.*)", "/files/a", true],
      ["/:from-:to", "/a-b", true],
      ["/:from-:to", "/ab", false],
      ["/:name.json", "/a.json", true],
      ["/:name.json", "/.json", false],
      ["/a/*/z", "/a/b/c/z", true],
      ["/a/*/z", "/a/b/c", false],
      ["/at/:hour(^\\d{2})h:minute", "/at/12h30", true],
      ["/gr%C3%BC%C3%9Fe", "/grüße", true],
      ["/a%ZZ", "/a%ZZ", true],
    ] as const) {
      assert.equal(fits(pattern, path), expected, `${pattern} ${path}`);
    }
    // Some hundred wildcards are no work.
    assert.equal(fits("/*/a".repeat(300), "/b/a".repeat(2_000)), true);
    assert.equal(fits(`${"/*/a".repeat(300)}/z`, "/b/a".repeat(2_000)), false);
  });

  it("is looked for in an app's package, in what is built only if its sources have none, and not without trust", async () => {
    const root = mkdtempSync(join(tmpdir(), "hitless-routes-"));
    try {
      const write = (path: string, text: string) => {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), text);
      };
      write(
        "src/main.js",
        'const app = require("express")();\napp.get("/source", (request, response) => response.end());',
      );
      write("dist/main.js", 'const app = require("express")();\napp.get("/source", f);\n\napp.get("/built", f);');
      const app = sampleApp({ root, entries: [join(root, "dist", "main.js")] });
      const ask = async (path: string, trusted = true, cancelled = () => false) => {
        const roots = trusted ? [root] : [];
        const packages = createOpenPackages({ roots: () => roots, opened: () => [], changed: () => undefined });
        const state = { trusted, apps: [app] };
        return lookUpRoutes({ app: "api", method: "get", path }, { state, packages, cancelled });
      };
      // Without a package.json the folder of the app is looked in.
      assert.equal((await ask("/source")).files, 1);
      write("package.json", '{ "name": "shop" }');
      const [found] = (await ask("/source")).routes;
      assert.equal(found?.uri, pathToFileURL(join(root, "src", "main.js")).href);
      assert.deepEqual(found?.range, { start: { line: 1, character: 8 }, end: { line: 1, character: 17 } });
      const [built] = (await ask("/built")).routes;
      assert.equal(built?.uri, pathToFileURL(join(root, "dist", "main.js")).href);
      assert.deepEqual(await ask("/none"), { routes: [], files: 2 });
      assert.deepEqual(await ask("/source", false), { routes: [], files: 0 });
      assert.deepEqual(await ask("/source", true, () => true), { routes: [], files: 0 });
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
});
