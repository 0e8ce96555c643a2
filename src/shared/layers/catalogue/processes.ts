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
    [["ChildProcess#kill", "#subprocesskillsignal", "killChild"]],
  ),
  ...entriesOf(["cluster", "process_wrap", "uv", "process"], [["fork", "env", "spawn"]]),
  ...entriesOf(["worker_threads", "worker", "v8", "thread"], [["Worker", "#new-workerfilename-options", "thread"]]),
  ...entriesOf(
    ["worker_threads", "worker", "v8", "otherThread"],
    [
      ["Worker#getHeapSnapshot", "options"],
      ["Worker#terminate", ""],
    ],
  ),
  ...entriesOf(["worker_threads", "worker", "v8", "otherThread"], ["Worker#cpuUsage", "Worker#getHeapStatistics"], {
    since: 22,
  }),
  ...entriesOf(
    ["worker_threads", "messaging", "v8", "eventLoop"],
    [
      ["BroadcastChannel#postMessage", "message"],
      ["MessagePort#close", "#portclose"],
      ["MessagePort#postMessage", "#portpostmessagevalue-transferlist"],
      ["Worker#postMessage", "value-transferlist"],
      ["postMessageToThread", "#workerpostmessagetothreadthreadid-value-transferlist-timeout"],
    ],
  ),
  ...entriesOf(
    ["worker_threads", "messaging", "v8", "synchronous"],
    [
      ["BroadcastChannel", "#new-broadcastchannelname"],
      "MessageChannel",
      ["moveMessagePortToContext", "#workermovemessageporttocontextport-contextifiedsandbox"],
      ["receiveMessageOnPort", "#workerreceivemessageonportport"],
    ],
  ),
  ...entriesOf(
    ["child_process", "process_wrap", "uv", "synchronous"],
    [
      ["ChildProcess#ref", "#subprocessref"],
      ["ChildProcess#unref", "#subprocessunref"],
    ],
  ),
  ...entriesOf(
    ["cluster", "process_wrap", "uv", "eventLoop"],
    [
      ["Worker#destroy", null, "kill"],
      ["Worker#kill", null, "kill"],
    ],
  ),
  ...entriesOf(
    ["cluster", "pipe_wrap", "uv", "eventLoop"],
    ["Worker#disconnect", ["Worker#send", null, "sendMessage"]],
  ),
  ...entriesOf(
    ["worker_threads", "worker", "v8", "synchronous"],
    [
      ["Worker#ref", ""],
      ["Worker#unref", ""],
    ],
  ),
  ...entriesOf(["worker_threads", "worker", "v8", "otherThread"], ["Worker#startCpuProfile"], {
    since: 22,
  }),
  ...entriesOf(["worker_threads", "worker", "v8", "otherThread"], ["Worker#startHeapProfile"], {
    since: 24,
  }),
  ...entriesOf(
    ["worker_threads", "messaging", "v8", "synchronous"],
    [
      "MessagePort#hasRef",
      ["MessagePort#ref", "#portref"],
      ["MessagePort#start", "#portstart"],
      ["MessagePort#unref", "#portunref"],
      ["BroadcastChannel#close", ""],
      ["BroadcastChannel#ref", ""],
      ["BroadcastChannel#unref", ""],
    ],
  ),
  ...entriesOf(["worker_threads", "locks", "node", "microtask"], ["locks.query", "locks.request"], { since: 24 }),
];
