import { type FleetMachine, isMachine } from "../finding.ts";
import type { HaproxyLine, HaproxySection } from "./haproxyConfig.ts";

export interface HaproxyServer {
  readonly name: string;
  readonly address: string;
  readonly line: HaproxyLine;
  /** Whether HAProxy looks after it. */
  readonly checked: boolean;
  /** What is behind a word of its line, or of the `default-server` before it. */
  parameter(name: string): string | undefined;
}

/** A section with servers. */
export interface HaproxyBackend {
  readonly name: string;
  readonly section: HaproxySection;
  readonly servers: readonly HaproxyServer[];
  /** Of requests, not of TCP connections. */
  readonly http: boolean;
  /** The lines that begin with these words: its own, else those of its `defaults`. */
  settings(...words: readonly string[]): readonly HaproxyLine[];
}

/** The sections in which servers are listed. */
export function haproxyBackends(sections: readonly HaproxySection[]): HaproxyBackend[] {
  return sections.filter(({ kind }) => kind === "backend" || kind === "listen").map(readBackend);
}

/** Whether a backend has a server that is this machine. */
export function names({ name, servers }: HaproxyBackend, machine: FleetMachine): boolean {
  return servers.some(
    (server) => isMachine(server.address, machine) || machine.servers?.includes(`${name}/${server.name}`) === true,
  );
}

/** Milliseconds of a time as HAProxy writes it, such as `2s` or `500` (milliseconds); `undefined` for what is none. */
export function haproxyTime(text: string | undefined): number | undefined {
  const [, amount, unit = "ms"] = /^(\d+)(us|ms|s|m|h|d)?$/.exec(text ?? "") ?? [];
  return amount === undefined ? undefined : Number(amount) * (units[unit] ?? 1);
}

const units: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

function readBackend(section: HaproxySection): HaproxyBackend {
  const settings = (...words: readonly string[]): readonly HaproxyLine[] => {
    for (let place: HaproxySection | undefined = section; place !== undefined; place = place.defaults) {
      // "no option redispatch" is a setting of its own; the last one counts.
      const lines = place.lines.filter((line) => words.every((word, index) => withoutNo(line)[index] === word));
      if (lines.length > 0) {
        return lines.at(-1)?.words[0] === "no" ? [] : lines;
      }
    }
    return [];
  };
  return {
    name: section.name,
    section,
    servers: readServers(section),
    http: settings("mode").at(-1)?.words[1] === "http",
    settings,
  };
}

function withoutNo({ words }: HaproxyLine): readonly string[] {
  return words[0] === "no" ? words.slice(1) : words;
}

function readServers(section: HaproxySection): HaproxyServer[] {
  // Each applies to the servers behind it.
  let usual: readonly string[] = defaultServers(section.defaults);
  const servers: HaproxyServer[] = [];
  for (const line of section.lines) {
    const [kind, name = "", address = "", ...own] = line.words;
    if (kind === "default-server") {
      usual = [...line.words.slice(1), ...usual];
    } else if (kind === "server") {
      servers.push(readServer({ name, address, line }, own, usual));
    }
  }
  return servers;
}

function defaultServers(section: HaproxySection | undefined): string[] {
  if (section === undefined) {
    return [];
  }
  const own = section.lines.filter(({ words }) => words[0] === "default-server").flatMap(({ words }) => words.slice(1));
  return [...own, ...defaultServers(section.defaults)];
}

function readServer(
  known: Pick<HaproxyServer, "name" | "address" | "line">,
  own: readonly string[],
  usual: readonly string[],
): HaproxyServer {
  const all = [own, usual];
  const wish = all.flatMap((words) => words.filter((word) => word === "check" || word === "no-check"))[0];
  return {
    ...known,
    checked: wish === "check",
    parameter(name) {
      const words = all.find((some) => some.includes(name));
      return words?.[words.lastIndexOf(name) + 1];
    },
  };
}
