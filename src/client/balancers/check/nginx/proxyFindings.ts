import type { Finding, FleetFacts } from "../finding.ts";
import { nginxTime, type ProxyPass, type Upstream } from "./nginxModel.ts";
import { isSince, keepsUpstreams, type NginxVersion } from "./nginxVersion.ts";

interface Around {
  /** Where the requests go; none if it is an address. */
  readonly upstream: Upstream | undefined;
  readonly facts: FleetFacts;
  readonly version: NginxVersion | undefined;
}

/** What nginx takes for granted, in milliseconds. */
const usualTimeoutMs = 60_000;
/** So long may clients wait for a machine that has vanished, in milliseconds. */
const longConnectMs = 10_000;

/** Paths that most likely answer with an event stream. */
const streamPath = /\b(?:sse|events?|event-?streams?|streams?|live|notifications?)\b/i;

/** What is wrong with one place that passes requests on. */
export function checkProxy(proxy: ProxyPass, around: Around): Finding[] {
  return [
    ...sendsTwice(proxy),
    ...givesUp(proxy),
    ...waitsLong(proxy),
    ...keepsNothing(proxy, around),
    ...opensNoWebSocket(proxy, around),
    ...holdsStreamsUp(proxy),
    ...resetsClients(proxy, around),
  ];
}

/** What becomes of a connection to the app when an answer has come; `unknown` if a variable decides. */
export function connectionUse(proxy: ProxyPass, version: NginxVersion | undefined): "kept" | "closed" | "unknown" {
  const keeps = isSince(version, keepsUpstreams);
  const spoken = proxy.settings("proxy_http_version")[0]?.args[0] ?? (keeps ? "1.1" : "1.0");
  const asked = headerOf(proxy, "connection") ?? (keeps ? "" : "close");
  if (spoken === "1.0" || asked.toLowerCase() === "close") {
    return "closed";
  }
  return asked.includes("$") ? "unknown" : "kept";
}

function headerOf(proxy: ProxyPass, name: string): string | undefined {
  return proxy.settings("proxy_set_header").find(({ args }) => args[0]?.toLowerCase() === name)?.args[1];
}

function at(proxy: ProxyPass, name: string): Pick<Finding, "file" | "line"> {
  const { file, line } = proxy.settings(name)[0] ?? proxy.directive;
  return { file, line };
}

function sendsTwice(proxy: ProxyPass): Finding[] {
  const [next] = proxy.settings("proxy_next_upstream");
  if (next?.args.includes("non_idempotent") !== true) {
    return [];
  }
  return [
    {
      code: "nonIdempotent",
      severity: "error",
      ...at(proxy, "proxy_next_upstream"),
      message:
        "With non_idempotent, a POST whose answer does not come is sent to another machine as well, and may be done twice.",
      fix: "Take non_idempotent out of proxy_next_upstream.",
    },
  ];
}

function givesUp(proxy: ProxyPass): Finding[] {
  const [next] = proxy.settings("proxy_next_upstream");
  const [tries] = proxy.settings("proxy_next_upstream_tries");
  const never = next !== undefined && !next.args.includes("error");
  if (!never && tries?.args[0] !== "1") {
    return [];
  }
  return [
    {
      code: "nextUpstream",
      severity: "error",
      ...at(proxy, never ? "proxy_next_upstream" : "proxy_next_upstream_tries"),
      message: "A request for a machine that refuses the connection fails, instead of being given to another machine.",
      fix: 'Remove the line: without it, nginx has "error timeout" and tries all machines.',
    },
  ];
}

function waitsLong(proxy: ProxyPass): Finding[] {
  const time = nginxTime(proxy.settings("proxy_connect_timeout")[0]?.args[0] ?? "") ?? usualTimeoutMs;
  if (time <= longConnectMs) {
    return [];
  }
  return [
    {
      code: "connectTimeout",
      severity: "warning",
      ...at(proxy, "proxy_connect_timeout"),
      message: `A machine that has vanished from the network is given up after ${time} ms (proxy_connect_timeout), and clients wait that long.`,
      fix: 'Set "proxy_connect_timeout 2s;".',
    },
  ];
}

function keepsNothing(proxy: ProxyPass, { upstream, version }: Around): Finding[] {
  const keepalive = upstream?.find("keepalive");
  const isWebSocket = headerOf(proxy, "upgrade") !== undefined;
  if (
    keepalive === undefined ||
    keepalive.args[0] === "0" ||
    isWebSocket ||
    connectionUse(proxy, version) !== "closed"
  ) {
    return [];
  }
  return [
    {
      code: "keepaliveUnused",
      severity: "warning",
      ...at(proxy, "proxy_pass"),
      message: `The upstream "${upstream?.name}" may keep connections (keepalive), but nginx opens one for each request here.`,
      fix: 'Add proxy_http_version 1.1; and proxy_set_header Connection ""; and let the app keep connections longer than nginx does.',
    },
  ];
}

function opensNoWebSocket(proxy: ProxyPass, { version }: Around): Finding[] {
  if (headerOf(proxy, "upgrade") === undefined) {
    return [];
  }
  const usual = isSince(version, keepsUpstreams) ? "1.1" : "1.0";
  const spoken = proxy.settings("proxy_http_version")[0]?.args[0] ?? usual;
  const asked = headerOf(proxy, "connection") ?? "";
  const readMs = nginxTime(proxy.settings("proxy_read_timeout")[0]?.args[0] ?? "") ?? usualTimeoutMs;
  if (spoken === "1.0" || !/upgrade|\$/i.test(asked)) {
    return [
      {
        code: "webSocket",
        severity: "error",
        ...at(proxy, "proxy_pass"),
        message: "No WebSocket can be opened here: Upgrade is passed on, but not with HTTP/1.1 and Connection.",
        fix: 'Add "proxy_http_version 1.1;" and "proxy_set_header Connection upgrade;".',
      },
    ];
  }
  if (readMs > usualTimeoutMs) {
    return [];
  }
  return [
    {
      code: "webSocketTimeout",
      severity: "note",
      ...at(proxy, "proxy_read_timeout"),
      message: `A WebSocket on which the app is silent for ${readMs} ms is closed by nginx (proxy_read_timeout).`,
      fix: 'Let the app send a ping more often, or set "proxy_read_timeout 1h;".',
    },
  ];
}

function holdsStreamsUp(proxy: ProxyPass): Finding[] {
  const buffers = proxy.settings("proxy_buffering")[0]?.args[0] !== "off";
  if (!buffers || !streamPath.test(proxy.path)) {
    return [];
  }
  return [
    {
      code: "buffering",
      severity: "warning",
      ...at(proxy, "proxy_buffering"),
      message: `Events at ${proxy.path} may come late: nginx collects what the app writes before it passes it on (proxy_buffering).`,
      fix: 'Add "proxy_buffering off;", or let the app answer with "X-Accel-Buffering: no".',
    },
  ];
}

/** Of the drivers, only that of nginx reloads it. */
function resetsClients(proxy: ProxyPass, { facts }: Around): Finding[] {
  const time = nginxTime(proxy.settings("keepalive_min_timeout")[0]?.args[0] ?? "") ?? 0;
  if (facts.driver !== "nginx" || time > 0) {
    return [];
  }
  return [
    {
      code: "reloadResets",
      // Somebody has accepted it; how much is lost is worth a word all the same.
      severity: facts.acceptsResets === true ? "warning" : "error",
      ...at(proxy, "keepalive_min_timeout"),
      message:
        "A reload of nginx closes idle connections of clients at once, and a request that is on its way on one of them is lost.",
      fix: 'Set "keepalive_min_timeout 10s;" in http, which needs nginx 1.27.4 or newer, choose another balancer driver, or accept the loss: "acceptResets": true in the balancer of the fleet.',
    },
  ];
}
