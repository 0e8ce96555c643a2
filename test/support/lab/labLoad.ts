import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { within } from "../process/until.ts";
import type { Lab } from "./lab.ts";
import { balancerPort } from "./labFiles.ts";
import type { LabNode } from "./labNode.ts";

/** What the clients of a lab are asked; each is answered with the counts. */
export type LabOrder =
  | { readonly do: "counts" | "stop" }
  | { readonly do: "until"; readonly release: string; readonly count: number };

export interface LabCounts {
  readonly requests: number;
  /** Without a whole answer with status 200. Nothing is asked again. */
  readonly failed: number;
  /** Connections that the balancer or somebody behind it has closed. */
  readonly reopened: number;
  /** Whole answers by release. */
  readonly answers: Readonly<Record<string, number>>;
  readonly failures: readonly string[];
}

export interface LabLoadOptions {
  /** Connections that ask at the same time; default 20. */
  readonly connections?: number;
  /** Milliseconds between an answer and the next request; default 5. */
  readonly thinkMs?: number;
  /** A connection for each request, which is a POST; default: connections that stay, half of them with POST. */
  readonly newcomers?: boolean;
}

/** Clients on the laptop, of one balancer. */
export interface LabLoad {
  counts(): Promise<LabCounts>;
  /** Waits until that many further answers of this release have come; of any for newcomers. */
  until(release: string, count: number): Promise<LabCounts>;
  /** Lets the requests under way be answered and tells the counts. */
  stop(): Promise<LabCounts>;
}

const script = fileURLToPath(new URL("labClient.ts", import.meta.url));
const deadlineMs = 60_000;

/** Starts clients; resolves when their connections are open. */
export async function startLabLoad(
  lab: Lab,
  balancer: LabNode,
  { connections = 20, thinkMs = 5, newcomers = false }: LabLoadOptions = {},
): Promise<LabLoad> {
  const child = lab.laptop.start([
    process.execPath,
    script,
    ...["--host", balancer.address, "--port", String(balancerPort)],
    ...["--connections", String(connections), "--think", String(thinkMs)],
    ...(newcomers ? ["--newcomers"] : []),
  ]);
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<LabCounts> => {
    const { value, done } = await within("The clients of the lab", lines.next(), deadlineMs);
    if (done === true) {
      throw new Error(`The clients of the lab ended: ${said}`);
    }
    const { counts, error } = JSON.parse(value as string) as { counts?: LabCounts; error?: string };
    if (counts === undefined) {
      throw new Error(error);
    }
    return counts;
  };
  const order = (what: LabOrder): Promise<LabCounts> => {
    child.stdin.write(`${JSON.stringify(what)}\n`);
    return answer();
  };
  await answer();
  return {
    counts: () => order({ do: "counts" }),
    until: (release, count) => order({ do: "until", release, count }),
    async stop() {
      const counts = await order({ do: "stop" });
      child.stdin.end();
      return counts;
    },
  };
}
