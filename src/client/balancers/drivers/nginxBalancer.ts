import { HitlessError } from "../../../shared/errors.ts";
import type { NginxSettings } from "../../../shared/settings/balancerSettings.ts";
import type { RunCommand } from "../../machines/runCommand.ts";
import type { Balancer, BalancerOptions } from "../balancer.ts";
import { nginxProblem } from "../check/nginx/nginxProblem.ts";
import { understandConfig } from "../check/understandConfig.ts";
import { balancerCommands, balancerFailed } from "./balancerCommands.ts";
import { findNginx } from "./findNginx.ts";
import { parseInclude, renderInclude } from "./nginxInclude.ts";
import { nginxProcesses } from "./nginxProcesses.ts";
import { createTurns } from "./oneByOne.ts";
import { orPutBack } from "./putBack.ts";
import { throwIfCancelled, waitUntil } from "./waitUntil.ts";

const usualDrainMs = 60_000;
/** New worker processes are there within so many milliseconds of a reload. */
const reloadMs = 15_000;

/** Takes machines out by a list of servers that nginx includes, tests and reloads. */
export function nginxBalancer(settings: NginxSettings, run: RunCommand): Balancer {
  const { include, servers, acceptResets = false, drainTimeout = usualDrainMs } = settings;
  const commands = balancerCommands(run, settings.prefix);

  const inTurn = createTurns();
  const byHand = `The former list of servers could not be put back: look at ${include}, and reload nginx.`;

  const readList = async (signal?: AbortSignal): Promise<string> => {
    const { code, stdout, stderr } = await commands.run(["cat", include], { signal });
    if (code !== 0) {
      const wanted = renderInclude(servers, new Set());
      throw balancerFailed(
        `The list of servers ${include} can't be read. Make it with the lines below, and let the upstream include it.`,
        `${stderr}\n${wanted}`,
      );
    }
    return stdout;
  };

  /** The machines that are out, by what the file says. */
  const readOut = (text: string): Set<string> => {
    const listed = understandConfig(() => parseInclude(text, include));
    const named = Object.entries(servers).map(([machine, server]) => ({ machine, address: server.split(" ")[0] }));
    const unknown = listed?.find(({ address }) => !named.some((one) => one.address === address));
    if (listed === undefined || unknown !== undefined) {
      throw balancerFailed(
        unknown === undefined
          ? `${include} holds more than servers. It is for Hitless alone: move the rest to another file.`
          : `${include} lists ${unknown.address}, which balancer.servers does not name. Name it there, or take it out.`,
      );
    }
    const down = listed.filter((one) => one.down).map(({ address }) => address);
    return new Set(named.filter(({ address = "" }) => down.includes(address)).map(({ machine }) => machine));
  };

  /** A reader sees the old file or the new one. Owner and mode stay, and a link stays a link. */
  const write = async (text: string): Promise<void> => {
    const file = (await commands.must(["readlink", "-f", include])).trim();
    const draft = `${file}.hitless-new`;
    await commands.must(["cp", "-p", file, draft]);
    await commands.must(["tee", draft], { stdin: text });
    await commands.must(["mv", "-f", draft, file]);
  };

  const reload = async (nginx: readonly string[]): Promise<void> => {
    const before = await nginxProcesses(commands);
    await commands.must([...nginx, "-s", "reload"]);
    const isNew = async (): Promise<boolean> => {
      const { serving } = await nginxProcesses(commands);
      return [...serving].some((pid) => !before.serving.has(pid));
    };
    if (!(await waitUntil(isNew, { deadlineMs: reloadMs }))) {
      throw balancerFailed(
        `nginx has started no new worker process within ${reloadMs} ms of its reload; see its error log.`,
      );
    }
  };

  /**
   * Puts a machine in or out, and what others have done to the list meanwhile stays.
   * @returns False if it was so before.
   */
  const set = (machine: string, isOut: boolean, nginx: readonly string[], signal?: AbortSignal): Promise<boolean> =>
    inTurn(async () => {
      throwIfCancelled(signal);
      const previous = await readList(signal);
      const out = readOut(previous);
      if (out.has(machine) === isOut) {
        return false;
      }
      out[isOut ? "add" : "delete"](machine);
      if (Object.keys(servers).every((one) => out.has(one))) {
        throw balancerFailed(`${machine} is the last server of nginx's list, and stays in.`);
      }
      let reloaded = false;
      // Not to be cancelled half-way: when it is over, nginx runs with what the file says.
      const act = async (): Promise<void> => {
        await write(renderInclude(servers, out));
        const { code, stdout, stderr } = await commands.run([...nginx, "-t"]);
        if (code !== 0) {
          throw balancerFailed(`nginx refuses the list of servers in ${include}.`, `${stdout}\n${stderr}`);
        }
        reloaded = true;
        await reload(nginx);
      };
      const undo = async (): Promise<void> => {
        await write(previous);
        if (reloaded) {
          await reload(nginx);
        }
      };
      await orPutBack(act, undo, byHand);
      return true;
    });

  const change = async (machine: string, isOut: boolean, { signal, onDidSay }: BalancerOptions): Promise<void> => {
    if (!Object.hasOwn(servers, machine)) {
      throw new HitlessError("badConfig", `balancer.servers does not say which server of nginx ${machine} is.`);
    }
    throwIfCancelled(signal);
    const nginx = await findNginx(commands, settings.nginx, { signal });
    const isChanged = await set(machine, isOut, nginx, signal);
    if (isOut) {
      const undo = async (): Promise<void> => {
        if (isChanged) {
          await set(machine, false, nginx);
        }
      };
      await orPutBack(() => untilOldOnesLeft({ signal, onDidSay }), undo, byHand);
    }
  };

  /** An old worker process goes on with the former list until its clients have gone. */
  const untilOldOnesLeft = async ({ signal, onDidSay }: BalancerOptions): Promise<void> => {
    let left = 0;
    const haveLeft = async (): Promise<boolean> => {
      left = (await nginxProcesses(commands, { signal })).leaving.size;
      onDidSay?.(`${left} old worker processes of nginx`);
      return left === 0;
    };
    if (!(await waitUntil(haveLeft, { deadlineMs: drainTimeout, signal }))) {
      throw balancerFailed(
        `${left} old worker processes of nginx still had clients after ${drainTimeout} ms, and the machine was put back. worker_shutdown_timeout ends them.`,
      );
    }
  };

  return {
    async check(machines, { signal } = {}) {
      const missing = machines.find((machine) => !Object.hasOwn(servers, machine));
      if (missing !== undefined) {
        throw new HitlessError("badConfig", `balancer.servers does not say which server of nginx ${missing} is.`);
      }
      readOut(await readList(signal));
      const nginx = await findNginx(commands, settings.nginx, { signal });
      const dump = await commands.must([...nginx, "-T"], { signal });
      const problem = understandConfig(() => nginxProblem(dump, { include, acceptResets }));
      if (problem !== undefined) {
        throw balancerFailed(problem);
      }
      await nginxProcesses(commands, { signal });
    },
    drain: (machine, options = {}) => change(machine, true, options),
    undrain: (machine, options = {}) => change(machine, false, options),
    isOut: async (machine, { signal } = {}) => readOut(await readList(signal)).has(machine),
    async addressOf(machine) {
      const [, bracketed, plain, port = 80] =
        /^(?:\[([^\]]+)\]|([^: ]+))(?::(\d+))?(?: |$)/.exec(servers[machine] ?? "") ?? [];
      const host = bracketed ?? plain;
      return host === undefined ? undefined : { host, port: Number(port) };
    },
    byHand: (machine) =>
      `take "down" off ${servers[machine]?.split(" ")[0] ?? machine} in ${include}, and nginx -s reload`,
  };
}
