import { parseNginxDump } from "./nginxConfig.ts";
import { modelNginx, nginxTime } from "./nginxModel.ts";

export interface NginxNeeds {
  /** The file with the list of servers. */
  readonly include: string;
  /** A reload may reset idle connections of clients. */
  readonly acceptResets: boolean;
}

/**
 * Why machines can't be taken out of an nginx by its list of servers.
 * @param dump What `nginx -T` wrote.
 * @throws ConfigSyntaxError
 */
export function nginxProblem(dump: string, { include, acceptResets }: NginxNeeds): string | undefined {
  const config = parseNginxDump(dump);
  const { upstreams, proxies } = modelNginx(config);
  const ours = upstreams.filter(({ servers }) => servers.some(({ directive }) => directive.file === include));
  if (ours.length === 0) {
    return `No upstream of nginx includes ${include}. Write "include ${include};" into it, in place of its servers.`;
  }
  const mixed = ours.find(({ servers }) => servers.some(({ directive }) => directive.file !== include));
  if (mixed !== undefined) {
    return `The upstream "${mixed.name}" has servers besides those of ${include}. Move them there, so that none is left in by mistake.`;
  }
  const through = proxies.filter(({ target }) => ours.some(({ name }) => name === target));
  const resets = through.find(
    (proxy) => (nginxTime(proxy.settings("keepalive_min_timeout")[0]?.args[0] ?? "") ?? 0) === 0,
  );
  if (resets !== undefined && !acceptResets) {
    return "A reload of nginx closes idle connections of clients at once, and requests that are on their way there are lost. Set keepalive_min_timeout (nginx 1.27.4 or newer), or accept that with acceptResets.";
  }
  return undefined;
}
