import type { CodeStyle } from "../source/codeStyle.ts";
import { freeName, type ShutdownServer } from "./shutdownServer.ts";

interface ShutdownLines {
  readonly servers: readonly ShutdownServer[];
  /** Name of the function that ends the worker. */
  readonly name: string;
  readonly taken: ReadonlySet<string>;
  readonly style: CodeStyle;
  /** Whether the process has more servers, in other files, which close on the same message: the last of them exits. */
  readonly shared: boolean;
  /** Whether the file is TypeScript. */
  readonly typed: boolean;
}

const hint = "// End here what else keeps the process alive, such as the pools of a database.";

/** The code that closes servers and then exits, on SIGTERM and on the message `shutdown`, line by line. */
export function shutdownLines({ servers, name, taken, style, shared, typed }: ShutdownLines): string[] {
  const { indent, quote, semicolon } = style;
  const text = (content: string) => `${quote}${content}${quote}`;
  const multiplexed = servers.filter(({ way }) => way === "sessions").map((server) => server.name);
  const sessions = multiplexed.length === 0 ? "" : freeName(["sessions", "openSessions"], taken);
  const session = typed ? `<import(${text("node:http2")}).ServerHttp2Session>` : "";
  const tracking = multiplexed.flatMap((server) => [
    `${server}.on(${text("session")}, (session) => {`,
    `${indent}${sessions}.add(session)${semicolon}`,
    `${indent}session.once(${text("close")}, () => ${sessions}.delete(session))${semicolon}`,
    `})${semicolon}`,
  ]);
  const endSessions = [`for (const session of ${sessions}) {`, `${indent}session.close()${semicolon}`, "}"];
  const listener = shared ? freeName(["onShutdown", "onProcessMessage"], taken) : undefined;
  const { isAsync, begin, wait } = closing(servers, style, listener);
  const end = multiplexed.length === 0 ? [] : endSessions;
  const body = isAsync ? [...begin, ...end, ...wait] : [...begin, ...wait, ...end];
  return [
    "// Takes no more connections and ends this worker when the requests in flight are answered.",
    ...(shared
      ? ["// Each server of the app does so, and listens for messages until it has closed: the last one exits."]
      : []),
    ...(multiplexed.length === 0 ? [] : [`const ${sessions} = new Set${session}()${semicolon}`, ...tracking]),
    `const ${name} = ${isAsync ? "async " : ""}() => {`,
    ...body.map((line) => `${indent}${line}`),
    `}${semicolon}`,
    `process.once(${text("SIGTERM")}, ${name})${semicolon}`,
    listener === undefined
      ? `process.on(${text("message")}, (message) => {`
      : `const ${listener} = (message${typed ? ": unknown" : ""}) => {`,
    `${indent}if (message === ${text("shutdown")}) {`,
    `${indent}${indent}${name}()${semicolon}`,
    `${indent}}`,
    ...(listener === undefined
      ? [`})${semicolon}`]
      : [`}${semicolon}`, `process.on(${text("message")}, ${listener})${semicolon}`]),
  ];
}

/** The code that begins to close the servers, and the code that waits for them and exits. */
function closing(
  servers: readonly ShutdownServer[],
  { indent, quote, semicolon }: CodeStyle,
  listener: string | undefined,
): { readonly isAsync: boolean; readonly begin: readonly string[]; readonly wait: readonly string[] } {
  const [only, another] = servers;
  const message = `${quote}message${quote}`;
  const exit =
    listener === undefined
      ? [hint, `process.exit()${semicolon}`]
      : [
          `process.off(${message}, ${listener})${semicolon}`,
          `if (process.listenerCount(${message}) === 0) {`,
          ...[hint, `process.exit()${semicolon}`].map((line) => `${indent}${line}`),
          "}",
        ];
  if (only !== undefined && another === undefined) {
    return only.way === "promise"
      ? { isAsync: true, begin: [], wait: [`await ${only.name}.close()${semicolon}`, ...exit] }
      : {
          isAsync: false,
          begin: [],
          wait: [`${only.name}.close(() => {`, ...exit.map((line) => `${indent}${line}`), `})${semicolon}`],
        };
  }
  const closed = servers.map(({ name, way }) =>
    way === "promise" ? `${name}.close()` : `new Promise((resolve) => ${name}.close(resolve))`,
  );
  return {
    isAsync: true,
    begin: ["const closed = [", ...closed.map((line) => `${indent}${line},`), `]${semicolon}`],
    wait: [`await Promise.all(closed)${semicolon}`, ...exit],
  };
}
