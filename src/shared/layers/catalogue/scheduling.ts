import type { CatalogueEntry } from "../entry.ts";
import { entriesOf } from "./rows.ts";

export const schedulingEntries: readonly CatalogueEntry[] = [
  ...entriesOf(
    ["timers", "timers", "uv", "timer"],
    [
      ["setInterval", "#setintervalcallback-delay-args", "poll"],
      ["setTimeout", "#settimeoutcallback-delay-args", "poll"],
    ],
  ),
  ...entriesOf(["timers", "timers", "uv", "eventLoop"], [["setImmediate", "#setimmediatecallback-args"]]),
  ...entriesOf(
    ["timers/promises", "timers", "uv", "timer"],
    [
      ["scheduler.wait", "delay-options", "poll"],
      ["setInterval", "delay-value-options", "poll"],
      ["setTimeout", "delay-value-options", "poll"],
    ],
  ),
  ...entriesOf(
    ["timers/promises", "timers", "uv", "eventLoop"],
    [
      ["scheduler.yield", ""],
      ["setImmediate", "value-options"],
    ],
  ),
  ...entriesOf(
    ["stream", "task_queue", "node", "microtask"],
    [
      ["finished", "stream-options"],
      ["pipeline", "source-transforms-destination-options"],
    ],
  ),
  ...entriesOf(["stream/promises", "task_queue", "node", "microtask"], ["finished", "pipeline"]),
  ...entriesOf(
    ["perf_hooks", "performance", "uv", "synchronous"],
    [
      ["monitorEventLoopDelay", "options"],
      ["performance.eventLoopUtilization", "#performanceeventlooputilizationutilization1-utilization2"],
      ["performance.mark", "#performancemarkname-options"],
      ["performance.measure", "#performancemeasurename-startmarkoroptions-endmark"],
      ["performance.now", "#performancenow"],
    ],
  ),
  ...entriesOf(["perf_hooks", "performance", "v8", "synchronous"], [["PerformanceObserver#observe", "options"]]),
  ...entriesOf(["perf_hooks", "performance", "node", "synchronous"], [["createHistogram", "options"]], {
    source: "histogram.cc",
  }),
  ...entriesOf(["async_hooks", "async_wrap", "v8", "synchronous"], [["createHook", "callbacks"]]),
  ...entriesOf(["async_hooks", "async_context_frame", "v8", "synchronous"], ["AsyncLocalStorage#run", "AsyncResource"]),
  ...entriesOf(
    ["timers", "timers", "uv", "synchronous"],
    [
      ["clearInterval", "#clearintervaltimeout"],
      ["clearTimeout", "#cleartimeouttimeout"],
    ],
  ),
  ...entriesOf(["perf_hooks", "performance", "uv", "synchronous"], ["eventLoopUtilization", "timerify"], { since: 24 }),
  ...entriesOf(
    ["perf_hooks", "performance", "uv", "synchronous"],
    [
      ["performance.timerify", "#performancetimerifyfn-options"],
      ["performance.toJSON", "#performancetojson"],
      ["PerformanceObserver#disconnect", "#performanceobserverdisconnect"],
    ],
  ),
  ...entriesOf(
    ["async_hooks", "async_context_frame", "v8", "synchronous"],
    [
      "AsyncLocalStorage.bind",
      "AsyncLocalStorage.snapshot",
      "AsyncResource.bind",
      "AsyncResource#runInAsyncScope",
      "AsyncLocalStorage#disable",
      "AsyncLocalStorage#enterWith",
      "AsyncLocalStorage#exit",
      "AsyncLocalStorage#getStore",
    ],
  ),
  ...entriesOf(["async_hooks", "async_context_frame", "v8", "synchronous"], ["AsyncLocalStorage#withScope"], {
    since: 24,
  }),
];
