import { appKeepAlive, nodeKeepAliveTimeoutMs } from "../appKeepAlive.ts";
import { type Finding, type FleetFacts, missingMachine } from "../finding.ts";
import type { HaproxyLine, HaproxySection } from "./haproxyConfig.ts";
import { type HaproxyBackend, haproxyBackends, haproxyTime, names } from "./haproxyModel.ts";
import { checkServers } from "./serverFindings.ts";

/** So long may clients wait for a machine that has vanished, in milliseconds. */
const longConnectMs = 10_000;
/** What HAProxy takes for granted, in milliseconds. */
const usualPurgeDelayMs = 5_000;

/** Words of `retry-on` for which a request is repeated that may have been done. */
const repeats: ReadonlySet<string> = new Set([
  ..."all-retryable-errors empty-response junk-response response-timeout".split(" "),
  ..."500 502 503 504".split(" "),
]);

/** What is wrong with a configuration of HAProxy for a fleet, in the order in which it stands there. */
export function checkHaproxy(sections: readonly HaproxySection[], facts: FleetFacts): Finding[] {
  const backends = backendsOf(sections, facts);
  if (backends.length === 0) {
    return [
      {
        code: "noUpstream",
        severity: "error",
        file: sections[0]?.head.file ?? "haproxy.cfg",
        line: 1,
        message: "No backend of HAProxy names a machine of this fleet.",
        fix: "List the machines as servers of a backend.",
      },
    ];
  }
  const found = backends.flatMap((backend) => checkBackend(backend, facts));
  return [...checkSocket(sections, facts), ...missingMachines(backends, facts), ...found].sort(
    (a, b) => a.line - b.line,
  );
}

/** The backends that give requests to this fleet. */
export function backendsOf(sections: readonly HaproxySection[], { machines }: FleetFacts): HaproxyBackend[] {
  return haproxyBackends(sections).filter((backend) => machines.some((machine) => names(backend, machine)));
}

/** A machine may be in some backends only; one that is in none gets nothing. */
function missingMachines(backends: readonly HaproxyBackend[], { machines }: FleetFacts): Finding[] {
  const [{ name, section } = { name: "", section: undefined }] = backends;
  return machines
    .filter((machine) => !backends.some((backend) => names(backend, machine)))
    .map((machine) =>
      missingMachine(machine, {
        file: section?.head.file ?? "",
        line: section?.head.line ?? 0,
        message: `The backend "${name}" does not name ${machine.name}: that machine gets no request.`,
      }),
    );
}

function checkSocket(sections: readonly HaproxySection[], { driver }: FleetFacts): Finding[] {
  const global = sections.find(({ kind }) => kind === "global");
  const sockets = (global?.lines ?? []).filter(({ words }) => words[0] === "stats" && words[1] === "socket");
  const isAdmin = ({ words }: HaproxyLine) => words[words.indexOf("level") + 1] === "admin";
  if (driver !== "haproxy" || sockets.some(isAdmin)) {
    return [];
  }
  const place = sockets[0] ?? global?.head ?? sections[0]?.head;
  return [
    {
      code: "noAdminSocket",
      severity: "error",
      file: place?.file ?? "haproxy.cfg",
      line: place?.line ?? 1,
      message: "HAProxy has no runtime socket of level admin, over which machines are taken out.",
      fix: 'Add "stats socket /run/haproxy/admin.sock mode 660 level admin" to global.',
    },
  ];
}

function checkBackend(backend: HaproxyBackend, facts: FleetFacts): Finding[] {
  return [
    ...checkServers(backend, facts),
    ...staysAtOne(backend, facts),
    ...repeatsRequests(backend),
    ...waitsLong(backend),
    ...keptTooLong(backend, facts),
  ];
}

function staysAtOne({ name, section, settings, servers }: HaproxyBackend, { driver }: FleetFacts): Finding[] {
  if (servers.length < 2 || settings("option", "redispatch").length > 0) {
    return [];
  }
  return [
    {
      code: "nextUpstream",
      severity: driver === "none" ? "error" : "warning",
      file: section.head.file,
      line: section.head.line,
      message: `The backend "${name}" tries a server that refuses connections again and again, and no other (no option redispatch).`,
      fix: 'Add "option redispatch 1" to it, or to defaults.',
    },
  ];
}

function repeatsRequests({ settings }: HaproxyBackend): Finding[] {
  const line = settings("retry-on").at(-1);
  const harmful = (line?.words ?? []).filter((word) => repeats.has(word));
  const spared = settings("http-request", "disable-l7-retry").length > 0;
  if (line === undefined || harmful.length === 0 || spared) {
    return [];
  }
  return [
    {
      code: "nonIdempotent",
      severity: "error",
      file: line.file,
      line: line.line,
      message: `With "retry-on ${harmful.join(" ")}", a POST whose answer does not come is sent once more, and may be done twice.`,
      fix: 'Add "http-request disable-l7-retry if METH_POST", or leave "retry-on" at "conn-failure".',
    },
  ];
}

function waitsLong({ name, section, settings }: HaproxyBackend): Finding[] {
  const line = settings("timeout", "connect").at(-1);
  const time = haproxyTime(line?.words[2]);
  if (time !== undefined && time <= longConnectMs) {
    return [];
  }
  return [
    {
      code: "connectTimeout",
      severity: "warning",
      file: (line ?? section.head).file,
      line: (line ?? section.head).line,
      message:
        time === undefined
          ? `The backend "${name}" has no "timeout connect": clients wait without end for a machine that has vanished from the network.`
          : `A machine that has vanished from the network is given up after ${time} ms (timeout connect), and clients wait that long.`,
      fix: 'Set "timeout connect 2s".',
    },
  ];
}

/** HAProxy closes half of what is idle after each `pool-purge-delay`, so a connection is idle for longer than that. */
function keptTooLong(backend: HaproxyBackend, facts: FleetFacts): Finding[] {
  const { http, settings, servers } = backend;
  const closes = settings("http-reuse", "never").length + settings("option", "httpclose").length > 0;
  const delays = servers
    .filter(({ parameter }) => parameter("pool-max-conn") !== "0")
    .map(({ line, parameter }) => ({
      line,
      delay: haproxyTime(parameter("pool-purge-delay")) ?? usualPurgeDelayMs,
    }));
  const { read, unknown } = appKeepAlive(
    facts,
    servers.map(({ address, name }) => {
      const named = facts.machines.find((machine) => machine.servers?.includes(`${backend.name}/${name}`) === true);
      return { address, ...(named !== undefined && { machine: named.name }) };
    }),
  );
  const isLonger = (appMs: number) => delays.find(({ delay }) => delay >= appMs / 2);
  const found = (appMs: number, tell: (delay: number) => string): Finding[] => {
    const longer = isLonger(appMs);
    return longer === undefined
      ? []
      : [
          {
            code: "keepAliveTimeout",
            severity: "warning",
            file: longer.line.file,
            line: longer.line.line,
            message: tell(longer.delay),
            fix: `Set server.keepAliveTimeout of the app to 65000 ms, or pool-purge-delay of the servers to less than ${Math.floor(appMs / 2)} ms.`,
          },
        ];
  };
  if (!http || closes) {
    return [];
  }
  const short =
    read === undefined
      ? []
      : found(
          read.ms,
          (delay) =>
            `HAProxy keeps idle connections to the app for ${delay} ms and longer (pool-purge-delay), and the app closes them after ${read.ms} ms, as read on ${read.where}: now and then HAProxy sends a request on one that is just being closed, and it fails.`,
        );
  return short.length > 0 || unknown.length === 0
    ? short
    : found(
        nodeKeepAliveTimeoutMs,
        (delay) =>
          `HAProxy keeps idle connections to the app for ${delay} ms and longer (pool-purge-delay). How long the app does could not be read on ${unknown.join(", ")}; one that does not set keepAliveTimeout closes them after ${nodeKeepAliveTimeoutMs} ms: then HAProxy sends a request now and then on one that is just being closed, and it fails.`,
      );
}
