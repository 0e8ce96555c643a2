import assert from "node:assert/strict";
import { type ProcessSource, processSource } from "../../../../src/shared/basics/processSource.ts";
import { findLeftovers, findStrays, windowsChildren } from "../../../../src/shared/basics/strays.ts";

const nothing: ProcessSource = {
  platform: "linux",
  user: 501,
  names: () => [],
  read: () => "",
  link: () => "",
  pid: 1000,
  ps: async () => "",
  windows: async () => "",
};

/** What `/proc` tells of each: its command line, its environment, its parent and where its pid is counted. */
type Processes = Readonly<Record<string, readonly [string, string, number, string]>>;

function onLinux(processes: Processes): ProcessSource {
  return {
    ...nothing,
    names: () => ["self", "meminfo", ...Object.keys(processes)],
    read: (file) => {
      const [, , pid = "", what] = file.split("/");
      const [command, environment, parent] = processes[pid] ?? ["", "", 0];
      const status = pid in processes ? `Name:\tnode\nPPid:\t${parent}\n` : "";
      return { cmdline: command, environ: environment, status }[what ?? ""] ?? "";
    },
    link: (file) => (file.startsWith("/proc/self/") ? "pid:[1]" : (processes[file.split("/")[2] ?? ""]?.[3] ?? "")),
  };
}

const linuxWorker = ["node", "--require", "/opt/hit less/dist/preload.cjs", "/srv/api/server.js", ""].join("\0");

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
    const processes: Processes = {
      11: [linuxWorker, "A=1\0HITLESS_ID=10-1\0", 1, "pid:[1]"],
      12: [linuxWorker, "HITLESS_ID=9-2\0", 9, "pid:[1]"],
      13: [linuxWorker, "HITLESS_ID=10-3\0", 1, "pid:[2]"],
      14: [linuxWorker, "A=HITLESS_ID=10-4\0", 1, "pid:[1]"],
      15: ["node\0/srv/api/server.js\0", "HITLESS_ID=10-5\0", 1, "pid:[1]"],
      // It belongs to another user.
      16: [linuxWorker, "", 1, ""],
    };
    assert.deepEqual(await findStrays(onLinux(processes)), [{ pid: 11, supervisor: 10 }]);
    // Where the system hides the namespace, nobody is taken for one.
    assert.deepEqual(await findStrays({ ...onLinux(processes), link: () => "" }), []);
  });

  it("finds on Windows workers of its session whose parent has ended, though its pid is another's by now", async () => {
    const command = (path: string): string =>
      `"C:\\node.exe" --inspect-port=0 --require ${path} "C:\\my app\\server.js"`;
    const worker = command('"C:\\Program Files\\hitless\\preload.cjs"');
    const row = (ProcessId: number, ParentProcessId: number, CommandLine: string | null, more = {}) => {
      return { ProcessId, ParentProcessId, CommandLine, SessionId: 2, Created: ProcessId, ...more };
    };
    const rows = [
      row(1000, 4, "node supervisor.cjs"),
      row(2001, 1999, worker),
      row(2002, 1000, worker),
      row(2003, 1999, worker, { SessionId: 0 }),
      row(2004, 3000, command("C:\\hitless\\preload.cjs")),
      row(3000, 4, "another program"),
      row(2005, 1999, null),
      row(2006, 1999, '"C:\\node.exe" --require "C:\\other\\preload.mjs" preload.cjs'),
    ];
    const source: ProcessSource = { ...nothing, platform: "win32", names: assert.fail, ps: assert.fail };
    assert.deepEqual(await findStrays({ ...source, windows: async () => JSON.stringify(rows) }), [
      { pid: 2001, supervisor: 1999 },
      { pid: 2004, supervisor: 3000 },
    ]);
    for (const output of ["", "null", "{}", "no such program"]) {
      assert.deepEqual(await findStrays({ ...source, windows: async () => output }), []);
    }
  });
});

describe("findLeftovers", () => {
  it("names what has outlived its worker, and nothing that is still below one or its supervisor", () => {
    const processes: Processes = {
      // Supervisor 10 lives, 9 does not.
      10: ["node\0supervisor.cjs\0", "", 1, "pid:[1]"],
      11: [linuxWorker, "HITLESS_ID=10-1\0", 10, "pid:[1]"],
      12: ["sh\0-c\0wait\0", "HITLESS_ID=10-1\0", 11, "pid:[1]"],
      13: ["redis-server\0*:6379\0", "HITLESS_ID=10-1\0", 1, "pid:[1]"],
      14: [`node\0${"long ".repeat(50)}`, "HITLESS_ID=9-4\0", 1, "pid:[1]"],
      15: [linuxWorker, "HITLESS_ID=9-1\0", 1, "pid:[1]"],
      16: ["child of a stray\0", "HITLESS_ID=9-1\0", 15, "pid:[1]"],
      17: ["elsewhere\0", "HITLESS_ID=9-1\0", 1, "pid:[2]"],
      18: ["", "HITLESS_ID=9-1\0", 1, "pid:[1]"],
    };
    const found = findLeftovers(onLinux(processes));
    assert.deepEqual(
      found.map(({ pid, supervisor }) => [pid, supervisor]),
      [
        [13, 10],
        [14, 9],
      ],
    );
    assert.equal(found[0]?.command, "redis-server *:6379");
    assert.equal(found[1]?.command.length, 80);
    assert.deepEqual(findLeftovers({ ...onLinux(processes), platform: "darwin" }), []);
  });
});

describe("processSource", () => {
  it("asks each system's own program, without a shell, and takes what can't be read for empty", async () => {
    const asked: string[] = [];
    const source = processSource({
      process: { platform: "win32", pid: 7 },
      fs: { readdirSync: () => ["7"], readFileSync: () => assert.fail("no rights"), readlinkSync: () => "pid:[1]" },
      execFile: (program, args, { timeout }, done) => {
        asked.push(program);
        assert.ok(timeout > 0 && args.every((arg) => typeof arg === "string"));
        done(new Error("not found"), "");
      },
    });
    assert.deepEqual(
      [source.read("/proc/7/environ"), source.link("/proc/7/ns/pid"), source.user],
      ["", "pid:[1]", undefined],
    );
    assert.deepEqual([await source.ps(), await source.windows(), asked], ["", "", ["ps", "powershell.exe"]]);
  });
});

describe("windowsChildren", () => {
  it("tells the children of a process, and not those of an earlier one that had its pid", () => {
    const row = (ProcessId: number, ParentProcessId: number, Created: number) => ({
      ProcessId,
      ParentProcessId,
      Created,
    });
    const childrenOf = windowsChildren(JSON.stringify([row(0, 0, 0), row(7, 1, 50), row(8, 7, 60), row(9, 7, 40)]));
    assert.deepEqual([childrenOf(7), childrenOf(0), childrenOf(8)], [[8], [], []]);
    assert.deepEqual(windowsChildren("")(7), []);
  });
});
