import { createServer } from "node:http2";
import { Duplex } from "node:stream";
import { serveMachine } from "../../../src/client/remote/serveMachine.ts";
import { greetingMark } from "../../../src/shared/machines/machineProtocol.ts";
import { protocolVersion } from "../../../src/shared/protocol.ts";

/** What the test's `ssh` runs: the far side, without an ssh between; with a flag, one that is no Hitless. */
const flag = process.argv[2];
if (flag?.startsWith("--answers-") === true) {
  const greeting = { protocolVersion, version: "1.2.3", nodeVersion: process.version };
  process.stdout.write(`${greetingMark}${JSON.stringify(greeting)}\n`);
  const server = createServer();
  server.on("stream", (stream) => {
    stream.on("error", () => undefined);
    stream.respond({ ":status": 200 });
    const more = (): void => {
      while (!stream.destroyed && stream.write("x".repeat(1_000_000))) {}
    };
    if (flag === "--answers-garbage") {
      stream.end("<html>");
    } else {
      stream.on("drain", more);
      more();
    }
  });
  server.emit("connection", Duplex.from({ readable: process.stdin, writable: process.stdout }));
} else {
  const told = new AbortController();
  process.once("SIGTERM", () => told.abort());
  await serveMachine({
    input: process.stdin,
    output: process.stdout,
    version: "1.2.3",
    allowRun: flag !== "--no-run",
    signal: told.signal,
  });
  process.exit(0);
}
