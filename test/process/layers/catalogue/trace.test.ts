import assert from "node:assert/strict";
import { describeCalls, inBoth, readTrace } from "./trace.ts";

/** What the threads 1 and 2, of which the second is of the pool, do between the marks of a snippet. */
function windowOf(...calls: readonly string[]) {
  const lines = [
    '2 prctl(PR_SET_NAME, "libuv-worker") = 0',
    '1 access("/hitless-mark/begin/call", F_OK) = -1 ENOENT',
    ...calls,
    '1 access("/hitless-mark/end/call", F_OK) = -1 ENOENT',
  ];
  const window = readTrace(lines.join("\n")).get("call");
  assert.ok(window);
  return window;
}

describe("a trace of system calls", () => {
  it("keeps the paths, and leaves out what locks and malloc read once in a process", () => {
    const window = windowOf(
      '1 openat(AT_FDCWD, "/sys/devices/system/cpu/online", O_RDONLY|O_CLOEXEC) = 21',
      '1 openat(AT_FDCWD, "/proc/sys/vm/overcommit_memory", O_RDONLY|O_CLOEXEC <unfinished ...>',
      '1 mkdir("/tmp/a", 0777) = 0',
    );
    assert.equal(describeCalls(window.main, window), "mkdir(/tmp/a)");
  });

  it("has in two runs what both show", () => {
    const wake = '2 write(5, "\\1\\0\\0\\0\\0\\0\\0\\0", 8) = 8';
    const first = windowOf('1 openat(AT_FDCWD, "/etc/stray", O_RDONLY) = 21', "1 sendto(20, 1) = 1", wake);
    const both = inBoth(first, windowOf("1 sendto(20, 1) = 1"));
    assert.deepEqual([[...both.main], both.wakes, first.wakes], [["sendto"], 0, 1]);
  });
});
