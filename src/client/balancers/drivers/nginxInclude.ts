import { parseNginxFile } from "../check/nginx/nginxConfig.ts";

const header =
  "# Written by Hitless, which takes the machines of a fleet out and puts them back: what else is written here is lost";

/** What is in the file of servers, as Hitless or a person has written it. */
export interface IncludedServer {
  readonly address: string;
  readonly down: boolean;
}

/**
 * The content of the file.
 * @param servers Address and parameters of each machine, by its name.
 * @param out The machines that get no requests. They stay in the list, so that no other one changes its place.
 */
export function renderInclude(servers: Readonly<Record<string, string>>, out: ReadonlySet<string>): string {
  const lines = Object.entries(servers).map(([machine, server]) => {
    const words = server.split(" ").filter((word) => word !== "down");
    return `server ${words.join(" ")}${out.has(machine) ? " down" : ""}; # ${machine.replace(/[\r\n]/g, " ")}`;
  });
  return `${[header, ...lines].join("\n")}\n`;
}

/**
 * Reads it.
 * @returns undefined if there is anything but servers in it.
 * @throws ConfigSyntaxError
 */
export function parseInclude(text: string, file: string): readonly IncludedServer[] | undefined {
  const directives = parseNginxFile(text, file);
  return directives.every(({ name, block }) => name === "server" && block === undefined)
    ? directives.map(({ args: [address = "", ...parameters] }) => ({ address, down: parameters.includes("down") }))
    : undefined;
}
