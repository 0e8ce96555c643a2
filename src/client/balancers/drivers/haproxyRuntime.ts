import type { BalancerCommands, CommandOptions } from "./balancerCommands.ts";
import { balancerFailed } from "./balancerCommands.ts";

/** A server as HAProxy sees it at the moment. */
export interface ServerState {
  readonly backend: string;
  readonly name: string;
  /** Whether it answers its checks; one that is not checked always does. */
  readonly up: boolean;
  /** What people and commands have said of it. */
  readonly admin: "ready" | "drain" | "maintenance";
  /** Absent of one that has none yet. */
  readonly address?: { readonly host: string; readonly port: number };
}

/** HAProxy's runtime socket. */
export interface HaproxyRuntime {
  /** Finds a way to the socket and whether it may be used. */
  open(options?: CommandOptions): Promise<void>;
  /** The servers of a backend. */
  servers(backend: string, options?: CommandOptions): Promise<readonly ServerState[]>;
  /** How many requests, or connections, a server works on or has waiting. */
  sessions(backend: string, server: string, options?: CommandOptions): Promise<number>;
  setState(backend: string, server: string, state: "drain" | "ready", options?: CommandOptions): Promise<void>;
}

export interface RuntimeOptions {
  /** A Unix socket or `address:port`. */
  readonly socket: string;
  /** A program that connects its stdin and stdout to it. */
  readonly connect?: readonly string[] | undefined;
}

/** @throws HitlessError `balancerFailed` from each call. */
export function haproxyRuntime(commands: BalancerCommands, { socket, connect }: RuntimeOptions): HaproxyRuntime {
  let way = connect;
  const find = async (options?: CommandOptions): Promise<readonly string[]> => {
    const candidates = connectors(socket);
    for (const { probe, argv } of way === undefined ? candidates : []) {
      if (await commands.has(probe, options)) {
        way = argv;
        break;
      }
    }
    if (way === undefined) {
      const names = candidates.map(({ argv }) => argv[0]).join(", ");
      throw balancerFailed(`The balancer has none of ${names} to reach ${socket} with. Install one, or set "connect".`);
    }
    return way;
  };
  const ask = async (command: string, options?: CommandOptions): Promise<string> => {
    const answer = await commands.must(await find(options), { ...options, stdin: `${command}\n` });
    if (/^(?:Permission denied|Unknown command)/m.test(answer)) {
      throw balancerFailed(
        `The runtime socket ${socket} does not allow "${command}"; its level must be admin.`,
        answer,
      );
    }
    return answer;
  };
  return {
    async open(options) {
      await ask("show info", options);
    },
    async servers(backend, options) {
      const answer = await ask(`show servers state ${backend}`, options);
      const rows = readTable(answer, /^# (.*)$/m, " ");
      if (rows.length === 0) {
        throw balancerFailed(`HAProxy has no backend "${backend}".`, answer);
      }
      return rows.map((row) => ({
        backend,
        name: row.srv_name ?? "",
        up: row.srv_op_state === "2",
        admin: adminState(Number(row.srv_admin_state)),
        ...(Number(row.srv_port) > 0 && { address: { host: row.srv_addr ?? "", port: Number(row.srv_port) } }),
      }));
    },
    async sessions(backend, server, options) {
      const rows = readTable(await ask("show stat", options), /^# (.*)$/m, ",");
      const row = rows.find(({ pxname, svname }) => pxname === backend && svname === server);
      if (row === undefined) {
        throw balancerFailed(`HAProxy has no server ${backend}/${server}.`);
      }
      return Number(row.scur) + Number(row.qcur);
    },
    async setState(backend, server, state, options) {
      const answer = await ask(`set server ${backend}/${server} state ${state}`, options);
      if (answer.trim() !== "") {
        throw balancerFailed(`HAProxy did not set ${backend}/${server} to ${state}.`, answer);
      }
    },
  };
}

/** What a balancer may have that speaks to a socket, the usual one first. A probe says whether it is there. */
function connectors(
  socket: string,
): readonly { readonly probe: readonly string[]; readonly argv: readonly string[] }[] {
  const [host = "", port = ""] = socket.startsWith("/") ? [] : socket.split(/:(?=\d+$)/);
  const isUnix = port === "";
  const perl = isUnix
    ? ["-MIO::Socket::UNIX", "-e", perlScript("IO::Socket::UNIX->new(Peer => $ARGV[0])"), socket]
    : ["-MIO::Socket::INET", "-e", perlScript("IO::Socket::INET->new(PeerAddr => $ARGV[0])"), socket];
  return [
    { probe: ["socat", "-V"], argv: ["socat", "-t10", "-", isUnix ? `UNIX-CONNECT:${socket}` : `TCP:${host}:${port}`] },
    { probe: ["perl", "-e", "1"], argv: ["perl", ...perl] },
    { probe: ["python3", "-c", "1"], argv: ["python3", "-c", pythonScript, ...(isUnix ? [socket] : [host, port])] },
    { probe: ["nc", "-h"], argv: isUnix ? ["nc", "-U", socket] : ["nc", host, port] },
  ];
}

/** Sends its stdin, and prints what comes until HAProxy closes. */
function perlScript(open: string): string {
  return `my $s = ${open} or die "$!\\n"; print $s $_ while <STDIN>; $s->flush; shutdown $s, 1; print while <$s>;`;
}

const pythonScript = `
import socket, sys
address = sys.argv[1:]
if len(address) == 1:
    s = socket.socket(socket.AF_UNIX); s.connect(address[0])
else:
    s = socket.create_connection((address[0], int(address[1])))
s.sendall(sys.stdin.buffer.read()); s.shutdown(socket.SHUT_WR)
while True:
    piece = s.recv(65536)
    if not piece: break
    sys.stdout.buffer.write(piece)
`;

/** The rows of a table under a line of names. */
function readTable(answer: string, heading: RegExp, separator: string): Record<string, string>[] {
  const found = heading.exec(answer);
  if (found === null) {
    return [];
  }
  const names = (found[1] ?? "").split(separator);
  const lines = answer.slice(found.index + found[0].length).split("\n");
  return lines
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const values = line.split(separator);
      return Object.fromEntries(names.map((name, index) => [name, values[index] ?? ""]));
    });
}

/** Bits 0, 1, 2, 5 and 6 are for maintenance of one kind or another, 3 and 4 for drain. */
function adminState(bits: number): ServerState["admin"] {
  if ((bits & 0b1100111) !== 0) {
    return "maintenance";
  }
  return (bits & 0b0011000) === 0 ? "ready" : "drain";
}
