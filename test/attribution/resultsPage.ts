import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../support/paths.ts";
import { again } from "./again.ts";
import { control } from "./control.ts";
import { fresh } from "./fresh.ts";
import { heldOut } from "./heldOut.ts";
import { hostile } from "./hostile.ts";
import { outside } from "./outside.ts";
import { final, last, unseen } from "./unseen.ts";

export interface CaseResult {
  readonly name: string;
  /** Any of these parts is right. */
  readonly wanted: readonly string[];
  /** Version of Node.js. */
  readonly node: string;
  /** `untold`: a sample that says that it can't tell. */
  readonly verdict: "right" | "untold" | "wrong";
  /** Share of the busy time that was given to whose it is. */
  readonly agreed: number;
  /** Largest first. */
  readonly shares: readonly (readonly [id: string, share: number])[];
  /** A part and its share as measured without a profiler; absent where the case is of one part. */
  readonly measured?: readonly [part: string, share: number];
  /** Shares of the parts as `perf` has measured them; absent where they are not of several. */
  readonly parts?: Readonly<Record<string, number>>;
  /** Where the busiest own function is said to be; absent where that is right, or not looked at. */
  readonly shown?: string;
}

const results: CaseResult[] = [];

export function recordResult(result: CaseResult): void {
  results.push(result);
}

/**
 * Writes `docs/attribution.md`, once all cases have been tried on all versions, be it in several runs: the results of
 * the last ones are kept in `test-results`.
 */
export function writeResults(cases: number): void {
  const folder = join(projectRoot, "test-results");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "attribution-cases.json");
  const earlier = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as CaseResult[]) : [];
  const keyOf = ({ name, node }: CaseResult): string => `${node} ${name}`;
  const merged = [...new Map([...earlier, ...results].map((result) => [keyOf(result), result])).values()];
  writeFileSync(file, JSON.stringify(merged, undefined, 1));
  const nodes = [...new Set(merged.map(({ node }) => node))].sort();
  if (merged.length === 4 * cases && nodes.length === 4) {
    writeFileSync(join(projectRoot, "docs", "attribution.md"), pageOf(merged, nodes));
  }
}

function pageOf(all: readonly CaseResult[], nodes: readonly string[]): string {
  const [cpu] = cpus();
  const machine = `${cpu?.model ?? "an unknown CPU"}, ${cpus().length} CPUs, ${process.platform} ${process.arch}, load average ${loadavg()[2]?.toFixed(0)}`;
  const sets = [heldOut, fresh, unseen, last, final, outside, again, hostile, control];
  const [held, later, newer, newest, finals, strange, anew, against, after] = sets.map((set) =>
    all.filter(({ name }) => name in set),
  );
  const shared = all.filter(({ name }) => !sets.some((set) => name in set));
  return `# Whose CPU time it is: the table of cases

Written by \`npm run test:attribution\` on ${new Date().toISOString().slice(0, 10)} (${machine}; Node.js ${nodes.join(", ")}). It runs each case
in a process of its own and samples it for half a second, before other processes where the machine lets it: what has no CPU can't be sampled.
A case is right where at least 70 % of its busy time, without garbage collection, is given to
whose it is; *can't tell* where the sample says so instead. Where a case is of two parts, such as a template engine that escapes by a
regular expression of V8's, the share of one is measured in a process without a profiler, as what the case takes less without that part, or
the shares of all by \`perf\` on Node.js 24 (\`test/attribution/measured.ts\`); right is then what both agree in. The first table is of cases that
the attribution was made with.
What a CPU sample is, and how it is attributed, is in [architecture.md](architecture.md#the-layers-of-the-runtime).

${tablesOf(shared, nodes)}

## Held out

These were written, with what is expected of them, before they were tried. At that first look, on Node.js 24, 31 of 44 were right, 3 could
not be told and 10 were wrong. Mended since, so that the table is no longer wholly held out: two addons with one function, a platform package
in another scope, the jobs of promises; native work of the event loop, of which Node.js tells how long the loop waited; the time for which a
thread waits for a CPU, which V8 gives to whatever it was taken away from; what calling costs, which V8 gives to the caller's caller; what
fills a clone, and clones by another name. Garbage and an event emitter have measured shares.

What is expected was changed where \`perf\` (on Node.js 24, of CPU time) shows otherwise. \`qs\`: 17 % is its own JavaScript, 26 % that of
\`side-channel\` and \`side-channel-weakmap\`, 32 % V8's functions. Requests with many headers: 14 % is the kernel's, for reading and for
writing the answers. Kept as it was: uploads over TLS, of which 76 % (33 ticks, by their native stacks) lay in the event loop before any
JavaScript: 21 % OpenSSL, 24 % below the parser, 18 % reading; a thread that has the CPU for a few percent of the time is seen there less
often. An event emitter: \`perf\` sees 2 % in the loop that emits, 27 % in \`emit\`, 27 % in V8's calling, 7 % in the listeners. Profiles of
Node.js 20 do not name V8's calling, so that it can't be told there. Messages to a port: 65 % is the loop's, which reads them.

${tablesOf(held ?? [], nodes)}

## Fresh

Written later, of other kinds, with what is expected of them before they were tried. At the first look 22, 22, 20 and 20 of 25 were right on
Node.js 20, 22, 24 and 26. Mended since: the native work of a StringDecoder, plural rules, what V8 does for inlined functions of Node.js 26.
Of a cipher, \`inspect\`, paths and \`localeCompare\` \`perf\` has measured the shares.

${tablesOf(later ?? [], nodes)}

## Unseen

Written after that, again with what is expected of them before they were tried: generated JavaScript of libraries not used before, what
compilers and bundlers make of TypeScript, built-in functions behind other names, work in I/O callbacks and in the thread pool, addons. Where
a place is expected, it counts too: file and line of the sources. At the first look, on a machine with a load average of 16 to 23, 27, 30, 32
and 31 of 37 were right on Node.js 20, 22, 24 and 26, 4, 2, 2 and 2 could not be told, 6, 5, 3 and 4 were wrong; wrong on all four were a built-in function called by
\`Reflect.apply\`, the methods of a class of Node-API and, in what was expected, avsc, of which 42 % is its own JavaScript, 30 % that of
Buffers and 25 % of Node.js's (\`perf\`). Mended since, with all of their kinds.

${tablesOf(newer ?? [], nodes)}

## Last

Ten more, after that. At the first look 8, 7, 7 and 7 were right; expected of eventemitter3 was all, but its listeners, which are the app's,
take 60 % (\`perf\`). Mended since: a built-in function in C++ that one of V8's own calls
(\`lines.map(JSON.parse)\`); a method of the app with the name of a built-in one in the same file.

${tablesOf(newest ?? [], nodes)}

## Final

And ten after these. At the first look 7, 8, 8 and 8 were right; the memory that \`randomBytes\` and \`inflateSync\` fill is theirs since what
follows was mended.

${tablesOf(finals ?? [], nodes)}

## Outside

46 more, written by somebody who had not written the others, before they were tried: built-in functions as arguments, synchronous native work
of all kinds, TLS under HTTP/2 and WebSockets, parsers, old targets of compilers. At the first look 30, 36, 36 and 35 were right on Node.js 20,
22, 24 and 26, 8, 4, 4 and 5 could not be told, 8, 6, 6 and 6 were wrong. Of immer and react-dom \`perf\` has measured the shares: half of what is
rendered by react-dom is V8's, which notes stacks. Mended since, with all of their kinds: what calls an argument for
each entry of a list and nothing is seen that it calls (\`map(Number)\`, \`map(JSON.parse)\`); methods given without their objects; jobs of
promises that are native; memory that Node.js makes, fills and joins for a native function; the names that files and streams share; Blobs;
functions before which a compiler has put something of its own; two functions of one name in a file.

${tablesOf(strange ?? [], nodes)}

## Again

And 23 after that. At the first look 20, 21, 21 and 21 were right, 2, 0, 0 and 0 could not be told, 1, 2, 2 and 2 were wrong: \`graphql\`, whose
maps name files that are not in the package, mended since; and combined signals, of which nearly half is V8's (\`perf\`).

${tablesOf(anew ?? [], nodes)}

## Hostile

96 more, written as somebody would who wants them to be wrong: 41 packages of npm that were in none of these tables, seven of them with native
code of their own, callbacks of the app in V8's functions, servers under load, apps that wait, bundles with and without maps. Each was first
looked at in a process of its own: 76, 85, 84 and 83 of 95 were right on Node.js 20, 22, 24 and 26, 11, 2, 3 and 4 could not be told, 8 were
wrong on each (of lmdb, the case itself was wrong). \`perf\` has measured the shares of ten since (on Node.js 24); by these 82, 92, 91 and 89 were
right, 2, 1, 1 and 2 wrong. Mended since, with all of their kinds: Buffers that are joined; errors and their stacks, also of the app's own classes;
objects that are frozen; Maps and Sets on Node.js 20, by what the file says that they are; private methods and parameters with the name of a
method of JavaScript's; a line of a bundle that was made of several; functions without a name that are called by a parameter. A server's
clients are threads of the same process: where there are few CPUs, it waits for one mostly as it writes, and that seems to take longer.

${tablesOf(against ?? [], nodes)}

## Control

38 more after that, each in a process of its own. At the first look 31 of 37 were right on Node.js 24 and 30 of 36 on Node.js 20, 2 and 3 could
not be told, 4 and 3 were wrong (of one and two, the cases themselves were). By the shares of three that \`perf\` has measured since, 34 of 37 were right
on Node.js 24, one could not be told, two were wrong: a message to all, which is native work of V8's, and the place of an asynchronous
function for an old target, which no source map has. Mended since, as is what could not be told, a package in a minified bundle, as far as no
function of V8's that may take long is called there, and a callback on the line of such a function. On Node.js 20, where nothing shows V8's functions, those that Node.js calls in its own
JavaScript stay Node.js's.

${tablesOf(after ?? [], nodes)}

## Lines and places

Tried on Node.js 24, each in a process of its own, with what is expected of it written down before: is the part right, is the first of the
app's own functions the one that is responsible, with its place in the file that was written, and is the line of the call told?

40 packages that were in none of these tables, called by a handler (modules of both kinds, minified ones, WebAssembly, addons, generated code):
of 38 the part was right, and of the other two what was expected lacked what is V8's, by \`perf\`. The line of the call was told of 21, missing of
17, and two, which go on after a wait, had no own caller. Since then the file of an own caller is always read, and a function that has another name in
its package than in the file is found by what the file imports. 20 others after that, none looked at before: all right, in part, function and
line (of one the line that was expected was not the dearest), also on Node.js 20 and 26. What an asynchronous function of a package does after its first wait has
no caller that a profile shows: it is its part's, and for no own function.

154 samples of one app by 26 compilers, loaders and bundlers (tsx, ts-node, swc-node, Node.js itself, tsc with maps of all kinds, esbuild,
webpack, rollup, vite, swc, Babel, CoffeeScript): at the first look 98 were right in all three. 17 lacked the line of V8's work in an own
function; places were wrong, in the right file, where a loader keeps its map to itself (swc-node, CoffeeScript) or the bundler was given none by
the compiler (ts-loader without \`sourceMap\`), and in no file where a map names sources that are elsewhere (rollup with TypeScript). Mended since: a
place is held against the file, and is by the function's name where it is another one; 144 are right in all three. Of the other ten six are of
webpack's \`eval\`, whose places are addresses that no file has; three of compilers for ES5, whose own functions take the
time, which have their place in what was built; one line of CoffeeScript's, which calls without parentheses.

## Later looks

163 more, of the kinds of the language and of Node.js only (callbacks, getters, proxies, iterators, classes, private methods, whole functions on
one line, Intl, dates, typed arrays, streams, files, processes, servers with clients), in three rounds on Node.js 24, each in a process of its own,
with what is expected written down before they were tried; they are not in the tables. At the first look 63 of 78, 36 of 45 and 34 of 40 were right
(82, 80 and 85 %), 1, 2 and 1 could not be told, 14, 7 and 5 were wrong. Four of the wrong ones of the first round were so by the mechanism, and
one of each later round. The others are of several parts, so that no part has 70 %: a server's answers are written by system calls, Node.js's own
functions call V8's, a sort costs more than its comparator (of this one \`perf\` shows the same). They were judged so by reading what the sample
shows; only one was measured. Mended since, with all of their kinds: operations of V8's that have no frame, which hid the function that used
them; functions in C++ that call JavaScript, as \`JSON.stringify\` does for dates and \`JSON.parse\` for a Buffer; methods of \`DataView\`, setters of
dates; several methods on one line; a message to a port that is not seen; Brotli and Zstandard where a function names both; texts of UTF-16. Still
open: what short timers of 1 ms do falls between two ticks, since the profiler's signal wakes the loop, and shows as the loop's; and on
Node.js 20, where V8's own code has no names, what operations hide stays with the caller (the two cases *hidden* of a package are wrong there).
`;
}

function tablesOf(some: readonly CaseResult[], nodes: readonly string[]): string {
  const names = [...new Set(some.map(({ name }) => name))];
  const counted = (verdict: CaseResult["verdict"], node: string): number =>
    some.filter((result) => result.verdict === verdict && result.node === node).length;
  const titles = nodes.map((node) => `Node.js ${node.split(".")[0]}`).join(" | ");
  const rule = `${nodes.map(() => "---").join("|")}|`;
  const rows = names.map((name) => {
    const own = some.filter((result) => result.name === name);
    const wanted = own[0]?.wanted.map((part) => `\`${part}\``).join(" or ");
    return `| ${name.replace(/^(?:held out|fresh|unseen|last|final|outside|again|hostile|control): /, "")} | ${wanted} | ${nodes.map((node) => cellOf(own.find((each) => each.node === node))).join(" | ")} |`;
  });
  return `| | ${titles} |
|---|${rule}
| right | ${nodes.map((node) => `${counted("right", node)} of ${names.length}`).join(" | ")} |
| can't tell | ${nodes.map((node) => counted("untold", node)).join(" | ")} |
| wrong | ${nodes.map((node) => counted("wrong", node)).join(" | ")} |

| case | part | ${titles} |
|---|---|${rule}
${rows.join("\n")}`;
}

function cellOf(result: CaseResult | undefined): string {
  if (result === undefined) {
    return "–";
  }
  const { verdict, agreed, shares, measured, parts, shown } = result;
  const [part = "", share = 0] = measured ?? [];
  const percent = (of: number): string => `${Math.round(of * 100)} %`;
  const told = shares.slice(0, 2).map(([id, of]) => `${id} ${percent(of)}`);
  const seen = shares.find(([id]) => id === part)?.[1] ?? 0;
  const mixed = measured === undefined ? "" : `, ${part} ${percent(share)} seen as ${percent(seen)}`;
  const truth = Object.entries(parts ?? {}).map(([id, of]) => `${id} ${percent(of)}`);
  const several = truth.length === 0 ? "" : ` (${truth.slice(0, 3).join(", ")})`;
  const where = shown === undefined ? "" : `, shown at ${shown.split("/").slice(-2).join("/")}`;
  const why = verdict === "right" ? "" : `: ${told.join(", ")}${several}${where}`;
  return `${{ right: "", untold: "can't tell, ", wrong: "**wrong**, " }[verdict]}${percent(agreed)}${mixed}${why}`;
}
