import { type ErrorCode, HitlessError } from "../../shared/errors.ts";
import type { Machine } from "./sshMachine.ts";

/** What is known of an ssh that ended before the machine answered. */
export interface SshEnd {
  /** Its exit code; `null` when a signal ended it. 255 is ssh's own, others are those of the remote command. */
  readonly code: number | null;
  /** The last lines that it and the remote command wrote to stderr. */
  readonly stderr: readonly string[];
  /** What a login shell printed instead of the greeting. */
  readonly stdout: readonly string[];
}

interface Cause {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  readonly text: (machine: Machine) => string;
}

/*
 * ssh tells its reasons only in words, which are not translated. What is none of these is shown as ssh says it.
 * https://github.com/openssh/openssh-portable: sshconnect.c, sshconnect2.c, clientloop.c
 */
const causes: readonly Cause[] = [
  {
    pattern: /REMOTE HOST IDENTIFICATION HAS CHANGED|host key for .* has changed|Offending .* key/i,
    code: "hostKeyChanged",
    text: ({ name, ssh }) =>
      `${name} presents another host key than the one known for it: it was set up anew, or somebody is between. ` +
      `If the change is known, remove the old key with "ssh-keygen -R" and connect once with: ssh ${ssh}.`,
  },
  {
    pattern: /Host key verification failed|No .* host key is known for/i,
    code: "hostKeyUnknown",
    text: ({ name, ssh }) => `The host key of ${name} is not known yet. Connect once and check it: ssh ${ssh}.`,
  },
  {
    pattern: /Permission denied|Too many authentication failures|No more authentication methods/i,
    code: "keyRefused",
    text: ({ name, ssh }) =>
      `${name} accepts none of your keys, and no password is asked for here. "ssh ${ssh}" must work without one (ssh-copy-id, ssh-add).`,
  },
  {
    pattern:
      /Could not resolve hostname|Connection refused|Connection timed out|No route to host|Network is (?:unreachable|down)|Host is down|Operation timed out/i,
    code: "machineUnreachable",
    text: ({ name, ssh }) => `${name} (${ssh}) can't be reached.`,
  },
  {
    pattern: /not responding|Connection (?:to .* )?closed|Connection reset|Broken pipe|kex_exchange_identification/i,
    code: "connectionLost",
    text: ({ name }) => `The connection to ${name} was lost.`,
  },
];

/** How many of the last lines of ssh an error shows. */
const linesShown = 6;
/** Characters of each. */
const lineShown = 300;

/** The reason for which there is no connection, as ssh's end tells it. */
export function sshFailure(machine: Machine, end: SshEnd): HitlessError {
  const { code, stderr, stdout } = end;
  const said = stderr.filter((line) => line.trim() !== "");
  const detail = [...said, ...stdout.filter((line) => line.trim() !== "")]
    .slice(-linesShown)
    .map((line) => line.slice(0, lineShown));
  if (isMissing(end)) {
    return new HitlessError("hitlessMissing", missingText(machine), { detail });
  }
  if (code === 255 || code === null) {
    const text = said.join("\n");
    const cause = causes.find(({ pattern }) => pattern.test(text));
    return cause === undefined
      ? new HitlessError("machineUnreachable", `ssh can't connect to ${machine.name} (${machine.ssh}).`, { detail })
      : new HitlessError(cause.code, cause.text(machine), { detail });
  }
  return new HitlessError(
    "connectionLost",
    `"hitless connect" ended on ${machine.name} with exit code ${code} before it answered.`,
    { detail },
  );
}

export function missingText({ name, hitless }: Machine): string {
  return hitless === undefined
    ? `Hitless is not installed on ${name}, or not in the PATH of its ssh sessions. Run: hitless machine prepare ${name}.`
    : `There is no ${hitless} on ${name}. Mend "hitless" of that machine, or leave it out and run: hitless machine prepare ${name}.`;
}

/** As a shell of Unix (127: not found, 126: not executable) and those of Windows tell it. */
function isMissing({ code, stderr }: SshEnd): boolean {
  return code === 127 || code === 126 || stderr.some((line) => /is not recognized as (?:an|the name of)/.test(line));
}
