import { appKeepAlive, nodeKeepAliveTimeoutMs } from "../appKeepAlive.ts";
import type { Finding, FleetFacts } from "../finding.ts";
import { type NginxModel, nginxTime, type ProxyPass, type Upstream } from "./nginxModel.ts";
import { isSince, keepsUpstreams, type NginxVersion } from "./nginxVersion.ts";
import { connectionUse } from "./proxyFindings.ts";

interface Around {
  readonly facts: FleetFacts;
  readonly version: NginxVersion | undefined;
  readonly model: NginxModel;
}

/** What nginx takes for granted, in milliseconds. */
const usualFailTimeoutMs = 10_000;
const usualKeepAliveMs = 60_000;

/** What is wrong with one upstream. */
export function checkUpstream(upstream: Upstream, around: Around): Finding[] {
  return [
    ...fewServers(upstream),
    ...neverPassedOver(upstream),
    ...shortPause(upstream, around.facts),
    ...keptTooLong(upstream, around),
    ...eachByItself(upstream, around.model),
  ];
}

/** The longest time for which nginx passes a server of an upstream over after it has failed, in milliseconds. */
export function failTimeoutMs({ servers }: Upstream): number {
  const times = servers.map(({ parameters }) => nginxTime(parameters.get("fail_timeout") ?? "") ?? usualFailTimeoutMs);
  return Math.max(0, ...times);
}

function fewServers({ name, servers, directive }: Upstream): Finding[] {
  const serving = servers.filter(({ parameters }) => !parameters.has("down"));
  if (serving.length > 1) {
    return [];
  }
  return [
    {
      code: "singleServer",
      severity: "error",
      file: directive.file,
      line: directive.line,
      message: `The upstream "${name}" has only one server: while that one is restarted, or has failed, every request fails.`,
      fix: "List all machines of the fleet in it.",
    },
  ];
}

function neverPassedOver({ servers }: Upstream): Finding[] {
  return servers
    .filter(({ parameters }) => parameters.get("max_fails") === "0")
    .map(({ address, directive }) => ({
      code: "maxFails",
      severity: "warning",
      file: directive.file,
      line: directive.line,
      message: `With max_fails=0, nginx goes on trying ${address} after it has failed, and its requests wait for that.`,
      fix: "Leave max_fails out, which means 1, or set it higher.",
    }));
}

function shortPause(upstream: Upstream, { driver, pauseMs }: FleetFacts): Finding[] {
  const longest = failTimeoutMs(upstream);
  const { directive } =
    upstream.servers.find(({ parameters }) => nginxTime(parameters.get("fail_timeout") ?? "") === longest) ?? upstream;
  if (driver !== "none" || pauseMs > longest) {
    return [];
  }
  return [
    {
      code: "failTimeout",
      severity: "error",
      file: directive.file,
      line: directive.line,
      message: `nginx passes a machine over for ${longest} ms after it has failed (fail_timeout), and the fleet goes on after ${pauseMs} ms: restarts can make nginx pass all machines over at the same time.`,
      fix: `Set the fleet's pause to more than ${longest} ms, or lower fail_timeout.`,
    },
  ];
}

/** The connection that the app has just closed is the sporadic 502 of which nobody finds the cause. */
function keptTooLong(upstream: Upstream, { facts, version, model }: Around): Finding[] {
  const own = upstream.find("keepalive_timeout");
  const keptMs = nginxTime(own?.args[0] ?? "") ?? usualKeepAliveMs;
  const proxies = model.proxies.filter(({ target }) => target === upstream.name);
  const { read, unknown } = appKeepAlive(facts, upstream.servers);
  if (!proxies.some((proxy) => keepsConnections(proxy, upstream, version))) {
    return [];
  }
  const { file, line } = own ?? upstream.find("keepalive") ?? upstream.directive;
  const found = (severity: Finding["severity"], appMs: number, message: string): Finding[] => [
    {
      code: "keepAliveTimeout",
      severity,
      file,
      line,
      message,
      fix: `Set server.keepAliveTimeout of the app to more than ${keptMs} ms, or keepalive_timeout of the upstream to less than ${appMs} ms.`,
    },
  ];
  if (read !== undefined && read.ms <= keptMs) {
    return found(
      "error",
      read.ms,
      `nginx keeps idle connections to the app for ${keptMs} ms, and the app closes them after ${read.ms} ms, as read on ${read.where}: now and then nginx sends a request on one that is just being closed. A POST is then answered with 502.`,
    );
  }
  if (unknown.length > 0 && nodeKeepAliveTimeoutMs <= keptMs) {
    return found(
      "warning",
      nodeKeepAliveTimeoutMs,
      `nginx keeps idle connections to the app for ${keptMs} ms. How long the app does could not be read on ${unknown.join(", ")}; one that does not set keepAliveTimeout closes them after ${nodeKeepAliveTimeoutMs} ms: then nginx sends a request now and then on one that is just being closed, and a POST is answered with 502.`,
    );
  }
  return [];
}

function keepsConnections(proxy: ProxyPass, upstream: Upstream, version: NginxVersion | undefined): boolean {
  const places = upstream.find("keepalive")?.args[0] ?? (isSince(version, keepsUpstreams) ? "32" : "0");
  return places !== "0" && connectionUse(proxy, version) !== "closed";
}

function eachByItself({ name, directive, find }: Upstream, { workers }: NginxModel): Finding[] {
  if (find("zone") !== undefined || workers === "1") {
    return [];
  }
  return [
    {
      code: "noZone",
      severity: "note",
      file: directive.file,
      line: directive.line,
      message: `The upstream "${name}" has no zone: each worker process of nginx finds out by itself that a machine has failed.`,
      fix: `Add "zone ${name} 64k;" to it.`,
    },
  ];
}
