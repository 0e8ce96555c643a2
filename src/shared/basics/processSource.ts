/** What tells of the processes of a machine. Whatever can't be read is empty: it has ended, or belongs to another user. */
export interface ProcessSource {
  /** As `process.platform`. */
  readonly platform: string;
  /** Id of the user whose workers are looked for. */
  readonly user: number | undefined;
  /** The process that looks. */
  readonly pid: number;
  /** Names in `/proc`; asked on Linux. */
  names(): readonly string[];
  /** Content of a file of `/proc`; asked on Linux. */
  read(file: string): string;
  /** Where a link of `/proc` leads; asked on Linux. */
  link(file: string): string;
  /** What `ps -axww` says of all processes: pid, parent, user and command line. Asked on other systems. */
  ps(): Promise<string>;
  /** All processes as JSON, as `windowsProcesses` says; asked on Windows. */
  windows(): Promise<string>;
}

/** What of Node.js is needed: its own modules fit. This folder imports none. */
export interface SystemAccess {
  readonly process: { readonly platform: string; readonly pid: number; readonly getuid?: () => number };
  readonly fs: {
    readdirSync(path: string): string[];
    readFileSync(path: string, encoding: "latin1"): string;
    readlinkSync(path: string): string;
  };
  execFile(
    program: string,
    args: readonly string[],
    options: { readonly timeout: number; readonly maxBuffer: number; readonly windowsHide: boolean },
    done: (error: Error | null, stdout: string) => void,
  ): unknown;
}

/** Listing the processes of a machine takes no longer than this, in milliseconds. */
const listDeadlineMs = 1_000;
/** On Windows it is PowerShell that lists them, and takes half a second to start. */
const windowsDeadlineMs = 10_000;
const longestList = 32 * 1_048_576;

/** `tasklist` knows neither parents nor command lines, and `wmic` is no longer there: a constant, no text of anybody's. */
const windowsProcesses =
  "ConvertTo-Json -Compress -InputObject @(Get-CimInstance Win32_Process | " +
  "Select-Object ProcessId,ParentProcessId,SessionId,CommandLine,@{n='Created';e={$_.CreationDate.Ticks}})";

export function processSource({ process, fs, execFile }: SystemAccess): ProcessSource {
  const run = (program: string, args: readonly string[], timeout: number): Promise<string> =>
    new Promise((resolve) => {
      const options = { timeout, maxBuffer: longestList, windowsHide: true };
      execFile(program, args, options, (_error, stdout) => resolve(stdout));
    });
  return {
    platform: process.platform,
    user: process.getuid?.(),
    pid: process.pid,
    names: () => fs.readdirSync("/proc"),
    read: (file) => orEmpty(() => fs.readFileSync(file, "latin1")),
    link: (file) => orEmpty(() => fs.readlinkSync(file)),
    ps: () => run("ps", ["-axww", "-o", "pid=,ppid=,uid=,command="], listDeadlineMs),
    windows: () =>
      run("powershell.exe", ["-NoProfile", "-NonInteractive", "-Command", windowsProcesses], windowsDeadlineMs),
  };
}

function orEmpty(read: () => string): string {
  try {
    return read();
  } catch {
    // It has ended, or belongs to another user.
    return "";
  }
}
