/**
 * Whose the time of cases is that turned out to be of several parts: shares of the thread's CPU time without garbage
 * collection, by `perf` on Node.js 24 (`--perf-basic-prof`, without inlining, by the stacks of native code).
 */
export const measuredByPerf: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "held out: messages to a port": { loop: 0.65, "binding:messaging": 0.34 },
  "fresh: localeCompare in a sort": { v8: 0.74, code: 0.22, node: 0.02 },
  "fresh: a cipher": { "binding:crypto": 0.7, node: 0.21, v8: 0.03 },
  "fresh: inspect": { node: 0.55, v8: 0.39, "binding:util": 0.03 },
  "fresh: paths": { node: 0.7, v8: 0.22, code: 0.07 },
  "last: eventemitter3": { code: 0.6, "package:eventemitter3": 0.4 },
  "unseen: look-ups of names": { node: 0.58, v8: 0.28, code: 0.12, loop: 0.01 },
  "unseen: downloads over TLS": { "binding:stream_wrap": 0.77, node: 0.12, loop: 0.1 },
  "unseen: hogan": { "package:hogan.js": 0.8, v8: 0.16 },
  "unseen: avsc": { "package:avsc": 0.42, "binding:buffer": 0.3, node: 0.25 },
};
