import type { CatalogueEntry } from "../entry.ts";
import { entriesOf } from "./rows.ts";

export const processesEntries: readonly CatalogueEntry[] = [
  ...entriesOf(
    ["child_process", "process_wrap", "uv", "process"],
    [
      ["exec", "command-options-callback", "spawn"],
      ["execFile", "file-args-options-callback", "spawn"],
      ["fork", "modulepath-args-options", "spawn"],
      ["spawn", "command-args-options", "spawn"],
    ],
  ),
  ...entriesOf(
    ["child_process", "spawn_sync", "uv", "processSync"],
    [
      ["execFileSync", "file-args-options", "spawn", "wait"],
      ["execSync", "command-options", "spawn", "wait"],
      ["spawnSync", "command-args-options", "spawn", "wait"],
    ],
  ),
  ...entriesOf(
    ["child_process", "process_wrap", "uv", "synchronous"],
    [["ChildProcess.prototype.kill", "#subprocesskillsignal", "killChild"]],
  ),
  ...entriesOf(["cluster", "process_wrap", "uv", "process"], [["fork", "env", "spawn"]]),
  ...entriesOf(["worker_threads", "worker", "v8", "thread"], [["Worker", "#new-workerfilename-options", "thread"]]),
  ...entriesOf(
    ["worker_threads", "worker", "v8", "otherThread"],
    [
      ["Worker.prototype.getHeapSnapshot", "options"],
      ["Worker.prototype.terminate", ""],
    ],
  ),
  ...entriesOf(
    ["worker_threads", "worker", "v8", "otherThread"],
    [
      ["Worker.prototype.cpuUsage", null],
      ["Worker.prototype.getHeapStatistics", null],
    ],
    { since: 22 },
  ),
  ...entriesOf(
    ["worker_threads", "messaging", "v8", "eventLoop"],
    [
      ["BroadcastChannel.prototype.postMessage", "message"],
      ["MessagePort.prototype.close", "#portclose"],
      ["MessagePort.prototype.postMessage", "#portpostmessagevalue-transferlist"],
      ["Worker.prototype.postMessage", "value-transferlist"],
      ["postMessageToThread", "#workerpostmessagetothreadthreadid-value-transferlist-timeout"],
    ],
  ),
  ...entriesOf(
    ["worker_threads", "messaging", "v8", "synchronous"],
    [
      ["BroadcastChannel", "#new-broadcastchannelname"],
      ["MessageChannel", null],
      ["moveMessagePortToContext", "#workermovemessageporttocontextport-contextifiedsandbox"],
      ["receiveMessageOnPort", "#workerreceivemessageonportport"],
    ],
  ),
  ...entriesOf(
    ["child_process", "process_wrap", "uv", "synchronous"],
    [
      ["ChildProcess.prototype.ref", "#subprocessref"],
      ["ChildProcess.prototype.unref", "#subprocessunref"],
    ],
  ),
  ...entriesOf(
    ["cluster", "process_wrap", "uv", "eventLoop"],
    [
      ["Worker.prototype.destroy", null, "kill"],
      ["Worker.prototype.kill", null, "kill"],
    ],
  ),
  ...entriesOf(
    ["cluster", "pipe_wrap", "uv", "eventLoop"],
    [
      ["Worker.prototype.disconnect", null],
      ["Worker.prototype.send", null, "sendMessage"],
    ],
  ),
  ...entriesOf(
    ["worker_threads", "worker", "v8", "synchronous"],
    [
      ["Worker.prototype.ref", ""],
      ["Worker.prototype.unref", ""],
    ],
  ),
  ...entriesOf(["worker_threads", "worker", "v8", "otherThread"], [["Worker.prototype.startCpuProfile", null]], {
    since: 22,
  }),
  ...entriesOf(["worker_threads", "worker", "v8", "otherThread"], [["Worker.prototype.startHeapProfile", null]], {
    since: 24,
  }),
  ...entriesOf(
    ["worker_threads", "messaging", "v8", "synchronous"],
    [
      ["MessagePort.prototype.hasRef", null],
      ["MessagePort.prototype.ref", "#portref"],
      ["MessagePort.prototype.start", "#portstart"],
      ["MessagePort.prototype.unref", "#portunref"],
      ["BroadcastChannel.prototype.close", ""],
      ["BroadcastChannel.prototype.ref", ""],
      ["BroadcastChannel.prototype.unref", ""],
    ],
  ),
  ...entriesOf(
    ["worker_threads", "locks", "node", "microtask"],
    [
      ["locks.query", null],
      ["locks.request", null],
    ],
    { since: 24 },
  ),
];
