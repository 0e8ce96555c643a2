import type { KeepAliveReading } from "../../../../src/client/balancers/check/finding.ts";
import type { CommandResult, RunCommand } from "../../../../src/client/machines/runCommand.ts";

const done = (stdout = "", code = 0, stderr = ""): CommandResult => ({ code, stdout, stderr });

/** A HAProxy whose runtime socket is reached with perl alone, since the balancer has no socat. */
export interface FakeHaproxy {
  readonly run: RunCommand;
  /** What was sent, but for questions. */
  readonly orders: string[];
  /** By `backend/server`. */
  readonly servers: Map<string, FakeServer>;
}

export interface FakeServer {
  admin: "ready" | "drain" | "maint";
  up: boolean;
  /** Sessions at each look to come; the last one stays. */
  sessions: number[];
}

export function fakeHaproxy(servers: Readonly<Record<string, Partial<FakeServer>>>): FakeHaproxy {
  const known = new Map(
    Object.entries(servers).map(([name, server]): [string, FakeServer] => [
      name,
      { admin: "ready", up: true, sessions: [0], ...server },
    ]),
  );
  const orders: string[] = [];
  const bits = { ready: 0, drain: 8, maint: 1 };
  const answer = (command: string): string => {
    const [, , place = "", , state = ""] = command.split(" ");
    if (command === "show info") {
      return "Name: HAProxy\n";
    }
    if (command.startsWith("show servers state")) {
      const backend = command.split(" ")[3];
      const rows = [...known].filter(([name]) => name.startsWith(`${backend}/`));
      return rows.length === 0
        ? "Can't find backend.\n"
        : `1\n# be_name srv_name srv_op_state srv_admin_state srv_addr srv_port\n${rows
            .map(([name, { up, admin }]) => `${name.replace("/", " ")} ${up ? 2 : 0} ${bits[admin]} 10.0.0.9 3000\n`)
            .join("")}\n`;
    }
    if (command === "show stat") {
      const rows = [...known].map(([name, server]) => {
        const [now = 0, ...later] = server.sessions;
        server.sessions = later.length === 0 ? [now] : later;
        return `${name.replace("/", ",")},0,0,${now},9\n`;
      });
      return `# pxname,svname,qcur,qmax,scur,smax\n${rows.join("")}\n`;
    }
    orders.push(command);
    const server = known.get(place);
    if (server === undefined) {
      return "No such server.\n";
    }
    server.admin = state as FakeServer["admin"];
    return "\n";
  };
  return {
    orders,
    servers: known,
    run: async (argv, { stdin = "" }) => {
      const [program] = argv;
      if (program === "socat") {
        return done("", 127, "socat: not found");
      }
      return done(stdin === "" ? "" : answer(stdin.trim()));
    },
  };
}

/** An nginx with its files and processes. */
export interface FakeNginx {
  readonly run: RunCommand;
  readonly files: Map<string, string>;
  /** Programs that were run and their arguments, but for those that look. */
  readonly orders: string[];
  /** Looks at the processes until old ones have gone; `Infinity`: they stay. */
  looksUntilGone: number;
  /** What `nginx -t` complains of. */
  complaint: string | undefined;
}

export function fakeNginx(include: string, list: string, config: string): FakeNginx {
  const files = new Map([[include, list]]);
  let generation = 1;
  let looks = 0;
  const fake: FakeNginx = {
    files,
    orders: [],
    looksUntilGone: 2,
    complaint: undefined,
    run: async (argv, { stdin = "" }) => {
      const [program = "", first = "", second = "", third = ""] = argv;
      switch (program) {
        case "cat":
          return files.has(first) ? done(files.get(first)) : done("", 1, "No such file");
        case "readlink":
          return done(`${second}\n`);
        case "cp":
          files.set(third, files.get(second) ?? "");
          return done();
        case "tee":
          files.set(first, stdin);
          return done(stdin);
        case "mv":
          files.set(third, files.get(second) ?? "");
          files.delete(second);
          fake.orders.push(
            `write ${files
              .get(third)
              ?.match(/server .*?;/g)
              ?.join(" ")}`,
          );
          return done();
        case "ps": {
          looks += 1;
          const old = generation > 1 && looks <= fake.looksUntilGone;
          return done(
            `  1 nginx: master process nginx\n ${100 + generation} nginx: worker process\n${old ? "  7 nginx: worker process is shutting down\n" : ""}  9 sh -c nginx: worker process\n`,
          );
        }
        case "nginx":
          if (first === "-v") {
            return done("", 0, "nginx version: nginx/1.22.1");
          }
          if (first === "-T") {
            return done(`${config}# configuration file ${include}:\n${files.get(include)}\n`);
          }
          fake.orders.push(argv.join(" "));
          if (first === "-t") {
            return fake.complaint === undefined ? done() : done("", 1, fake.complaint);
          }
          generation += 1;
          looks = 0;
          return done();
        default:
          throw new Error(`Nobody runs ${program}.`);
      }
    },
  };
  return fake;
}

/** What a worker there said of the app's server. */
export function keeps(machine: string, idleMs: number, port = 3_000): KeepAliveReading {
  const server = { protocol: "http", address: `0.0.0.0:${port}`, port, keepAliveTimeoutMs: idleMs, idleMs } as const;
  return { machine, worker: 1, servers: [server] };
}
