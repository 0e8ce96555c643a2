import type { Finding, FleetFacts } from "../finding.ts";
import { type HaproxyBackend, type HaproxyServer, haproxyTime } from "./haproxyModel.ts";

/** What HAProxy takes for granted: milliseconds between two checks, and how many must succeed. */
const usualInterMs = 2_000;
const usualRise = 2;

/** What is wrong with the servers of one backend. */
export function checkServers(backend: HaproxyBackend, facts: FleetFacts): Finding[] {
  return [
    ...fewServers(backend),
    ...unchecked(backend, facts),
    ...checkedByPort(backend),
    ...shortPause(backend, facts),
  ];
}

/** Milliseconds until a server that answers again is given requests. */
export function backAfterMs({ parameter }: HaproxyServer): number {
  const inter = haproxyTime(parameter("inter")) ?? usualInterMs;
  const rise = Number(parameter("rise") ?? usualRise);
  return rise * Math.max(inter, haproxyTime(parameter("fastinter")) ?? 0, haproxyTime(parameter("downinter")) ?? 0);
}

function fewServers({ name, servers, section }: HaproxyBackend): Finding[] {
  if (servers.filter(({ line }) => !line.words.includes("disabled")).length > 1) {
    return [];
  }
  return [
    {
      code: "singleServer",
      severity: "error",
      file: section.head.file,
      line: section.head.line,
      message: `The backend "${name}" has only one server: while that one is restarted, or has failed, every request fails.`,
      fix: "List all machines of the fleet in it.",
    },
  ];
}

function unchecked({ servers }: HaproxyBackend, { driver }: FleetFacts): Finding[] {
  return servers
    .filter(({ checked }) => !checked)
    .map(({ name, line }) => ({
      code: "noCheck",
      severity: driver === "none" ? "error" : "warning",
      file: line.file,
      line: line.line,
      message: `HAProxy does not check the server ${name}, and goes on sending requests to it when it has failed.`,
      fix: 'Add "check" to its line, or to default-server.',
    }));
}

function checkedByPort({ name, settings, servers, http, section }: HaproxyBackend): Finding[] {
  const asks = [...settings("option", "httpchk"), ...settings("option", "tcp-check"), ...settings("http-check")];
  if (!http || asks.length > 0 || !servers.some(({ checked }) => checked)) {
    return [];
  }
  return [
    {
      code: "noHealthPath",
      severity: "warning",
      file: section.head.file,
      line: section.head.line,
      message: `The backend "${name}" has no health path: a server counts as well while its port is open.`,
      fix: 'Add "option httpchk GET /ready" to it, with a path that the app or Hitless answers.',
    },
  ];
}

function shortPause({ servers }: HaproxyBackend, { driver, pauseMs }: FleetFacts): Finding[] {
  const late = servers.filter((server) => server.checked && backAfterMs(server) >= pauseMs);
  return driver !== "none"
    ? []
    : late.slice(0, 1).map((server) => ({
        code: "failTimeout",
        severity: "error",
        file: server.line.file,
        line: server.line.line,
        message: `HAProxy takes a server back ${backAfterMs(server)} ms after it answers again (inter and rise), and the fleet goes on after ${pauseMs} ms: restarts can take all servers out at the same time.`,
        fix: `Set the fleet's pause to more than ${backAfterMs(server)} ms, or lower inter or rise.`,
      }));
}
