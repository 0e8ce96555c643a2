import { type ChildProcess, spawn } from "node:child_process";
import { findProgram } from "../programs.ts";
import { poll } from "./until.ts";

/** Stands in for systemd: the end of a notify socket that receives, and nothing else of it. */
export interface NotifySocket {
  /** What `NOTIFY_SOCKET` has to be. */
  readonly name: string;
  /** The datagrams so far. */
  readonly heard: readonly string[];
  until(pattern: RegExp): Promise<void>;
  close(): Promise<void>;
}

export const pythonNames = ["python3", "python"];

/** Node.js has no such sockets. Descriptors that come along are dropped, which is what `systemd-notify` waits for. */
const receiver = `
import json, socket, sys
name = sys.argv[1]
end = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
end.bind("\\0" + name[1:] if name.startswith("@") else name)
print(json.dumps("bound"), flush=True)
while True:
    print(json.dumps(end.recv(65536).decode()), flush=True)
`;

/** @param name A path, or a name of the abstract namespace with \`@\` in front. */
export async function openNotifySocket(name: string): Promise<NotifySocket> {
  const heard: string[] = [];
  const child: ChildProcess = spawn(findProgram(pythonNames) ?? "python3", ["-c", receiver, name], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let rest = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    heard.push(...lines.map((line) => JSON.parse(line) as string));
  });
  const until = (pattern: RegExp): Promise<void> =>
    poll(
      () => `${pattern} came (there was ${JSON.stringify(heard)})`,
      () => heard.some((text) => pattern.test(text)),
    );
  await until(/^bound$/);
  heard.length = 0;
  return {
    name,
    heard,
    until,
    close: () =>
      new Promise((resolve) => {
        child.once("exit", () => resolve());
        child.kill("SIGKILL");
      }),
  };
}
