import type { BalancerSettings, NoneSettings } from "../../shared/settings/balancerSettings.ts";
import type { RunCommand } from "../machines/runCommand.ts";
import type { Finding, FleetFacts } from "./check/finding.ts";
import { backendsOf, checkHaproxy } from "./check/haproxy/checkHaproxy.ts";
import { parseHaproxy } from "./check/haproxy/haproxyConfig.ts";
import { backAfterMs } from "./check/haproxy/serverFindings.ts";
import { checkNginx, upstreamsOf } from "./check/nginx/checkNginx.ts";
import { type NginxConfig, parseNginxDump } from "./check/nginx/nginxConfig.ts";
import { modelNginx } from "./check/nginx/nginxModel.ts";
import { parseNginxVersion } from "./check/nginx/nginxVersion.ts";
import { failTimeoutMs } from "./check/nginx/upstreamFindings.ts";
import { understandConfig } from "./check/understandConfig.ts";
import { balancerCommands } from "./drivers/balancerCommands.ts";
import { findNginx } from "./drivers/findNginx.ts";
import { withKnownHosts } from "./knownHosts.ts";

const usualHaproxyFile = "/etc/haproxy/haproxy.cfg";

/**
 * Reads the balancer's configuration where it is, and says what is wrong with it, and with the fleet's own settings.
 * @param run Runs commands where the balancer is.
 * @throws HitlessError `balancerFailed` when the configuration can't be had or understood.
 */
export async function checkBalancer(
  settings: BalancerSettings,
  run: RunCommand,
  facts: FleetFacts,
): Promise<readonly Finding[]> {
  const kind = configKind(settings);
  const known = await withKnownHosts(facts, settings);
  const own = facts.verifies ? [] : [noVerify];
  if (kind === "nginx") {
    const { config, said } = await readNginx(settings, run);
    return [...checkNginx(config, parseNginxVersion(said), known), ...own];
  }
  if (kind === "haproxy") {
    return [...checkHaproxy(await readHaproxy(settings, run), known), ...own];
  }
  return own;
}

/**
 * The milliseconds for which the balancer passes a machine over that was restarted, by its configuration; undefined when
 * it is not to be read.
 * @throws HitlessError `balancerFailed` as above.
 */
export async function configuredFailTimeoutMs(
  settings: NoneSettings,
  run: RunCommand,
  facts: FleetFacts,
): Promise<number | undefined> {
  if (settings.reads === "nginx") {
    const { config } = await readNginx(settings, run);
    const known = await withKnownHosts(facts, settings);
    const times = upstreamsOf(modelNginx(config), known).map(failTimeoutMs);
    return times.length === 0 ? undefined : Math.max(...times);
  }
  if (settings.reads === "haproxy") {
    const known = await withKnownHosts(facts, settings);
    const backends = backendsOf(await readHaproxy(settings, run), known);
    const servers = backends.flatMap((backend) => backend.servers);
    return servers.length === 0 ? undefined : Math.max(...servers.map(backAfterMs));
  }
  return undefined;
}

const noVerify: Finding = {
  code: "noVerify",
  severity: "warning",
  file: "hitless",
  line: 0,
  message:
    "The fleet asks no URL on a machine before it goes on to the next one: a release that starts but does not work gets to all of them.",
  fix: 'Give the fleet "verify" with a URL that answers only when the app works.',
};

function configKind(settings: BalancerSettings): "nginx" | "haproxy" | undefined {
  return settings.kind === "none" ? settings.reads : settings.kind === "commands" ? undefined : settings.kind;
}

async function readNginx(
  settings: BalancerSettings,
  run: RunCommand,
): Promise<{ readonly config: NginxConfig; readonly said: string }> {
  const commands = balancerCommands(run, settings.prefix);
  const nginx = await findNginx(commands, settings.kind === "nginx" ? settings.nginx : undefined);
  const dump = await commands.must([...nginx, "-T"]);
  const { stdout, stderr } = await commands.run([...nginx, "-v"]);
  return { config: understandConfig(() => parseNginxDump(dump)), said: stdout + stderr };
}

async function readHaproxy(settings: BalancerSettings, run: RunCommand) {
  const file = (settings.kind === "haproxy" ? settings.config : undefined) ?? usualHaproxyFile;
  const text = await balancerCommands(run, settings.prefix).must(["cat", file]);
  return understandConfig(() => parseHaproxy(text, file));
}
