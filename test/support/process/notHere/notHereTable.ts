import { wineVersion } from "./wine.ts";

/**
 * Full titles of tests, or of what describes several, by why they can't hold: without the version of Node.js, or with it where it
 * is about that one.
 */
type Reasons = Readonly<Record<string, readonly string[]>>;

const nodeVersion = / \(Node \d+\)/;

const onWindows: Reasons = {
  "Windows lets no process send another a signal that it could catch: kill is TerminateProcess. Commands ask for the same over the control channel":
    [
      "a signal to hitless",
      "a worker that leaves in the middle of its drain",
      "an app that is not started again is told to end by the signal of its settings",
      "hitless layers ends a sample early at Ctrl-C, with what there is",
      "hitless rollback and history cancel going back on SIGINT",
      "hitless start does not wait for a reader that has stalled when it was told to stop",
      "hitless start finishes what is in flight on SIGINT",
      "hitless start passes the app's output on as it is, to the last byte",
      "hitless start reloads on SIGUSR2 and stops on SIGHUP",
      "hitless start stops at once on a second signal, and says so by its exit code",
      "hitless with an app that runs cancels a reload on SIGINT",
      "signals to the supervisor",
      "watching does not reload once more what a reload has read already",
      "workers that only close what they have end after a SIGINT that somebody else sends",
    ],
  "Node.js makes the pipes of stdout and stderr blocking on Windows (net.Socket in lib/net.js), so a reader that stalls stops the command, which says nothing more and does not keep the output meanwhile":
    [
      "hitless start keeps the last output for a reader that is slow",
      "the output of hitless start waits for a reader that stalls, without making the app wait",
    ],
  "Windows stops no process by a signal (SIGSTOP), by which the test makes a worker, its supervisor or a reader silent":
    [
      "/metrics answers though a worker hangs, without its gauges, and says so",
      "a worker that dies with a connection on its way to it",
      "an app that listens when it might have ended is not taken for a script that is done while a busy supervisor has not answered yet",
      "connections that come while all workers are busy are not counted any more when the worker that should have had them is gone",
      "connections that come while all workers are busy wait up to the limit, are refused beyond it, and are all answered later",
      "hitless, when it has to wait, says for whom a supervisor stays when its app has ended",
      "deaths at a bad moment a worker that is stopped is told unresponsive, and replaced if wanted, while others answer",
      "a restart whose only worker is busy answers who came before the order, and refuses who comes after it",
      "a stop answers what clients sent before the worker knew of it",
    ],
  "Windows opens an inspector by process._debugProcess, not by a signal, which is what the test sends": [
    "a port for debuggers leads a debugger that has signalled a worker to that one, and the next to another",
  ],
  "a server on a path is a named pipe on Windows, which has no file and is not handed over": [
    "an app on a Unix socket",
    "the file of a Unix socket",
    "what an app may be listens on a Unix socket",
    "the handoff of HTTP/1.1 connections moves the connections of a Unix socket",
  ],
  "Windows hands no connection over (docs/reload.md says why): they are closed in the way of HTTP, and the test counts those that stay open":
    [
      "connections that come to a worker which is busy are not taken for idle while nobody could hear them",
      "Handoff to a worker that dies gives every connection that the dead worker had not confirmed to another one",
      "the handoff of HTTP/1.1 connections counts maxRequestsPerSocket on, across the handoff",
      "the handoff of HTTP/1.1 connections keeps a connection on which nothing was ever sent",
      "the handoff of HTTP/1.1 connections keeps an idle connection open and answers it from the new generation",
      "the handoff of HTTP/1.1 connections keeps an idle connection through 10 reloads",
      "the handoff of HTTP/1.1 connections moves the connections of one worker that is reloaded, and of one that is scaled away",
    ],
  "libuv passes on no socket for datagrams on Windows (uv__pipe_write_ipc): the app gets ENOTSUP, which another test looks at":
    ["an app that works in the thread pool before it listens is waited for, also for datagrams"],
  "Windows renews no supervisor without a stop (docs/cli.md)": [
    "hitless and its supervisors a start in its terminal and followed logs go along with an upgrade",
    "the renewal of the supervisor",
  ],
  "Windows tells no environment of a process, by which what is left over is found": [
    "hitless list of what is left over",
  ],
  "a release is switched by a link that takes another's place in one step: Windows makes symbolic links for administrators only, and renames no junction over another":
    ["hitless in a folder of releases"],
  "Windows has neither named pipes in folders, nor modes of files, nor removes a folder that is somebody's current one":
    [
      "hitless in a folder that is not as it should be does not wait for somebody to write into a pipe that is called package.json",
      "hitless in a folder that is not as it should be says so when the current folder is gone, where it needs one",
      "hitless in a folder that is not as it should be says that a runtime folder can't be made",
      "hitless in a folder that is not as it should be says that the settings may not be read",
      "hitless in a folder that is not as it should be says what lies where the settings should",
    ],
  "systemd is Linux's": ["hitless under systemd"],
  "namespaces are Linux's": ["hitless in a container", "a disk that is full where endpoint files go"],
  "strace is Linux's": ["the catalogue against reality"],
  "the terminal of the test is made by script(1)": [
    "hitless monit shows apps and workers, acts on keys, fits its window, and gives the terminal back",
  ],
  "bash, zsh and fish are shells of Unix": ["completion of hitless"],
  "sshd and its keys are set up by the test on Linux only": [
    "a fleet in which things go wrong",
    "a fleet of three machines",
    "another machine, over ssh",
  ],
  "no write to a pipe is done at once on Windows, so async hooks see a WRITEWRAP of the answer to each heartbeat": [
    "what an app sees of Hitless in its process its async hooks see no more than the tick in which Node tells of a heartbeat",
  ],
  "Windows resets who waits at a listening port when it closes, libuv closes whom AcceptEx has let in and nobody has taken (uv__tcp_close), and the queue can't be shortened":
    [
      "clients with a connection for each request, scheduling roundRobin are answered or refused in a restart and a stop, and never reset",
      "clients with a connection for each request, scheduling shared are answered or refused in a restart and a stop, and never reset",
    ],
  "nginx is installed by the test on Debian only": [
    "behind nginx, scheduling roundRobin",
    "behind nginx, scheduling shared",
  ],
};

const underWine: Reasons = {
  "there is no git for Windows in the registries that the runner asks": [
    "hitless rollback and history go back to the same commit, refuse another with the reason, and tell of both",
    "watching builds first, once for each save, and rolls back what can't be built",
    "watching counts what runs and what it reads, whatever git ignores, and nothing else",
    "watching makes one reload of a switch of branches over 500 files",
  ],
  "Wine 8's netstat has no option -o and names no process (on Windows it does), so nobody is told who holds a port": [
    "a first start that can't succeed a server in a thread that a second worker can't have: is told at once who holds the port",
    "a first start that can't succeed a server in a thread: is told after one readyTimeout, with the reason",
    "a port that another app of Hitless has is told with the name of that app and how it is stopped",
  ],
  "Wine 8's powershell.exe does nothing, so nobody tells the children of a process": [
    "a first start that can't succeed a server in a child process: is told after one readyTimeout, with the reason",
  ],
  "the test builds with the project's esbuild, which is installed for Linux": ["the npm package"],
  "node.exe 20.20.2 by Wine ends by a page fault where a session of HTTP/2 is closed, in a server of node:http2 alone too (docs/windows.md)":
    [
      "the drain of connections that can't be handed over (Node 20) loses no request of HTTP/2 clients",
      "the drain of connections that can't be handed over (Node 20) answers HTTP/1.1 clients of a server for HTTP/2 with `Connection: close`",
      "the drain of connections that can't be handed over (Node 20) names requests over HTTP/2 that a drain waits for, and counts them when they are answered",
    ],
  "Wine 8 answers FSCTL_SET_REPARSE_POINT with STATUS_NOT_SUPPORTED: it makes neither junctions nor links": [
    "watching follows editors that rename, folders that go and come back, and links that lead to another release",
  ],
};

/**
 * Why a test can't hold on this system; undefined where it can, or where no row of the table says so.
 * @param wine Its version, where it runs the tests.
 */
export function whyNotHere(fullTitle: string, wine: string | undefined = wineVersion): string | undefined {
  return rowsOf(wine).find(({ test }) => isNamed(fullTitle, test))?.why;
}

/** What the table names and no test of a whole run is called; of a version of Node.js, if tests ran on it. */
export function namesNoTest(fullTitles: readonly string[], wine: string | undefined): string[] {
  return rowsOf(wine)
    .map(({ test }) => test)
    .filter((test) => {
      const [version = ""] = nodeVersion.exec(test) ?? [];
      return fullTitles.some((title) => title.includes(version)) && !fullTitles.some((title) => isNamed(title, test));
    });
}

function rowsOf(wine: string | undefined): { readonly test: string; readonly why: string }[] {
  return [onWindows, ...(wine === undefined ? [] : [underWine])].flatMap((table) =>
    Object.entries(table).flatMap(([why, tests]) => tests.map((test) => ({ test, why }))),
  );
}

function isNamed(fullTitle: string, test: string): boolean {
  const title = nodeVersion.test(test) ? fullTitle : fullTitle.replace(nodeVersion, "");
  return title === test || title.startsWith(`${test} `);
}
