import type { CatalogueEntry } from "../entry.ts";
import { entriesOf } from "./rows.ts";

export const systemEntries: readonly CatalogueEntry[] = [
  ...entriesOf(
    ["process", "process_methods", "uv", "synchronous"],
    [
      ["availableMemory", "", "availableMemory"],
      ["chdir", "directory", "chdir"],
      ["constrainedMemory", "", "constrainedMemory"],
      ["cpuUsage", "previousvalue", "rusage"],
      ["cwd", "", "cwd"],
      ["hrtime", "time"],
      ["hrtime.bigint", ""],
      ["kill", "pid-signal", "kill"],
      ["memoryUsage", "", "rss"],
      ["memoryUsage.rss", "", "rss"],
      ["resourceUsage", "", "rusage"],
      ["umask", "", "umask"],
      ["uptime", ""],
    ],
  ),
  ...entriesOf(["process", "process_methods", "uv", "synchronous"], [["threadCpuUsage", null, "threadUsage"]], {
    since: 22,
  }),
  ...entriesOf(
    ["process", "process_methods", "node", "synchronous"],
    [
      ["abort", "", "raise"],
      ["exit", "code", "exit"],
      ["getActiveResourcesInfo", ""],
      ["loadEnvFile", "path", "readWhole"],
    ],
  ),
  ...entriesOf(["process", "process_methods", "node", "synchronous"], [["execve", null, "execve"]], { since: 22 }),
  ...entriesOf(["process", "process_methods", "uv", "synchronous"], [["dlopen", "module-filename-flags", "load"]], {
    source: "node_binding.cc",
  }),
  ...entriesOf(
    ["process", "credentials", "os", "synchronous"],
    [
      ["getegid", "", "getegid"],
      ["geteuid", "", "geteuid"],
      ["getgid", "", "getgid"],
      ["getgroups", "", "getgroups"],
      ["getuid", "", "getuid"],
      ["initgroups", "user-extragroup", "initgroups"],
      ["setegid", "id", "setegid"],
      ["seteuid", "id", "seteuid"],
      ["setgid", "id", "setgid"],
      ["setgroups", "groups", "setgroups"],
      ["setuid", "id", "setuid"],
    ],
  ),
  ...entriesOf(["process", "task_queue", "node", "microtask"], [["nextTick", "callback-args"]]),
  ...entriesOf(
    ["process", "report", "node", "synchronous"],
    [
      ["report.getReport", "err", "readWhole"],
      ["report.writeReport", "filename-err", "open", "write", "close"],
    ],
  ),
  ...entriesOf(["process", "errors", "node", "synchronous"], [["setSourceMapsEnabled", "val"]]),
  ...entriesOf(
    ["process", "stream_wrap", "uv", "synchronous"],
    [
      ["stderr.write", null, "console"],
      ["stdout.write", null, "console"],
    ],
    { besides: "fullPipe" },
  ),
  ...entriesOf(
    ["os", "os", "uv", "synchronous"],
    [
      ["availableParallelism", "", "affinity"],
      ["cpus", "", "cpus"],
      ["freemem", "", "freeMemory"],
      ["getPriority", "pid", "getpriority"],
      ["homedir", ""],
      ["hostname", "", "hostname"],
      ["loadavg", "", "loadavg"],
      ["networkInterfaces", "", "interfaces"],
      ["setPriority", "pid-priority", "setpriority"],
      ["totalmem", "", "totalMemory"],
      ["uptime", "", "uptime"],
      ["userInfo", "options", "account"],
    ],
  ),
  ...entriesOf(["os", "credentials", "os", "synchronous"], [["tmpdir", ""]]),
  ...entriesOf(["process", "report", "node", "synchronous"], [["setUncaughtExceptionCaptureCallback", "fn"]]),
];
