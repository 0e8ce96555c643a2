import type { SessionMemory } from "../sessionHost.ts";

/**
 * By which plan VS Code started the supervisor of one app: the plan's fingerprint and the supervisor's process, kept with
 * the workspace, so that it is known after the window was reloaded.
 */
export class LaunchMarks {
  readonly #memory: SessionMemory;
  readonly #key: string;

  constructor(memory: SessionMemory, app: string) {
    this.#memory = memory;
    this.#key = `mark:${app}`;
  }

  keep(pid: number, mark: string): void {
    this.#memory.set(this.#key, `${pid} ${mark}`);
  }

  /** The fingerprint of the plan by which this supervisor was started; `undefined` if it was started elsewhere. */
  of(pid: number): string | undefined {
    const [launched, mark] = this.#memory.get(this.#key)?.split(" ") ?? [];
    return launched === `${pid}` ? mark : undefined;
  }

  /** One supervisor has given the app to another. */
  move(from: number, to: number): void {
    const mark = this.of(from);
    if (mark !== undefined) {
      this.keep(to, mark);
    }
  }
}
