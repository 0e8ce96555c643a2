/** Where a program is to be debugged, as its flags say. */
export interface InspectPlace {
  readonly host: string;
  /** 0: the system chooses. */
  readonly port: number;
}

const usual: InspectPlace = { host: "127.0.0.1", port: 9_229 };

/** `--inspect`, `--inspect-brk`, `--inspect-wait` with `[host:]port`, and `--inspect-port` (https://nodejs.org/api/cli.html#--inspecthostport). */
const flag = /^(--inspect(?:-brk|-wait)?)(?:=(.*))?$/;
const portFlag = /^--(?:inspect|debug)-port=(.*)$/;

/**
 * The flags for a worker in place of those of the user, which say where its slot is debugged: it opens its inspector on a random
 * port of this machine, and `InspectorDoors` has it found where the user said.
 * @returns `place`: what they said; `undefined` if none of them opens an inspector. `signalPlace`: where it is opened by a signal.
 */
export function inspectFlags(nodeArgs: readonly string[]): {
  readonly place: InspectPlace | undefined;
  readonly signalPlace: InspectPlace;
  readonly nodeArgs: string[];
} {
  let place: InspectPlace | undefined;
  let port: InspectPlace | undefined;
  const rewritten = nodeArgs.flatMap((argument) => {
    const [, name, where] = flag.exec(argument) ?? [];
    const [, only] = portFlag.exec(argument) ?? [];
    if (name !== undefined) {
      place = placeOf(where ?? "") ?? usual;
      return [`${name}=127.0.0.1:0`];
    }
    if (only !== undefined) {
      port = placeOf(only);
      return [];
    }
    return [argument];
  });
  const found = place as InspectPlace | undefined;
  const last = port as InspectPlace | undefined;
  return { place: found && { ...found, ...last }, signalPlace: last ?? usual, nodeArgs: rewritten };
}

/** `port`, `host`, or `host:port`; an IPv6 address is in brackets. */
function placeOf(text: string): InspectPlace | undefined {
  if (/^\d+$/.test(text)) {
    return { ...usual, port: Number(text) };
  }
  const [, host = "", port] = /^(\[[^\]]+\]|[^:]*)(?::(\d+))?$/.exec(text) ?? [];
  return host === "" && port === undefined
    ? undefined
    : {
        host: host === "" ? usual.host : host.replace(/^\[|\]$/g, ""),
        port: port === undefined ? usual.port : Number(port),
      };
}
