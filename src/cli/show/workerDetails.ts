import type { StatusOutput } from "../../shared/cliOutput.ts";
import type { ConnectionKinds } from "../../shared/drainView.ts";
import { workerName } from "../../shared/text/workerName.ts";
import type { Paint } from "../terminal/paint.ts";
import { count, duration, printable } from "../terminal/units.ts";
import { pausedText } from "./statusTexts.ts";

/** Requests in flight listed per worker; `--json` has up to 50. */
const mostRequestsListed = 10;

const kindNames: Readonly<Record<keyof ConnectionKinds, string>> = {
  http: "HTTP",
  https: "HTTPS",
  http2: "HTTP/2",
  webSocket: "WebSocket",
  eventStream: "event stream",
  raw: "plain TCP",
};

type Worker = StatusOutput["workers"][number];

/** What a worker's row has no room for: where it is stuck, what its drain still has. Empty for most workers. */
export function workerDetails(worker: Worker, paint: Paint): string[] {
  return [...stuckLines(worker, paint), ...debugLines(worker, paint), ...drainLines(worker, paint)];
}

function stuckLines({ health, stuckAt, ...worker }: Worker, paint: Paint): string[] {
  if (health !== "unresponsive") {
    return [];
  }
  const [top] = stuckAt ?? [];
  const where =
    top === undefined
      ? ""
      : ` · stuck in ${top.function === "" ? "(anonymous)" : top.function} (${top.file}:${top.line})`;
  return [`${paint("red", `${workerName(worker)} does not respond`)}${printable(where)}`];
}

/** Where it is paused and its inspector is, for whatever debugger a person has. */
function debugLines({ paused, inspector, ...worker }: Worker, paint: Paint): string[] {
  const at = paused?.at;
  const where = at === undefined ? "" : ` · in ${at.function} (${at.file}:${at.line})`;
  return [
    ...(paused === undefined
      ? []
      : [`${paint("yellow", `${workerName(worker)} ${pausedText(paused)}`)}${printable(where)}`]),
    ...(inspector === undefined ? [] : [`${workerName(worker)} can be debugged at ${printable(inspector)}`]),
  ];
}

function drainLines({ state, drain, ...worker }: Worker, paint: Paint): string[] {
  if (state !== "draining" || drain === undefined) {
    return [];
  }
  const { leftMs, requests, connections, handedOver = 0, kinds, inFlight = [] } = drain;
  const head = [
    `${workerName(worker)} drains`,
    ...(leftMs === undefined ? [] : [`${duration(leftMs)} left`]),
    ...(requests === undefined ? [] : [`${count(requests, "request")} in flight`]),
    ...(handedOver === 0 ? [] : [`${count(handedOver, "connection")} handed over`]),
  ];
  const listed = inFlight.slice(0, mostRequestsListed);
  const more = (requests ?? 0) - listed.length;
  return [
    paint("yellow", head.join(" · ")),
    ...(connections === undefined ? [] : [`  ${count(connections, "connection")}${kindsText(kinds)}`]),
    ...listed.map(({ method, url, ageMs }) => `  ${printable(`${method} ${url}`)} · ${duration(ageMs)}`),
    ...(more > 0 ? [`  and ${count(more, "request")} more`] : []),
  ];
}

/** `: 2 HTTP, 1 WebSocket` */
function kindsText(kinds: ConnectionKinds | undefined): string {
  const parts = (Object.keys(kindNames) as (keyof ConnectionKinds)[])
    .filter((kind) => (kinds?.[kind] ?? 0) > 0)
    .map((kind) => `${kinds?.[kind]} ${kindNames[kind]}`);
  return parts.length === 0 ? "" : `: ${parts.join(", ")}`;
}
