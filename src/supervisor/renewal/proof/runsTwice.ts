import type { Failure } from "../../../shared/failure.ts";

const advice = 'If only one process can have what it lacks, set renewal to "stopFirst".';

/** How systems and libraries say that another process has it: a lock, a file, a port, a device. */
const isTaken =
  /\b(?:EEXIST|EBUSY|EAGAIN|EWOULDBLOCK|EADDRINUSE)\b|\block(?:ed|file)?\b|_LOCKED\b|already (?:running|in use|open)/i;

/** What may help a worker that failed beside the old one, with a space before it; empty where nothing points there. */
export function runsTwiceAdvice({ message }: Pick<Failure, "message">): string {
  return isTaken.test(message) ? ` ${advice}` : "";
}
