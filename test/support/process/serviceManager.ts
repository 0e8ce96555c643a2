import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findProgram } from "../programs.ts";
import { pythonNames } from "./notifySocket.ts";

/**
 * Stands in for systemd as far as its store of descriptors goes: it runs a program with `NOTIFY_SOCKET` and `FDSTORE`, keeps what it
 * is sent, ends whatever the program has left behind, starts it again when it fails, and gives the kept back by `LISTEN_FDS`. It tells
 * what happens by lines on stdout that begin with `@`. SIGTERM is passed on.
 * Words: the notify socket's path, and the program with its words.
 */
const manager = `
import array, ctypes, json, os, select, signal, socket, sys
name, words = sys.argv[1], sys.argv[2:]
libc = ctypes.CDLL(None)
libc.prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER: what the service leaves becomes a child of this process
end = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
end.bind(name)
kept = {}
def tell(**what):
    os.write(1, ("@" + json.dumps(what) + "\\n").encode())
def start():
    fds = [(n, fd) for n, all in kept.items() for fd in all]
    copies = [os.dup(fd) for _, fd in fds]
    pid = os.fork()
    if pid == 0:
        libc.prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG: it ends with this process
        high = [__import__("fcntl").fcntl(fd, 0, 200) for fd in copies]
        for at, fd in enumerate(high):
            os.dup2(fd, 3 + at)
        os.closerange(3 + len(high), 400)
        env = dict(os.environ, NOTIFY_SOCKET=name, FDSTORE="64")
        if fds:
            env.update(LISTEN_FDS=str(len(fds)), LISTEN_PID=str(os.getpid()), LISTEN_FDNAMES=":".join(n for n, _ in fds))
        os.execvpe(words[0], words, env)
    for fd in copies:
        os.close(fd)
    tell(started=pid, given=[n for n, _ in fds])
    return pid
def left():
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                stat = open("/proc/%s/stat" % entry).read()
            except OSError:
                continue
            if int(stat[stat.rindex(")") + 2:].split()[1]) == os.getpid():
                yield int(entry)
main = start()
stops = []
signal.signal(signal.SIGTERM, lambda *_: (stops.append(1), os.kill(main, signal.SIGTERM)))
while True:
    if select.select([end], [], [], 0.005)[0]:
        data, fds, _, _ = socket.recv_fds(end, 65536, 16)
        lines = dict(line.split("=", 1) for line in data.decode().strip().split("\\n"))
        fdname = lines.get("FDNAME", "stored")
        if lines.get("FDSTORE") == "1":
            kept.setdefault(fdname, []).extend(fds)
            fds = []
            tell(kept=fdname)
        if lines.get("FDSTOREREMOVE") == "1":
            for fd in kept.pop(fdname, []):
                os.close(fd)
            tell(removed=fdname)
        for fd in fds:
            os.close(fd)
    pid, status = 1, 0
    while pid > 0:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            pid = 0
        if pid == main:
            code = os.waitstatus_to_exitcode(status)
            tell(ended=code)
            rest = list(left())
            while rest:
                for one in rest:
                    os.kill(one, signal.SIGKILL)
                    os.waitpid(one, 0)
                rest = list(left())
            if code in (0, 2) or stops:
                sys.exit(max(code, 0))
            main = start()
`;

/** Stands in for \`systemd-notify\` of systemd 254 and newer, which passes descriptors on and waits until the manager has done it. */
const helper = `
import os, socket, sys
fds, lines, rest = [], [], []
for word in sys.argv[1:]:
    if word.startswith("--fd="):
        fds.append(int(word[5:]))
    elif word.startswith("--fdname="):
        lines.append("FDNAME=" + word[9:])
    else:
        rest.append(word)
if fds:
    lines.insert(0, "FDSTORE=1")
name = os.environ["NOTIFY_SOCKET"]
end = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
end.connect("\\0" + name[1:] if name.startswith("@") else name)
socket.send_fds(end, ["\\n".join(lines + rest).encode()], fds)
inside, outside = os.pipe()
socket.send_fds(end, [b"BARRIER=1"], [outside])
os.close(outside)
os.read(inside, 1)
`;

/**
 * The first words of a command that runs under the manager, and the folder that has to be first in its PATH: it has a helper where
 * that of this machine can't pass descriptors on.
 * @param folder An empty one.
 */
export function serviceManager(folder: string): { readonly words: [string, ...string[]]; readonly bin: string } {
  const python = findProgram(pythonNames) ?? "python3";
  const bin = join(folder, "bin");
  mkdirSync(bin, { recursive: true });
  const file = join(folder, "manager.py");
  writeFileSync(file, manager);
  if (!canPassDescriptors()) {
    const path = join(bin, "systemd-notify");
    writeFileSync(path, `#!${python}\n${helper}`);
    chmodSync(path, 0o755);
  }
  return { words: [python, file, join(folder, "notify")], bin };
}

function canPassDescriptors(): boolean {
  const found = findProgram(["systemd-notify"]);
  return found !== null && /--fd=/.test(execFileSync(found, ["--help"], { encoding: "utf8" }));
}
