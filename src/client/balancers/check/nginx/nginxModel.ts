import type { NginxConfig, NginxDirective } from "./nginxConfig.ts";

/** One `server` of an upstream. */
export interface UpstreamServer {
  readonly address: string;
  readonly directive: NginxDirective;
  /** Parameters behind the address, such as `max_fails` → `3`; `""` for those without a value. */
  readonly parameters: ReadonlyMap<string, string>;
}

export interface Upstream {
  readonly name: string;
  readonly directive: NginxDirective;
  readonly servers: readonly UpstreamServer[];
  /** Of TCP connections, not of requests. */
  readonly stream: boolean;
  find(name: string): NginxDirective | undefined;
}

/** A place that passes requests on. */
export interface ProxyPass {
  /** Its `proxy_pass`. */
  readonly directive: NginxDirective;
  /** Name of an upstream, or `host:port`. */
  readonly target: string;
  /** The path of its location, as it is written; empty if it stands elsewhere. */
  readonly path: string;
  /** What holds here of a directive: those of the innermost block that has any. */
  settings(name: string): readonly NginxDirective[];
}

export interface NginxModel {
  readonly upstreams: readonly Upstream[];
  readonly proxies: readonly ProxyPass[];
  /** How many processes there are; `auto` is more than one. */
  readonly workers: string;
}

/** What of a configuration decides how requests get to the machines. */
export function modelNginx({ directives }: NginxConfig): NginxModel {
  const upstreams: Upstream[] = [];
  const proxies: ProxyPass[] = [];
  const visit = (block: readonly NginxDirective[], levels: readonly (readonly NginxDirective[])[], path: string) => {
    const inner = [block, ...levels];
    for (const directive of block) {
      if (directive.name === "upstream" && directive.block !== undefined) {
        upstreams.push(readUpstream(directive, false));
      } else if (directive.name === "proxy_pass") {
        const target = /^https?:\/\/([^/]+)/.exec(directive.args[0] ?? "")?.[1] ?? "";
        proxies.push({ directive, target: withVariables(target, inner), path, settings: settingsOf(inner) });
      } else if (directive.block !== undefined) {
        visit(directive.block, inner, directive.name === "location" ? (directive.args.at(-1) ?? "") : path);
      }
    }
  };
  for (const { name, block = [] } of directives) {
    if (name === "http") {
      visit(block, [], "");
    } else if (name === "stream") {
      const found = block.filter((directive) => directive.name === "upstream");
      upstreams.push(...found.map((directive) => readUpstream(directive, true)));
    }
  }
  const workers = directives.find(({ name }) => name === "worker_processes")?.args[0] ?? "1";
  return { upstreams, proxies, workers };
}

/**
 * Milliseconds of a time as nginx writes it, such as `10s`, `1m30s`, `500ms` or `60`; `undefined` for what is none.
 */
export function nginxTime(text: string): number | undefined {
  if (!/^(?:\d+(?:ms|[smhdwMy])\s*)*\d*$/.test(text) || text === "") {
    return undefined;
  }
  const pieces = text.matchAll(/(\d+)(ms|[smhdwMy])?/g);
  return [...pieces].reduce((sum, [, amount, unit = "s"]) => sum + Number(amount) * (units[unit] ?? 0), 0);
}

const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  M: 2_592_000_000,
  y: 31_536_000_000,
};

function readUpstream(directive: NginxDirective, stream: boolean): Upstream {
  const { block = [], args } = directive;
  const servers = block
    .filter(({ name }) => name === "server")
    .map((server): UpstreamServer => {
      const [address = "", ...others] = server.args;
      const parameters = new Map(
        others.map((word) => {
          const [key = "", ...value] = word.split("=");
          return [key, value.join("=")];
        }),
      );
      return { address, directive: server, parameters };
    });
  return { name: args[0] ?? "", directive, servers, stream, find: (name) => block.find((one) => one.name === name) };
}

function settingsOf(levels: readonly (readonly NginxDirective[])[]) {
  return (name: string): readonly NginxDirective[] => {
    const level = levels.find((block) => block.some((one) => one.name === name));
    return (level ?? []).filter((one) => one.name === name);
  };
}

/** A target that is one variable, which a `set` around it gives a value that is known. */
function withVariables(target: string, levels: readonly (readonly NginxDirective[])[]): string {
  const variable = /^\$\{?(\w+)\}?$/.exec(target)?.[1];
  if (variable === undefined) {
    return target;
  }
  const set = levels.flat().find(({ name, args }) => name === "set" && args[0] === `$${variable}`);
  return set?.args[1] ?? target;
}
