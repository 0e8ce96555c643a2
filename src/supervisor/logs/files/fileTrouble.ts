import type { EventLevel } from "../../../shared/logs.ts";
import { count } from "../../../shared/text/count.ts";
import { steadyNow } from "../../clock.ts";
import { countLines } from "./wholeLines.ts";

/** While others fill a disk, room comes and goes. */
const usualCalmMs = 10_000;

/** What is not as it should be: told once, until it is over. */
interface Trouble {
  readonly what: string;
  readonly since: number;
  /** Tells that it is over, after a while. */
  over: NodeJS.Timeout | undefined;
  lostLines: number;
  lostBytes: number;
}

export interface FileTroubleOptions {
  /** Absolute. */
  readonly path: string;
  readonly tell: (level: EventLevel, message: string) => void;
  /** Milliseconds without a failure until a trouble counts as over; default: 10 s. */
  readonly calmMs?: number | undefined;
}

/** Why a log file is not written, and what that costs: told when it begins and when it is over, and not each time. */
export class FileTrouble {
  readonly #options: FileTroubleOptions;
  #trouble: Trouble | undefined;

  constructor(options: FileTroubleOptions) {
    this.#options = options;
  }

  /** Whether there is some, or was a moment ago. */
  get isOn(): boolean {
    return this.#trouble !== undefined;
  }

  /** Why it is not written; `undefined` if all is well. */
  get problem(): string | undefined {
    return this.#trouble === undefined || this.#trouble.over !== undefined ? undefined : this.#trouble.what;
  }

  begin(what: string): void {
    clearTimeout(this.#trouble?.over);
    if (this.#trouble === undefined) {
      const { path, tell } = this.#options;
      this.#trouble = { what, since: steadyNow(), over: undefined, lostLines: 0, lostBytes: 0 };
      tell("error", `${path} ${what}; the app goes on, and lines that do not fit into memory meanwhile are lost`);
    } else {
      this.#trouble.over = undefined;
    }
  }

  /** These lines are lost by it. */
  lose(lines: Buffer): void {
    if (this.#trouble !== undefined) {
      this.#trouble.lostLines += countLines(lines);
      this.#trouble.lostBytes += lines.length;
    }
  }

  /** The file is written again: if it stays so, the trouble is over. */
  recover(): void {
    const trouble = this.#trouble;
    if (trouble === undefined || trouble.over !== undefined) {
      return;
    }
    const { path, tell, calmMs = usualCalmMs } = this.#options;
    const seconds = Math.round((steadyNow() - trouble.since) / 1_000);
    trouble.over = setTimeout(() => {
      this.#trouble = undefined;
      const { lostLines, lostBytes } = trouble;
      const lost = lostBytes === 0 ? "no line was lost" : `${count(lostLines, "line")} (${lostBytes} bytes) were lost`;
      tell(lostBytes === 0 ? "info" : "warning", `${path} is written again after ${seconds} s; ${lost}`);
    }, calmMs);
    trouble.over.unref();
  }

  /** Nothing more is told by itself: the file is being closed. */
  end(): void {
    clearTimeout(this.#trouble?.over);
  }

  /**
   * Tells what is lost for good, with these lines; returns it, `undefined` if it is nothing.
   * @param otherwise Why these are not written, where there was no trouble.
   */
  tellLost(rests: readonly Buffer[], otherwise: string): string | undefined {
    const { what, over, lostLines, lostBytes } = this.#trouble ?? {
      what: otherwise,
      over: undefined,
      lostLines: 0,
      lostBytes: 0,
    };
    const lines = rests.reduce((sum, rest) => sum + countLines(rest), lostLines);
    const bytes = rests.reduce((sum, rest) => sum + rest.length, lostBytes);
    if (bytes === 0) {
      return undefined;
    }
    const why = over === undefined ? `it ${what}` : `for a while it ${what}`;
    const { path, tell } = this.#options;
    const message = `${count(lines, "line")} (${bytes} bytes) for ${path} are lost: ${why}`;
    tell("error", message);
    return message;
  }
}
