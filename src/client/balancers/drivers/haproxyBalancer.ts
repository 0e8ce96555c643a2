import { HitlessError } from "../../../shared/errors.ts";
import type { HaproxySettings } from "../../../shared/settings/balancerSettings.ts";
import type { RunCommand } from "../../machines/runCommand.ts";
import type { Balancer, BalancerOptions } from "../balancer.ts";
import { balancerCommands, balancerFailed } from "./balancerCommands.ts";
import { haproxyRuntime, type ServerState } from "./haproxyRuntime.ts";
import { createTurns } from "./oneByOne.ts";
import { orPutBack } from "./putBack.ts";
import { waitUntil } from "./waitUntil.ts";

const usualSocket = "/run/haproxy/admin.sock";
const usualDrainMs = 60_000;
/** A request may be on its way to a server that was just taken out; so often must there be none, one look after another. */
const quietLooks = 2;

interface Place {
  readonly backend: string;
  readonly server: string;
}

/** Takes machines out with `set server … state drain`, over the runtime socket of HAProxy. */
export function haproxyBalancer(settings: HaproxySettings, run: RunCommand): Balancer {
  const { socket = usualSocket, connect, prefix, drainTimeout = usualDrainMs } = settings;
  const inTurn = createTurns();
  const runtime = haproxyRuntime(balancerCommands(run, prefix), { socket, connect });

  const placesOf = (machine: string): readonly Place[] => {
    const named = Object.hasOwn(settings.servers, machine) ? settings.servers[machine] : undefined;
    if (named === undefined) {
      throw new HitlessError("badConfig", `balancer.servers does not say which server of HAProxy ${machine} is.`);
    }
    return [named].flat().map((text) => {
      const [backend = "", server = ""] = text.split("/");
      return { backend, server };
    });
  };

  const stateOf = async ({ backend, server }: Place, signal?: AbortSignal) => {
    const all = await runtime.servers(backend, { signal });
    const state = all.find(({ name }) => name === server);
    if (state === undefined) {
      throw balancerFailed(`HAProxy has no server ${backend}/${server}.`);
    }
    return { state, others: all.filter((one) => one !== state) };
  };

  const takeOut = async (place: Place, { signal, onDidSay }: BalancerOptions): Promise<void> => {
    const { backend, server } = place;
    const named = `${backend}/${server}`;
    await inTurn(async () => {
      const { state, others } = await stateOf(place, signal);
      if (state.admin === "maintenance") {
        throw balancerFailed(`${named} is in maintenance already: somebody else has taken it out of HAProxy.`);
      }
      if (!others.some(serves)) {
        throw balancerFailed(`${named} is the last server of its backend that serves, and stays in.`);
      }
      await runtime.setState(backend, server, "drain", { signal });
    });
    let quiet = 0;
    let left = 0;
    const isQuiet = async (): Promise<boolean> => {
      left = await runtime.sessions(backend, server, { signal });
      quiet = left === 0 ? quiet + 1 : 0;
      onDidSay?.(`${left} sessions of ${named}`);
      return quiet >= quietLooks;
    };
    if (!(await waitUntil(isQuiet, { deadlineMs: drainTimeout, signal }))) {
      throw balancerFailed(`${named} still had ${left} sessions after ${drainTimeout} ms, and was put back.`);
    }
  };

  const putIn = async (place: Place, { signal, onDidSay }: BalancerOptions): Promise<void> => {
    const named = `${place.backend}/${place.server}`;
    await runtime.setState(place.backend, place.server, "ready", { signal });
    const isBack = async (): Promise<boolean> => {
      onDidSay?.(`${named} to answer its checks`);
      return serves((await stateOf(place, signal)).state);
    };
    if (!(await waitUntil(isBack, { deadlineMs: drainTimeout, signal }))) {
      throw balancerFailed(`HAProxy has not taken ${named} back within ${drainTimeout} ms: its checks fail.`);
    }
  };

  return {
    async check(machines, { signal } = {}) {
      await runtime.open({ signal });
      for (const place of machines.flatMap(placesOf)) {
        const named = `${place.backend}/${place.server}`;
        const { state } = await stateOf(place, signal);
        if (state.admin === "maintenance") {
          throw balancerFailed(`${named} is in maintenance already: somebody else has taken it out of HAProxy.`);
        }
      }
    },
    async drain(machine, options = {}) {
      const places = placesOf(machine);
      const before = new Map<Place, ServerState["admin"]>();
      for (const place of places) {
        before.set(place, (await stateOf(place, options.signal)).state.admin);
      }
      const undo = async (): Promise<void> => {
        for (const [{ backend, server }, admin] of before) {
          if (admin === "ready") {
            await runtime.setState(backend, server, "ready");
          }
        }
      };
      const act = async (): Promise<void> => {
        for (const place of places) {
          await takeOut(place, options);
        }
      };
      await orPutBack(act, undo, `${machine} could not be put back: tell HAProxy "set server … state ready" for it.`);
    },
    async undrain(machine, options = {}) {
      for (const place of placesOf(machine)) {
        await putIn(place, options);
      }
    },
    async isOut(machine, { signal } = {}) {
      for (const place of placesOf(machine)) {
        if ((await stateOf(place, signal)).state.admin !== "ready") {
          return true;
        }
      }
      return false;
    },
    async addressOf(machine) {
      const [place] = placesOf(machine);
      return place === undefined ? undefined : (await stateOf(place)).state.address;
    },
    byHand: (machine) =>
      placesOf(machine)
        .map(({ backend, server }) => `set server ${backend}/${server} state ready (over the runtime socket ${socket})`)
        .join(", "),
  };
}

function serves({ up, admin }: ServerState): boolean {
  return up && admin === "ready";
}
