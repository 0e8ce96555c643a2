import assert from "node:assert/strict";
import { findStrays, type ProcessSource } from "../../../../src/shared/basics/strays.ts";

const nothing: ProcessSource = {
  platform: "linux",
  user: 501,
  names: () => [],
  read: () => "",
  link: () => "",
  ps: async () => "",
};

describe("findStrays", () => {
  it("finds, where `ps` is asked, workers of the user whose parent is the first process", async () => {
    const worker = "/usr/local/bin/node --inspect-port=0 --require /opt/hitless/dist/preload.cjs /srv/api/server.js";
    const output = [
      `  101     1   501 ${worker}`,
      `  102   100   501 ${worker}`,
      `  103     1     0 ${worker}`,
      "  104     1   501 /usr/local/bin/node --require /srv/other/preload.mjs /srv/api/server.js",
      "  105     1   501 vi preload.cjs",
      "",
    ].join("\n");
    const strays = await findStrays({ ...nothing, platform: "darwin", ps: async () => output });
    assert.deepEqual(strays, [{ pid: 101 }]);
  });

  it("finds on Linux workers whose parent is not the supervisor that their environment names", async () => {
    const worker = ["node", "--require", "/opt/hitless/dist/preload.cjs", "/srv/api/server.js", ""].join("\0");
    const processes: Readonly<Record<string, readonly [string, string, number, string]>> = {
      11: [worker, "A=1\0HITLESS_ID=10-1\0", 1, "pid:[1]"],
      12: [worker, "HITLESS_ID=9-2\0", 9, "pid:[1]"],
      13: [worker, "HITLESS_ID=10-3\0", 1, "pid:[2]"],
      14: [worker, "A=HITLESS_ID=10-4\0", 1, "pid:[1]"],
      15: ["node\0/srv/api/server.js\0", "HITLESS_ID=10-5\0", 1, "pid:[1]"],
      // It belongs to another user.
      16: [worker, "", 1, ""],
    };
    const read = (file: string): string => {
      const [, , pid = "", what] = file.split("/");
      const [command, environment, parent] = processes[pid] ?? assert.fail(file);
      return { cmdline: command, environ: environment, status: `Name:\tnode\nPPid:\t${parent}\n` }[what ?? ""] ?? "";
    };
    const link = (file: string): string =>
      file.startsWith("/proc/self/") ? "pid:[1]" : (processes[file.split("/")[2] ?? ""]?.[3] ?? "");
    const names = (): string[] => ["self", "meminfo", ...Object.keys(processes)];
    assert.deepEqual(await findStrays({ ...nothing, names, read, link }), [{ pid: 11, supervisor: 10 }]);
    // Where the system hides the namespace, nobody is taken for one.
    assert.deepEqual(await findStrays({ ...nothing, names, read, link: () => "" }), []);
  });

  it("finds none on Windows", async () => {
    assert.deepEqual(await findStrays({ ...nothing, platform: "win32", names: assert.fail, ps: assert.fail }), []);
  });
});
