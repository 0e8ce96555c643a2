import {
  type CallForm,
  type CatalogueEntry,
  type Mechanism,
  qualifiedName,
} from "../../../../src/shared/layers/entry.ts";
import { formsIn, isReplaced, type Outcome, ownNode, type Seen } from "./snippets.ts";
import { describeCalls, inBoth, unseen, type Window } from "./trace.ts";

/** What was seen of an entry's snippet. */
export interface Proof {
  readonly window: Window;
  readonly seen: Seen | undefined;
  readonly pooled: Window | undefined;
  readonly direct: Window | undefined;
  /** Of its other forms, by their names. */
  readonly forms: ReadonlyMap<string, Window | undefined>;
}

/** What two runs show alike; what a snippet told is of the first. */
export function agreed(first: Proof, second: Proof): Proof {
  const both = (one: Window | undefined, two: Window | undefined) =>
    one === undefined || two === undefined ? undefined : inBoth(one, two);
  return {
    window: inBoth(first.window, second.window),
    seen: first.seen,
    pooled: both(first.pooled, second.pooled),
    direct: both(first.direct, second.direct),
    forms: new Map([...first.forms].map(([form, window]) => [form, both(window, second.forms.get(form))])),
  };
}

/** When a call of each mechanism is done. */
const done: Readonly<Record<Mechanism, readonly Seen["done"][]>> = {
  synchronous: ["returned"],
  processSync: ["returned"],
  microtask: ["drained"],
  threadPool: ["turned"],
  eventLoop: ["turned"],
  timer: ["turned"],
  process: ["turned"],
  otherThread: ["turned"],
  // Some wait until it runs.
  thread: ["returned", "turned"],
};

/** What was seen otherwise than the entry says. */
export function contradictions(
  entry: CatalogueEntry,
  { window, seen, pooled, direct, forms }: Proof,
  major = ownNode.major,
): string[] {
  const listed = formsIn(entry, major);
  const ofForms = listed.flatMap((form) =>
    formContradictions(entry, form, { window: forms.get(form.form), seen: seen?.forms?.[form.form] }),
  );
  if (isReplaced(entry, major)) {
    return ofForms;
  }
  const { main, pool, other, wakes } = window;
  const { mechanism } = entry;
  const { linux } = entry.calls;
  const told: string[] = [];
  const expect = (isTrue: boolean, text: string) => {
    if (!isTrue) {
      told.push(`${qualifiedName(entry)}: ${text} (${describeWindow(window)})`);
    }
  };
  // V8 samples on a thread of its own, which is not what the call is for.
  const starts = unseen(["clone3"], main).length === 0 && !entry.name.endsWith("Worker.prototype.startCpuProfile");
  switch (mechanism) {
    case "threadPool":
      expect(wakes > 0, "no thread of the pool worked for it");
      expect(unseen(linux, pool).length === 0, `the pool did not call ${unseen(linux, pool).join(" ")}`);
      break;
    case "synchronous":
    case "eventLoop":
    case "timer":
    case "microtask":
      expect(wakes === 0, "a thread of the pool worked for it");
      expect(unseen(linux, main).length === 0, `the main thread did not call ${unseen(linux, main).join(" ")}`);
      break;
    case "process":
    case "processSync":
    case "thread":
    case "otherThread":
      // One that only waits for a signal makes no call that is watched.
      expect(other.size > 0 || (mechanism === "thread" && starts), "no other thread or process did anything");
      expect(unseen(linux, main, other).length === 0, `nobody called ${unseen(linux, main, other).join(" ")}`);
      break;
  }
  expect(starts === /^(process|processSync|thread)$/.test(mechanism), "starts a process or thread, or does not");
  expect(main.has("execve") || other.has("execve") === /^process/.test(mechanism), "runs a program, or does not");
  if (seen?.done === undefined) {
    expect(
      mechanism === "synchronous" || /\((inWorker|clustered|first)\)$/.test(entry.name),
      "only what ends or changes its process may be run by a child",
    );
  } else {
    expect(done[mechanism].includes(seen.done), `was done when it had ${seen.done}`);
    expect(seen.startsTimer === (mechanism === "timer"), "leaves a timer behind, or does not");
  }
  const pools = entry.besides === "hostName" || entry.besides === "fileOfBlob";
  expect((pooled !== undefined) === pools, "has a snippet for the pool, or needs one");
  expect(
    pooled === undefined || pooled.wakes > 0,
    "no thread of the pool worked for it when there was something to do",
  );
  expect((direct !== undefined) === (entry.callbackOptional === true), "has a snippet without callback, or needs one");
  const isDirect = direct === undefined || (direct.wakes === 0 && seen?.direct?.done === "returned");
  expect(isDirect, "was not done on return when it had no callback");
  const names = listed.map(({ form }) => form).sort();
  const run = Object.keys(seen?.forms ?? {}).sort();
  expect(`${names}` === `${run}`, `lists the forms ${names.join(" ")}, and runs ${run.join(" ")}`);
  return [...told, ...ofForms];
}

/** What was seen of a form of a call otherwise than it says: what only the usual form calls may not be called. */
function formContradictions(
  entry: CatalogueEntry,
  { form, mechanism, calls, binding }: CallForm,
  { window, seen }: { readonly window: Window | undefined; readonly seen: Outcome | undefined },
): string[] {
  const name = `${entry.name} (${form})`;
  if (window === undefined) {
    return [`${name}: was not run`];
  }
  const { forms: _forms, besides: _besides, callbackOptional: _optional, ...plain } = entry;
  const proof: Proof = {
    window,
    seen: seen === undefined ? undefined : { name, ...seen },
    pooled: undefined,
    direct: undefined,
    forms: new Map(),
  };
  const onMain = form === "blocking" ? calls.linux.filter((call) => !entry.calls.linux.includes(call)) : [];
  const again = {
    ...calls,
    linux: calls.linux.filter((call) => !once.includes(call) && !onMain.includes(call) && !isAnswer(form, call)),
  };
  const told = contradictions({ ...plain, name, mechanism, calls: again }, proof);
  if (binding === null ? window.bindings.has(entry.binding) : !window.bindings.has(binding ?? entry.binding)) {
    told.push(`${name}: called the bindings ${[...window.bindings].join(" ")}, and not as it says`);
  }
  if (unseen(onMain, window.main).length > 0) {
    told.push(`${name}: the thread that calls did not call ${onMain.join(" ")} (${describeWindow(window)})`);
  }
  const worker = mechanism === "threadPool" ? window.pool : window.main;
  const spared = entry.calls.linux.filter((call) => !calls.linux.includes(call));
  const made = spared.filter((call) => !shared.includes(call) && unseen([call], worker).length === 0);
  return made.length === 0
    ? told
    : [...told, `${name}: calls ${made.join(" ")} nevertheless (${describeWindow(window)})`];
}

function describeWindow(window: Window): string {
  return (["main", "pool", "other"] as const).map((who) => `${who}: ${describeCalls(window[who], window)}`).join("; ");
}

/** Whether only a name server that answers brings it; for the first question of a thread nobody waits that long. */
function isAnswer(form: CallForm["form"], call: string): boolean {
  return (form === "nameServer" && call === "recvfrom") || (form === "first" && /^(recvfrom|epoll_pwait)$/.test(call));
}

/** What an event loop does for the first of them only, which the usual form was. */
const once = ["inotify_init1"];

/** What the other side of a connection in the same process does too, or a file system that can't share data asks for. */
const shared = ["copy_file_range", "close", "setsockopt", "write", "read", "epoll_pwait"];

/** A thread that runs already can be what the event loop waits for: nothing that is seen tells them apart. */
export function areAlike(...entries: readonly CatalogueEntry[]): boolean {
  return entries.every(({ mechanism }) => mechanism === "eventLoop" || mechanism === "otherThread");
}

/** The entry with each other mechanism, and without the system calls, which would tell by themselves. */
export function wrongEntries(entry: CatalogueEntry): CatalogueEntry[] {
  return (Object.keys(done) as Mechanism[])
    .filter((mechanism) => mechanism !== entry.mechanism)
    .map((mechanism) => ({ ...entry, mechanism, calls: { linux: [], macos: [], windows: [] } }));
}
