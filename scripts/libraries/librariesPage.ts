import process from "node:process";
import { frameworks, type Library } from "./libraryTable.ts";
import { type Counted, type LibraryResult, renewals } from "./tryLibrary.ts";

/** The page for a person: what clients of each library's app have noticed, and whether the reports said the same. */
export function librariesPage(results: readonly LibraryResult[]): string {
  const used = Object.entries(frameworks).map(([name, version]) => `${name} ${version}`);
  return `# Libraries

\`npm run test:libraries -- --write\` starts an app for each of these libraries, with two workers, and renews it ${renewals} times by a
reload and ${renewals} times by a graceful reload, while 60 connections ask, 30 with GET and 30 with POST, a third of them for answers that take
30 ms. Nothing is asked twice: whatever is not a whole and right answer has *failed*; *reopened* are connections that somebody has
closed. The numbers of each report must be those of the clients. (The times are those of clients, workers and all else on two cores.)

Last run: ${new Date().toISOString().slice(0, 10)}, Node.js ${process.version}, ${process.platform}; with ${used.join(", ")}.

## Graceful shutdown

The app ends as the library documents it: by SIGTERM, which a reload sends, and by the message \`shutdown\`, which a graceful reload
sends; where the library can't be called, the app sends itself SIGTERM. All numbers must be 0.

${table(results, "ends")}

## Between the server and its clients

What can't be handed over is closed after an answer, and so counts as *reopened*; nothing may fail. Event streams are ended after
a whole event, and their clients come again. (HTTP/2 and event streams: ten clients with GET.)

${table(results, "between")}

spdy 4 needs Node.js 20, whose parser it takes: it does not load on 24. sticky-session and @socket.io/sticky have a cluster primary
of their own and let their workers listen nowhere, so an app with one of them does not become ready; [reload.md](reload.md#libraries-with-a-cluster-primary-of-their-own) says what to do.
`;
}

function table(results: readonly LibraryResult[], does: Library["does"]): string {
  const rows = results
    .filter(({ library }) => library.does === does)
    .map(({ library, counted, trouble: [problem = ""] }) =>
      [
        nameOf(library),
        ...cells(counted.reload),
        ...cells(counted["graceful-reload"]),
        problem.replaceAll("|", "\\|").replaceAll("\n", " "),
      ].join(" | "),
    );
  return `| library | reload: requests | failed · reopened | longest | graceful reload: requests | failed · reopened | longest | trouble |
|---|---|---|---|---|---|---|---|
${rows.map((row) => `| ${row} |`).join("\n")}`;
}

function nameOf({ name, version, does, protocol, node }: Library): string {
  const on = node === undefined ? "" : ` (Node.js ${node})`;
  return `${name} ${version.slice(0, 9)}${does === "between" ? `, ${protocol}${on}` : ""}`;
}

function cells(counted: Counted | undefined): string[] {
  return counted === undefined
    ? ["", "", ""]
    : [String(counted.requests), `${counted.failed} · ${counted.reopened}`, `${counted.longestMs} ms`];
}
