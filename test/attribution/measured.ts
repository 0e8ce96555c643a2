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
  // Less what loading takes.
  "outside: immer": { "package:immer": 0.66, code: 0.2, v8: 0.14 },
  "outside: react-dom": { v8: 0.52, "package:react-dom": 0.27, "package:react": 0.12, code: 0.09 },
  "again: signals combined": { node: 0.55, v8: 0.43 },
  "unseen: avsc": { "package:avsc": 0.42, "binding:buffer": 0.3, node: 0.25 },
};
