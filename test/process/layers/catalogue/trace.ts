/** What was done between the marks of one snippet: names of system calls by who made them. */
export interface Window {
  /** The thread that runs the snippet. */
  readonly main: Set<string>;
  /** The threads of libuv's pool. */
  readonly pool: Set<string>;
  /** Threads that it starts, and child processes until they run another program. */
  readonly other: Set<string>;
  /** The internal bindings of which the thread that runs the snippet called a function. */
  readonly bindings: Set<string>;
  /** How often a thread of the pool told an event loop that work is done. */
  wakes: number;
  /** Of system calls the paths that they were given, whoever made them. */
  readonly paths: Map<string, Set<string>>;
}

/** Nothing was done. */
export function noWindow(): Window {
  return { main: new Set(), pool: new Set(), other: new Set(), bindings: new Set(), wakes: 0, paths: new Map() };
}

/** What was done both times: the runtime's own calls, such as those of malloc, fall into another window each time. */
export function inBoth(one: Window, two: Window): Window {
  const shared = (key: "main" | "pool" | "other" | "bindings") =>
    new Set([...one[key]].filter((each) => two[key].has(each)));
  return {
    main: shared("main"),
    pool: shared("pool"),
    other: shared("other"),
    bindings: shared("bindings"),
    wakes: Math.min(one.wakes, two.wakes),
    paths: two.paths,
  };
}

/** System calls with the paths that they were given. */
export function describeCalls(calls: ReadonlySet<string>, { paths }: Window): string {
  return [...calls].map((call) => (paths.has(call) ? `${call}(${[...(paths.get(call) ?? [])]})` : call)).join(" ");
}

/** libuv names the threads of its pool so since Node.js 22. */
const poolThread = "libuv-worker";

/** The mark around a call that a thread of the pool makes: `access` of this path. */
const poolMark = "(pool)";

/** What Node.js calls those that it starts when it is asked to, since 24. The others are its own and V8's. */
const startedThreads = ["WorkerThread", "InspectorIo"];

/**
 * What a thread asks for once, whenever it happens to be the first: the locks of V8 when it has to wait for one, and
 * malloc when it gives memory back.
 */
const askedByChance = [
  "/sys/devices/system/cpu/online",
  "/sys/devices/system/cpu/cpu0/tsc_freq_khz",
  "/proc/sys/vm/overcommit_memory",
];

/** Whether a thread wakes an event loop, or the loop sees that: neither is done for the snippet's own sake. */
function isWake(call: string, rest: string): boolean {
  return (call === "write" || call === "read") && rest.includes('"\\1\\0\\0\\0\\0\\0\\0\\0"');
}

/** Reads what `strace -f -o` wrote: a line for each call, with the id of the thread before it. */
export function readTrace(text: string): ReadonlyMap<string, Window> {
  const windows = new Map<string, Window>();
  const names = new Map<string, string>();
  const threads = new Set<string>();
  /** Before 24: those that the thread starts which runs the snippets, once the pool is there. V8 names its own. */
  const late = new Set<string>();
  let isPoolThere = false;
  const areNamed = /PR_SET_NAME, "(node-)?MainThread"/.test(text);
  const lines = text.split("\n");
  const first = /^\d+/.exec(lines[0] ?? "")?.[0];
  for (const thread of poolThreads(lines)) {
    names.set(thread, poolThread);
  }
  /** Is about to start a thread: the line with its id comes later. */
  const starting = new Set<string>();
  /** Runs another program since: what it does there is not what the snippet did. */
  const strangers = new Set<string>();
  let current: { readonly window: Window; readonly main: string } | undefined;

  for (const line of lines) {
    const [, starter = "", started] = /^(\d+)\s.*\bclone3?\b.*= (\d+)$/.exec(line) ?? [];
    if (started !== undefined && (starting.delete(starter) || line.includes("CLONE_THREAD"))) {
      threads.add(started);
      if (!areNamed && isPoolThere && (starter === first || starter === current?.main)) {
        late.add(started);
      }
    }
    const [, thread = "", call = "", rest = ""] = /^(\d+)\s+(\w+)\((.*)/.exec(line) ?? [];
    if (call === "") {
      continue;
    }
    if (/CLONE_THREAD.*<unfinished \.\.\.>$/.test(rest)) {
      starting.add(thread);
    }
    const [, edge, name = ""] = /"\/hitless-mark\/(begin|called|end)\/([^"]+)"/.exec(rest) ?? [];
    if (edge === "begin") {
      current = {
        window: noWindow(),
        main: thread,
      };
      windows.set(name, current.window);
      strangers.delete(thread);
    } else if (edge === "called") {
      current?.window.bindings.add(name);
    } else if (edge === "end") {
      isPoolThere ||= name === poolMark;
      current = undefined;
    } else if (call === "prctl" && rest.startsWith("PR_SET_NAME")) {
      names.set(thread, /"([^"]*)"/.exec(rest)?.[1] ?? "");
    } else if (current !== undefined && !strangers.has(thread)) {
      const path = /^(?:AT_FDCWD, )?"(\/[^"]*)"/.exec(rest)?.[1];
      if (path !== undefined && askedByChance.includes(path)) {
        continue;
      }
      const threadName = names.get(thread) ?? "";
      const maker = thread === current.main ? "main" : threadName === poolThread ? "pool" : "other";
      const isAskedFor = startedThreads.includes(threadName) || (threadName === "" && late.has(thread));
      if (maker === "other" && threads.has(thread) && !isAskedFor) {
        continue;
      }
      if (maker === "other" || !isWake(call, rest)) {
        current.window[maker].add(call);
        if (path !== undefined) {
          current.window.paths.set(call, (current.window.paths.get(call) ?? new Set()).add(path));
        }
      } else if (maker === "pool") {
        current.window.wakes += 1;
      }
    }
    if (call === "execve") {
      strangers.add(thread);
    }
  }
  return windows;
}

/** The one that works between the marks, and those that were started together with it. */
function poolThreads(lines: readonly string[]): readonly string[] {
  const groups = new Map<string, string[]>();
  let last: { readonly starter: string; readonly group: string[] } | undefined;
  let isBetween = false;
  for (const line of lines) {
    const [, thread = "", started] = /^(\d+)\s.*\bclone3?\b.*= (\d+)$/.exec(line) ?? /^(\d+)\s/.exec(line) ?? [];
    if (started !== undefined) {
      last = last?.starter === thread ? last : { starter: thread, group: [] };
      last.group.push(started);
      groups.set(started, last.group);
    } else if (last?.starter === thread && !/\bclone3?\b/.test(line)) {
      last = undefined;
    }
    if (line.includes(`/hitless-mark/begin/${poolMark}"`)) {
      isBetween = true;
    } else if (line.includes(`/hitless-mark/end/${poolMark}"`)) {
      return [];
    } else if (isBetween && line.includes(" access(") && groups.has(thread)) {
      return groups.get(thread) ?? [];
    }
  }
  return [];
}

/**
 * How the same call is spelled elsewhere: other processors have only the newer ones, other versions of libc and of the
 * kernel choose among them.
 */
const spellings: Readonly<Record<string, readonly string[]>> = {
  access: ["faccessat", "faccessat2"],
  chmod: ["fchmodat"],
  chown: ["fchownat"],
  clone: ["clone3", "vfork", "fork"],
  clone3: ["clone"],
  copy_file_range: ["sendfile"],
  epoll_pwait: ["epoll_wait", "epoll_pwait2"],
  fstat: ["newfstatat", "statx"],
  getdents64: ["getdents"],
  lchown: ["fchownat"],
  link: ["linkat"],
  mkdir: ["mkdirat"],
  readlink: ["readlinkat"],
  rename: ["renameat", "renameat2"],
  rmdir: ["unlinkat"],
  sendmsg: ["sendmmsg"],
  sendto: ["sendmsg", "sendmmsg"],
  statx: ["newfstatat", "fstat", "stat"],
  symlink: ["symlinkat"],
  tgkill: ["kill"],
  unlink: ["unlinkat"],
};

/** Those of `calls` that are not in `seen`, in no spelling. */
export function unseen(calls: readonly string[], ...seen: readonly ReadonlySet<string>[]): string[] {
  return calls.filter((call) => ![call, ...(spellings[call] ?? [])].some((name) => seen.some((set) => set.has(name))));
}
