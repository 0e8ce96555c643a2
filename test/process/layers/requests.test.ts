import assert from "node:assert/strict";
import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import * as v from "valibot";
import { type RequestLine, requestLineSchema } from "../../../src/shared/cliOutput.ts";
import { type CliWorld, endByCtrlC, openCliWorld } from "../cli/hitless.ts";

const server = `
require("node:http").createServer((request, response) => {
  if (request.url.startsWith("/slow")) {
    setTimeout(() => response.end("late"), 300);
  } else if (request.url === "/fails") {
    response.writeHead(503).end();
  } else if (request.url !== "/hangs") {
    response.end("ok");
  }
}).listen(0);
`;

describe("hitless requests", () => {
  let world: CliWorld;

  beforeEach(() => {
    world = openCliWorld();
  });

  afterEach(() => world.end());

  it("tells what was slow, what failed, what hangs, and nothing of the rest", async () => {
    world.write({ "server.js": server });
    const app = world.start(["start", "server.js", "--name", "api", "--workers", "2"]);
    const [, port] = await app.until("stderr", /ready 2\/2 .*:\/\/\S+?:(\d+)\D/);
    const watching = world.start(["requests", "api", "--slow", "200", "--json"]);
    // The workers watch from the first look on; a request that is slow shows that it has come.
    const ask = async (path: string): Promise<void> => {
      const [response] = (await once(get({ port, path, agent: false }), "response")) as [IncomingMessage];
      await once(response.resume(), "close");
    };
    const lines = (): RequestLine[] =>
      watching.stdout
        .split("\n")
        .filter(Boolean)
        .map((line) => v.parse(requestLineSchema, JSON.parse(line)));
    while (!lines().some(({ path }) => path === "/slow")) {
      await ask("/slow?token=secret");
    }
    const hanging = get({ port, path: "/hangs", agent: false }).on("error", () => undefined);
    await Promise.all([ask("/quick"), ask("/fails"), ask("/slow/again")]);
    await watching.until("stdout", /"path":"\/hangs"/);
    hanging.destroy();
    await watching.until("stdout", /"outcome":"aborted"/);
    await endByCtrlC(watching);
    const told = lines().filter(({ path }) => path !== "/slow");
    assert.deepEqual(
      told.map(({ path, status, outcome }) => [path, status, outcome]).sort(),
      [
        ["/fails", 503, "answered"],
        ["/hangs", undefined, "aborted"],
        ["/hangs", undefined, "open"],
        ["/slow/again", 200, "answered"],
      ].sort(),
    );
    assert.ok(lines().every(({ ms, path }) => path === "/fails" || ms >= 200));
    assert.ok(!watching.stdout.includes("secret"));
  });
});
