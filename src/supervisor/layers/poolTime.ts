import { readdir, readFile } from "node:fs/promises";

/** Clock tick of the times in /proc, in milliseconds: Linux has 100 a second on all platforms of Node.js. */
const tickMs = 10;

/** libuv's name for its pool's threads since 1.50. */
const poolThread = "libuv-worker";

/**
 * CPU time of libuv's pool threads in a process, in milliseconds. 0 before there are any; `undefined` where unknown.
 */
export async function poolTime(pid: number): Promise<number | undefined> {
  if (process.platform !== "linux" || !namesThreads(process.versions.uv)) {
    return undefined;
  }
  const folder = `/proc/${pid}/task`;
  const threads = await readdir(folder).catch(() => undefined);
  const times = await Promise.all((threads ?? []).map((thread) => timeOfThread(`${folder}/${thread}/stat`)));
  return threads === undefined ? undefined : times.reduce((sum, ms) => sum + ms, 0);
}

/** The workers run on the supervisor's Node.js. */
function namesThreads(libuv: string): boolean {
  const [major = 0, minor = 0] = libuv.split(".").map(Number);
  return major > 1 || (major === 1 && minor >= 50);
}

/** Fields 2 (name), 14 and 15 (time in user and kernel mode) of proc_pid_stat(5). */
async function timeOfThread(file: string): Promise<number> {
  const text = await readFile(file, "utf8").catch(() => "");
  const end = text.lastIndexOf(")");
  if (text.slice(text.indexOf("(") + 1, end) !== poolThread) {
    return 0;
  }
  const fields = text.slice(end + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
}
