import { realpath } from "node:fs/promises";
import type { Disposable } from "../../shared/basics/disposable.ts";
import { createEmitter } from "../../shared/basics/emitter.ts";
import { toHitlessError } from "../../shared/errors.ts";
import type { Endpoint } from "../../shared/launch.ts";
import { coalesce } from "../platform/coalesce.ts";
import { DisposableStore } from "../platform/disposableStore.ts";
import { isInside, samePath } from "../platform/paths.ts";
import type { AppDefinition } from "./appDefinition.ts";
import { appKey } from "./appKey.ts";
import { AppSession } from "./appSession.ts";
import type { AppView } from "./appView.ts";
import type { SessionHost } from "./sessionHost.ts";

export interface RegistryOptions {
  readonly host: SessionHost;
  /** The apps that the workspace defines now; none while it is not trusted. */
  readonly define: () => Promise<readonly AppDefinition[]>;
  /** The folders whose running apps belong to this window. */
  readonly folders: () => readonly { readonly name: string; readonly path: string; readonly realPath: string }[];
}

/** Views are notified of changes at most this often, in milliseconds. */
const changeMs = 40;

/** All apps of the window: those the workspace defines and those running in its folders, however they were started. */
export class AppRegistry implements Disposable {
  readonly #options: RegistryOptions;
  readonly #sessions = new Map<string, { readonly session: AppSession; readonly owned: DisposableStore }>();
  readonly #changes = createEmitter<void>();
  readonly #tellChange = coalesce(changeMs, () => this.#changes.fire());
  #refreshing: Promise<void> | undefined;
  #again = false;
  #scanned = false;
  #disposed = false;

  constructor(options: RegistryOptions) {
    this.#options = options;
  }

  /** At most every 40 ms, however often the apps change. */
  readonly onDidChange = this.#changes.on;

  /** Whether the workspace has been searched once. */
  get scanned(): boolean {
    return this.#scanned;
  }

  get apps(): AppView[] {
    return this.sessions.map(({ view }) => view);
  }

  get sessions(): AppSession[] {
    return [...this.#sessions.values()].map(({ session }) => session);
  }

  find(key: string): AppSession | undefined {
    return this.#sessions.get(key)?.session;
  }

  /** Searches for apps again, in the workspace and among running supervisors. Calls meanwhile share the next search. */
  refresh(): Promise<void> {
    if (this.#refreshing !== undefined) {
      this.#again = true;
      return this.#refreshing;
    }
    this.#refreshing = this.#refreshUntilQuiet().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  /** The apps keep running; their supervisors notice that no client is connected. */
  dispose(): void {
    this.#disposed = true;
    this.#tellChange.dispose();
    for (const key of [...this.#sessions.keys()]) {
      this.#remove(key);
    }
  }

  async #refreshUntilQuiet(): Promise<void> {
    do {
      this.#again = false;
      await this.#refreshOnce();
    } while (this.#again && !this.#disposed);
  }

  async #refreshOnce(): Promise<void> {
    const { define, host } = this.#options;
    const definitions = await define();
    const endpoints = this.#options.folders().length === 0 ? [] : await this.#endpoints();
    if (this.#disposed) {
      return;
    }
    this.#takeDefinitions(definitions);
    await Promise.all(
      endpoints.map((endpoint) =>
        this.#adopt(endpoint).catch((error: unknown) => {
          host.log.warn(`${endpoint.name}: ${toHitlessError(error).message}`);
        }),
      ),
    );
    for (const { session } of this.#sessions.values()) {
      session.confirmLoss();
      session
        .lookForNode()
        .catch((error: unknown) => host.log.warn(`${session.name}: ${toHitlessError(error).message}`));
      if (session.definition === undefined && session.client === undefined) {
        this.#remove(session.key);
      }
    }
    this.#scanned = true;
    this.#tellChange();
  }

  async #endpoints(): Promise<Endpoint[]> {
    const { host } = this.#options;
    try {
      const { findSupervisors } = await import("./launchApp.ts");
      return await findSupervisors(host);
    } catch (error) {
      host.log.error(toHitlessError(error).message);
      return [];
    }
  }

  #takeDefinitions(definitions: readonly AppDefinition[]): void {
    const keys = new Set(definitions.map(({ key }) => key));
    for (const { session } of this.#sessions.values()) {
      if (!keys.has(session.key)) {
        session.definition = undefined;
      }
    }
    for (const definition of definitions) {
      const session = this.find(definition.key) ?? this.#add(definition, definition.folder.name);
      if (JSON.stringify(session.definition) !== JSON.stringify(definition)) {
        session.definition = definition;
        session.forgetProblem();
      }
    }
    const order = [...keys, ...this.#sessions.keys()];
    const entries = [...this.#sessions].sort(([a], [b]) => order.indexOf(a) - order.indexOf(b));
    this.#sessions.clear();
    for (const [key, entry] of entries) {
      this.#sessions.set(key, entry);
    }
  }

  async #adopt(endpoint: Endpoint): Promise<void> {
    const { name, root } = endpoint;
    // It may have been started through a link to its folder.
    const real = await realpath(root).catch(() => root);
    const known = this.sessions.find(
      ({ name: itsName, root: itsRoot, definition }) =>
        itsName === name &&
        [itsRoot, definition?.realRoot ?? itsRoot].some((path) => samePath(path, root) || samePath(path, real)),
    );
    if (known !== undefined) {
      await known.attach(endpoint);
      return;
    }
    const folder = this.#options
      .folders()
      .find(({ path, realPath }) => isInside(path, root) || isInside(realPath, root) || isInside(realPath, real));
    if (folder !== undefined) {
      await this.#add({ key: appKey(root, name), name, root }, folder.name).attach(endpoint);
    }
  }

  #add(app: { readonly key: string; readonly name: string; readonly root: string }, folder: string): AppSession {
    const { key, name, root } = app;
    const owned = new DisposableStore();
    const session = owned.add(new AppSession({ key, name, root, folder, host: this.#options.host }));
    owned.add(session.onDidChange(() => this.#onChange(session)));
    owned.add(session.onDidLose(() => void this.refresh()));
    this.#sessions.set(key, { session, owned });
    return session;
  }

  #onChange(session: AppSession): void {
    if (session.definition === undefined && session.client === undefined && this.#scanned) {
      // It was started elsewhere and has ended: this window could not start it again.
      void this.refresh();
    }
    this.#tellChange();
  }

  #remove(key: string): void {
    this.#sessions.get(key)?.owned.dispose();
    this.#sessions.delete(key);
  }
}
