// A server that ends as the library named by LIBRARY documents it: by SIGTERM, and by the message `shutdown`.
"use strict";
const { createServer } = require("node:http");

const port = Number(process.env.PORT);

/** What strict clients know an answer by: `/slow/MS` comes after so many milliseconds. */
const answer = (url) => JSON.stringify({ url, pid: process.pid, version: "any" });
const msOf = (url) => Number(/^\/slow\/(\d+)/.exec(url)?.[1] ?? 0);
const later = (url) => new Promise((resolve) => setTimeout(() => resolve(answer(url)), msOf(url)));
const handle = (request, response) =>
  request.resume().on("end", () => setTimeout(() => response.end(answer(request.url)), msOf(request.url)));

const exit = () => process.exit(0);
const onMessage = (cleanUp) => process.on("message", (message) => message === "shutdown" && cleanUp());
/** For those that are called. */
const onEnd = (cleanUp) => {
  process.once("SIGTERM", cleanUp);
  onMessage(cleanUp);
};
/** For those that listen to signals and can't be called. */
const alsoByMessage = () => onMessage(() => process.kill(process.pid, "SIGTERM"));

function fastifyApp() {
  const app = require("fastify")();
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, payload, done) => payload.resume().on("end", () => done(null)));
  app.all("/*", ({ raw }) => later(raw.url));
  return app;
}

function hapiServer() {
  const server = require("@hapi/hapi").server({ port, host: "127.0.0.1" });
  const respond = ({ raw }) => later(raw.req.url);
  server.route({ method: "GET", path: "/{path*}", handler: respond });
  server.route({ method: "POST", path: "/{path*}", handler: respond, options: { payload: { parse: false } } });
  return server;
}

const libraries = {
  "server-destroy"() {
    const server = createServer(handle).listen(port);
    require("server-destroy")(server);
    onEnd(() => server.destroy());
  },
  async "exit-hook"() {
    const { asyncExitHook } = await import("exit-hook");
    const server = createServer(handle).listen(port);
    asyncExitHook(() => new Promise((resolve) => server.close(resolve)), { wait: 5_000 });
  },
  stoppable() {
    const server = require("stoppable")(createServer(handle), 5_000).listen(port);
    onEnd(() => server.stop());
  },
  "@godaddy/terminus"() {
    const server = createServer(handle);
    require("@godaddy/terminus").createTerminus(server, { timeout: 5_000, onSignal: async () => undefined });
    server.listen(port);
    alsoByMessage();
  },
  "http-shutdown"() {
    const server = require("http-shutdown")(createServer(handle)).listen(port);
    onEnd(() => server.shutdown());
  },
  "http-graceful-shutdown"() {
    const server = createServer(handle).listen(port);
    onMessage(require("http-graceful-shutdown")(server));
  },
  "http-terminator"() {
    const server = createServer(handle).listen(port);
    const terminator = require("http-terminator").createHttpTerminator({ server });
    onEnd(() => terminator.terminate());
  },
  fastify() {
    const app = fastifyApp();
    app.listen({ port, host: "127.0.0.1" });
    onEnd(() => app.close());
  },
  async "@hapi/hapi"() {
    const server = hapiServer();
    await server.start();
    onEnd(() => server.stop({ timeout: 5_000 }));
  },
  "async-exit-hook"() {
    const server = createServer(handle).listen(port);
    require("async-exit-hook")((done) => server.close(done));
  },
  async lightship() {
    const { createLightship } = await import("lightship");
    const lightship = await createLightship();
    const server = createServer(handle).listen(port, () => lightship.signalReady());
    lightship.registerShutdownHandler(() => new Promise((resolve) => server.close(resolve)));
    onMessage(() => lightship.shutdown());
  },
  "@moebius/http-graceful-shutdown"() {
    const { GracefulShutdownManager } = require("@moebius/http-graceful-shutdown");
    const server = createServer(handle);
    const manager = new GracefulShutdownManager(server);
    server.listen(port);
    onEnd(() => manager.terminate(() => undefined));
  },
  "express-graceful-exit"() {
    const app = require("express")();
    const gracefulExit = require("express-graceful-exit");
    const server = app.listen(port);
    gracefulExit.init(server);
    app.use(gracefulExit.middleware(app));
    app.use(handle);
    onEnd(() => gracefulExit.gracefulExitHandler(app, server, { performLastRequest: true }));
  },
  death() {
    const server = createServer(handle).listen(port);
    require("death")(() => server.close(exit));
    alsoByMessage();
  },
  "node-graceful"() {
    const Graceful = require("node-graceful").default;
    const server = createServer(handle).listen(port);
    Graceful.on("exit", () => new Promise((resolve) => server.close(resolve)));
    onMessage(() => Graceful.exit());
  },
  "node-graceful-shutdown"() {
    const { onShutdown } = require("node-graceful-shutdown");
    const server = createServer(handle).listen(port);
    onShutdown(() => new Promise((resolve) => server.close(resolve)));
    alsoByMessage();
  },
  "close-with-grace"() {
    const app = fastifyApp();
    const { close } = require("close-with-grace")({ delay: 5_000 }, () => app.close());
    app.listen({ port, host: "127.0.0.1" });
    onMessage(close);
  },
  "fastify-graceful-shutdown"() {
    const app = fastifyApp();
    app.register(require("fastify-graceful-shutdown"));
    app.after(() => app.gracefulShutdown(async () => undefined));
    app.listen({ port, host: "127.0.0.1" });
    alsoByMessage();
  },
  killable() {
    const server = require("killable")(createServer(handle).listen(port));
    onEnd(() => server.kill());
  },
  "graceful-http"() {
    const server = createServer(handle).listen(port);
    const close = require("graceful-http")(server);
    onEnd(() => close().then(exit));
  },
  "express-graceful-shutdown"() {
    const app = require("express")();
    const server = createServer(app);
    app.use(require("express-graceful-shutdown")(server, { forceTimeout: 5_000 }));
    app.use(handle);
    server.listen(port);
    alsoByMessage();
  },
  "koa-graceful-shutdown"() {
    const app = new (require("koa"))();
    const server = createServer();
    app.use(require("koa-graceful-shutdown")(server, { forceTimeout: 5_000 }));
    app.use(async (context) => {
      context.req.resume();
      context.body = await later(context.req.url);
    });
    // Koa takes what is in use now.
    server.on("request", app.callback());
    server.listen(port);
    alsoByMessage();
  },
  "signal-exit"() {
    createServer(handle).listen(port);
    require("signal-exit").onExit(() => undefined);
    onMessage(exit);
  },
  async "when-exit"() {
    const { default: whenExit } = await import("when-exit");
    createServer(handle).listen(port);
    whenExit(() => undefined);
    onMessage(exit);
  },
  async "hapi-pulse"() {
    const server = hapiServer();
    await server.register({ plugin: require("hapi-pulse"), options: { timeout: 5_000 } });
    await server.start();
    alsoByMessage();
  },
  async "hapi-graceful-shutdown"() {
    const server = hapiServer();
    await server.register({ plugin: require("hapi-graceful-shutdown").plugin, options: { timeout: 5_000 } });
    await server.start();
    alsoByMessage();
  },
  async "@nestjs/core"() {
    require("reflect-metadata");
    const { NestFactory } = await import("@nestjs/core");
    const { Module } = await import("@nestjs/common");
    class App {}
    Module({})(App);
    const app = await NestFactory.create(App, { logger: false, bodyParser: false });
    app.use(handle);
    app.enableShutdownHooks();
    await app.listen(port);
    onMessage(() => app.close());
  },
  "http-close"() {
    const server = createServer(handle);
    require("http-close")({ timeout: 5_000 }, server);
    server.listen(port);
    onEnd(() => server.close());
  },
};

libraries[process.env.LIBRARY]();
