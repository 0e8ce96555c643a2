import type { Machine } from "../../../client/machines/sshMachine.ts";
import type { Fleet, ProjectSettings } from "../../../client/settings/projectSettings.ts";
import type { Disposable } from "../../../shared/basics/disposable.ts";
import { createEmitter } from "../../../shared/basics/emitter.ts";
import { fleetsBalancedBy } from "../../../shared/machines/balancerMachines.ts";
import { coalesce } from "../../platform/coalesce.ts";
import { engineSentence } from "../../platform/engineSentence.ts";
import type { AppSession } from "../appSession.ts";
import type { SessionHost } from "../sessionHost.ts";
import type { FleetRuns } from "./fleetRuns.ts";
import { MachineSession, machineKey } from "./machineSession.ts";
import type { RemoteFleetView } from "./remoteFleetView.ts";
import type { RemoteMachineView } from "./remoteMachineView.ts";

export interface MachineRegistryOptions {
  readonly host: SessionHost;
  /** Absolute paths of the workspace's folders; none while it is not trusted. */
  readonly folders: () => readonly string[];
}

/** A fleet and the settings that name it. */
export interface NamedFleet {
  /** Unique in the window. */
  readonly key: string;
  readonly fleet: Fleet;
  readonly settings: ProjectSettings;
}

/** Views are notified of changes at most this often, in milliseconds. */
const changeMs = 40;

/** The other machines that the workspace names. They are connected to while a view that shows them is visible. */
export class MachineRegistry implements Disposable {
  readonly #options: MachineRegistryOptions;
  readonly #changes = createEmitter<void>();
  readonly #tellChange = coalesce(changeMs, () => this.#changes.fire());
  #sessions = new Map<string, { readonly session: MachineSession; readonly listening: Disposable }>();
  #projects: readonly ProjectSettings[] = [];
  #problems: readonly string[] = [];
  #visible = false;
  #disposed = false;
  #reading = 0;

  constructor(options: MachineRegistryOptions) {
    this.#options = options;
  }

  /** At most every 40 ms. */
  readonly onDidChange = this.#changes.on;

  /** In the order of the settings. */
  get machines(): RemoteMachineView[] {
    return [...this.#sessions].map(([key, { session }]) => ({ ...session.view, balancerOf: this.#balancerOf(key) }));
  }

  /** In the order of the settings. Two folders may have the same file above them. */
  get fleets(): NamedFleet[] {
    const named = this.#projects.flatMap((settings) =>
      settings.fleets.map((fleet): NamedFleet => {
        const key = `fleet:${JSON.stringify([fleet.name, ...settings.files])}`;
        return { key, fleet, settings };
      }),
    );
    return [...new Map(named.map((one) => [one.key, one])).values()];
  }

  /** The fleets as they are now. */
  fleetViews(runs: FleetRuns): RemoteFleetView[] {
    return this.fleets.map(({ key, fleet, settings }) => {
      const run = runs.of(key);
      const members = fleet.machines.map((name) => {
        const machine = settings.machines.find((candidate) => candidate.name === name);
        const session = machine && this.#sessions.get(machineKey(machine))?.session;
        return { name, ...(session !== undefined && { machine: session.view }) };
      });
      return { key, name: fleet.name, app: fleet.app, members, ...(run !== undefined && { run }) };
    });
  }

  /** What is wrong in the settings, in the editor's language: a line for each fault. */
  get problems(): readonly string[] {
    return this.#problems.map((line) => engineSentence(line, this.#options.host.t));
  }

  /** The apps on all machines: running ones, and those whose connection was lost while they ran. */
  get sessions(): AppSession[] {
    return [...this.#sessions.values()].flatMap(({ session }) => session.known);
  }

  find(key: string): AppSession | undefined {
    return this.sessions.find((session) => session.key === key);
  }

  /** A machine, by its key. */
  machine(key: string): MachineSession | undefined {
    return this.#sessions.get(key)?.session;
  }

  /** Reads the settings again; machines that are still named keep their connection. */
  async refresh(): Promise<void> {
    this.#reading += 1;
    const reading = this.#reading;
    const { readProjects } = await import("./readProjects.ts");
    const { projects, problems } = await readProjects(this.#options.folders());
    // A later reading has seen what this one has.
    if (this.#disposed || reading !== this.#reading) {
      return;
    }
    this.#projects = projects;
    this.#problems = problems;
    this.#take(projects.flatMap(({ machines }) => machines));
    this.#tellChange();
  }

  /** Looks at all machines again, also at those that a person had to mend first. */
  look(): void {
    for (const { session } of this.#sessions.values()) {
      void session.look();
    }
  }

  /** Whether a view that shows the machines is visible. */
  setVisible(visible: boolean): void {
    this.#visible = visible;
    for (const { session } of this.#sessions.values()) {
      session.watch(visible);
    }
  }

  dispose(): void {
    this.#disposed = true;
    this.#tellChange.dispose();
    this.#take([]);
  }

  /** Fleets whose balancer a machine is, and nothing else. */
  #balancerOf(key: string): string[] {
    const { machine } = this.#sessions.get(key)?.session ?? {};
    const projects = this.#projects.filter(({ machines }) => machines.some((one) => machineKey(one) === key));
    return machine === undefined
      ? []
      : fleetsBalancedBy(
          machine.name,
          projects.flatMap(({ fleets }) => fleets),
        );
  }

  #take(machines: readonly Machine[]): void {
    const before = this.#sessions;
    const now = new Map(
      machines.map((machine) => {
        const key = machineKey(machine);
        return [key, before.get(key) ?? machine] as const;
      }),
    );
    this.#sessions = new Map(
      [...now].map(([key, known]) => [key, "session" in known ? known : this.#add(known)] as const),
    );
    for (const [key, { session, listening }] of before) {
      if (!now.has(key)) {
        listening.dispose();
        session.dispose();
      }
    }
  }

  #add(machine: Machine): { readonly session: MachineSession; readonly listening: Disposable } {
    const session = new MachineSession(machine, this.#options.host);
    const listening = session.onDidChange(this.#tellChange);
    session.watch(this.#visible);
    return { session, listening };
  }
}
