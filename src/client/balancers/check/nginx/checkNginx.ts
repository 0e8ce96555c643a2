import { type Finding, type FleetFacts, type FleetMachine, hostOf, isMachine, missingMachine } from "../finding.ts";
import type { NginxConfig } from "./nginxConfig.ts";
import { modelNginx, type NginxModel, type ProxyPass, type Upstream } from "./nginxModel.ts";
import type { NginxVersion } from "./nginxVersion.ts";
import { checkProxy } from "./proxyFindings.ts";
import { checkUpstream } from "./upstreamFindings.ts";

/** What is wrong with a configuration of nginx for a fleet, in the order in which it stands there. */
export function checkNginx(config: NginxConfig, version: NginxVersion | undefined, facts: FleetFacts): Finding[] {
  const model = modelNginx(config);
  const upstreams = upstreamsOf(model, facts);
  const direct = model.proxies.filter(({ target }) => facts.machines.some((machine) => isMachine(target, machine)));
  if (upstreams.length === 0 && direct.length === 0) {
    return [
      {
        code: "noUpstream",
        severity: "error",
        file: config.files[0] ?? "nginx.conf",
        line: 1,
        message: "No upstream of nginx names a machine of this fleet.",
        fix: "List the machines as servers of an upstream, and let the app's location pass requests to it.",
      },
    ];
  }
  const proxies = model.proxies.filter(({ target }) => upstreams.some(({ name }) => name === target));
  const found = [
    ...missingMachines(upstreams, facts),
    ...upstreams.flatMap((upstream) => checkUpstream(upstream, { facts, version, model })),
    ...proxies.flatMap((proxy) => {
      const upstream = upstreams.find(({ name }) => name === proxy.target);
      return checkProxy(proxy, { upstream, facts, version });
    }),
    ...direct.flatMap((proxy) => [passesToOne(proxy), ...checkProxy(proxy, { upstream: undefined, facts, version })]),
  ];
  return unlikeEachOther(found).sort((a, b) => order(config, a) - order(config, b) || a.line - b.line);
}

/** The upstreams that pass requests to this fleet. */
export function upstreamsOf({ upstreams }: NginxModel, { machines }: FleetFacts): Upstream[] {
  return upstreams.filter(({ servers }) =>
    servers.some(({ address }) => machines.some((machine) => isMachine(address, machine))),
  );
}

/** A machine may be in some upstreams only; one that is in none gets nothing. */
function missingMachines(upstreams: readonly Upstream[], { machines }: FleetFacts): Finding[] {
  const [first] = upstreams;
  const isNamed = (machine: FleetMachine) =>
    upstreams.some(({ servers }) => servers.some(({ address }) => isMachine(address, machine)));
  return (first === undefined ? [] : machines)
    .filter((machine) => !isNamed(machine))
    .map((machine) =>
      missingMachine(machine, {
        file: first?.directive.file ?? "",
        line: first?.directive.line ?? 0,
        message: `The upstream "${first?.name}" does not name ${machine.name}: that machine gets no request.`,
      }),
    );
}

function passesToOne({ directive, target }: ProxyPass): Finding {
  return {
    code: "singleServer",
    severity: "error",
    file: directive.file,
    line: directive.line,
    message: `Requests are passed to ${hostOf(target)} alone: while that machine is restarted, or has failed, all of them fail.`,
    fix: "List all machines of the fleet in an upstream, and pass requests to that one.",
  };
}

/** A directive of `http` that does harm in each of its locations is named once. */
function unlikeEachOther(findings: readonly Finding[]): Finding[] {
  const keys = new Map(findings.map((one) => [`${one.code} ${one.file}:${one.line} ${one.message}`, one]));
  return [...keys.values()];
}

function order({ files }: NginxConfig, { file }: Finding): number {
  const index = files.indexOf(file);
  return index === -1 ? files.length : index;
}
