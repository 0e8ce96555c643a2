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
  "outside: csv-parse": { "package:csv-parse": 0.55, v8: 0.28, "binding:buffer": 0.08, node: 0.07 },
  "outside: react-dom": { v8: 0.52, "package:react-dom": 0.27, "package:react": 0.12, code: 0.09 },
  "again: signals combined": { node: 0.55, v8: 0.43 },
  "hostile: a reviver that counts": { v8: 0.82, code: 0.15 },
  "hostile: a typed array by a comparator": { code: 0.78, v8: 0.22 },
  "hostile: a handler that scores": { code: 0.68, node: 0.14, "binding:stream_wrap": 0.08, loop: 0.07 },
  "hostile: a handler with pbkdf2Sync": { "binding:crypto": 0.82, node: 0.07, "binding:stream_wrap": 0.05, loop: 0.04 },
  "hostile: underscore's template": { "package:underscore": 0.73, v8: 0.25 },
  "hostile: yup": { "package:yup": 0.73, v8: 0.25 },
  "hostile: kysely": { "package:kysely": 0.59, v8: 0.38 },
  "hostile: d3-dsv": { "package:d3-dsv": 0.62, v8: 0.36 },
  "hostile: crypto-js": { "package:crypto-js": 0.69, v8: 0.28 },
  "hostile: performance marks": { node: 0.57, v8: 0.19, "binding:performance": 0.13, code: 0.09 },
  "hostile: bson": { "package:bson": 0.73, v8: 0.14, node: 0.05, "binding:buffer": 0.07 },
  "hostile: diff": { "package:diff": 0.77, v8: 0.22 },
  "control: an event for each row": { code: 0.59, node: 0.41 },
  "control: path-to-regexp": { v8: 0.53, code: 0.29, "package:path-to-regexp": 0.17 },
  "control: pdf-lib": { "package:pdf-lib": 0.4, v8: 0.26, "package:pako": 0.27, node: 0.04, "package:tslib": 0.02 },
  "unseen: avsc": { "package:avsc": 0.42, "binding:buffer": 0.3, node: 0.25 },
};
