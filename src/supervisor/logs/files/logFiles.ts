import { realpath } from "node:fs/promises";
import { HitlessError } from "../../../shared/errors.ts";
import type { LogStream } from "../../../shared/logs.ts";
import { type LogSettings, logFields, sizeInBytes } from "../../../shared/settings/logSettings.ts";
import type { Snapshot } from "../../../shared/snapshot.ts";
import type { EventLog } from "../eventLog.ts";
import type { LogSource, OutputCopy } from "../logStore.ts";
import { LogFile, type Rotation } from "./appendingFile.ts";
import { createLineDate, type LineDate } from "./lineDate.ts";
import { isPassing, reasonOf } from "./openForAppend.ts";
import { createWholeLines, type WholeLines } from "./wholeLines.ts";

export interface LogFilesOptions {
  readonly events: Pick<EventLog, "log">;
  /** All workers have to wait, or may go on. */
  readonly hold: (on: boolean) => void;
  /** Makes known that this app writes these files and no others; resolves with why it may not. */
  readonly claim: (paths: readonly string[]) => Promise<string | undefined>;
  /** The files are others now. */
  readonly changed: () => void;
}

interface Routes {
  readonly settings: LogSettings | undefined;
  readonly stdout: LogFile | undefined;
  readonly stderr: LogFile | undefined;
}

const nowhere: Routes = { settings: undefined, stdout: undefined, stderr: undefined };

/** Writes what the workers print to the files that the setting `logs` names: each line whole, those of a worker in order. */
export class LogFiles implements OutputCopy {
  readonly #options: LogFilesOptions;
  readonly #lines = new Map<string, WholeLines>();
  readonly #full = new Set<LogFile>();
  #routes: Routes = nowhere;
  #date: LineDate | undefined;
  /** Files that are no longer written, but for what waits. */
  #leaving: Promise<unknown> = Promise.resolve();

  constructor(options: LogFilesOptions) {
    this.#options = options;
  }

  /** Where output is written, and why it is not for now, for people; `undefined` if nowhere. */
  get view(): Snapshot["app"]["logs"] {
    const { stdout, stderr } = this.#routes;
    if (stdout === undefined && stderr === undefined) {
      return undefined;
    }
    const failing = filesOf(this.#routes).find(({ problem }) => problem !== undefined);
    return {
      ...(stdout !== undefined && { file: stdout.path }),
      ...(stderr !== undefined && stderr !== stdout && { errorFile: stderr.path }),
      ...(failing?.problem !== undefined && { problem: `${failing.path} ${failing.problem}` }),
    };
  }

  /**
   * Opens the files.
   * @throws HitlessError `badConfig`, which names the field, the file and what is wrong with it.
   */
  async open(settings: LogSettings | undefined): Promise<void> {
    if (settings !== undefined) {
      await this.#change(settings);
      this.#tell();
    }
  }

  /**
   * Goes on as these settings say. Resolves with a sentence for a person for each thing that is worth one: it has to go on as
   * before, or lines that waited for a file that is left are lost. It never rejects.
   */
  async follow(settings: LogSettings | undefined): Promise<string[]> {
    if (JSON.stringify(settings) === JSON.stringify(this.#routes.settings)) {
      return [];
    }
    const files = filesOf(this.#routes);
    const before = pathsOf(this.#routes).join();
    try {
      await this.#change(settings);
    } catch (error) {
      const stays = filesOf(this.#routes).length === 0 ? "No log files are written" : "Log files stay as they were";
      const message = `${stays}: ${reasonOf(error)}`;
      this.#options.events.log("error", "logFile", message);
      return [message];
    }
    if (pathsOf(this.#routes).join() !== before) {
      this.#tell();
      this.#options.changed();
    }
    const left = files.filter((file) => !filesOf(this.#routes).includes(file));
    const losses = await Promise.all(left.map(({ loss }) => loss));
    return losses.filter((loss) => loss !== undefined);
  }

  write({ worker }: LogSource, stream: LogStream, bytes: Buffer): void {
    const file = this.#routes[stream];
    if (file === undefined) {
      return;
    }
    const key = `${worker} ${stream}`;
    let lines = this.#lines.get(key);
    if (lines === undefined) {
      lines = createWholeLines(() => this.#date?.());
      this.#lines.set(key, lines);
    }
    const complete = lines.push(bytes);
    if (complete !== undefined) {
      file.write(complete);
    }
  }

  end({ worker }: LogSource, stream: LogStream): void {
    const key = `${worker} ${stream}`;
    const last = this.#lines.get(key)?.end();
    this.#lines.delete(key);
    if (last !== undefined) {
      this.#routes[stream]?.write(last);
    }
  }

  /**
   * Opens the files anew, for one that was moved away; returns their paths.
   * @throws HitlessError `invalidState` if there are none, or one can't be opened: then the former is written on.
   */
  async reopen(): Promise<string[]> {
    const files = filesOf(this.#routes);
    if (files.length === 0) {
      throw new HitlessError("invalidState", "The app writes no log files; logs.file says where.");
    }
    for (const file of files) {
      await file.reopen().catch((error: unknown) => {
        const text = `${file.path} can't be opened, and what was moved away is written on: ${reasonOf(error)}`;
        throw new HitlessError("invalidState", text);
      });
    }
    return pathsOf(this.#routes);
  }

  /** The beginnings of lines whose ends another supervisor will write. */
  takeRests(): { readonly worker: number; readonly stream: LogStream; readonly bytes: Buffer }[] {
    const rests = [...this.#lines].flatMap(([key, lines]) => {
      const [worker, stream] = key.split(" ");
      const bytes = lines.take();
      return bytes === undefined ? [] : [{ worker: Number(worker), stream: stream as LogStream, bytes }];
    });
    this.#lines.clear();
    return rests;
  }

  /** Writes what waits, with the lines that have no end. */
  async close(): Promise<void> {
    for (const key of [...this.#lines.keys()]) {
      const [worker, stream] = key.split(" ");
      this.end({ worker: Number(worker), slot: 0, generation: 0 }, stream as LogStream);
    }
    await Promise.all([this.#leaving, ...filesOf(this.#routes).map((file) => file.close())]);
  }

  async #change(settings: LogSettings | undefined): Promise<void> {
    const date = await createLineDate(settings?.date);
    const rotation = rotationOf(settings);
    const before = filesOf(this.#routes);
    const opened: LogFile[] = [];
    const fileAt = async (field: string, path: string | undefined): Promise<LogFile | undefined> => {
      const known = [...before, ...opened].find((file) => file.path === path);
      if (path === undefined || known !== undefined) {
        return known;
      }
      const file = this.#create(path, rotation);
      await openAsFar(file, field);
      opened.push(file);
      return file;
    };
    try {
      const stdout = await fileAt("logs.file", settings?.file);
      const stderr = (await fileAt("logs.errorFile", settings?.errorFile)) ?? stdout;
      const routes = { settings, stdout, stderr };
      const refusal = await this.#options.claim(await Promise.all(filesOf(routes).map(({ path }) => realPath(path))));
      if (refusal !== undefined) {
        throw new HitlessError("badConfig", refusal, { remedy: "openSettings" });
      }
      this.#switch(routes, date, rotation);
    } catch (error) {
      await Promise.all(opened.map((file) => file.close()));
      throw error;
    }
  }

  #switch(routes: Routes, date: LineDate | undefined, rotation: Rotation | undefined): void {
    const before = filesOf(this.#routes);
    const now = filesOf(routes);
    this.#routes = routes;
    this.#date = date;
    for (const file of before) {
      if (now.includes(file)) {
        file.change(rotation);
      } else {
        this.#leaving = Promise.all([this.#leaving, file.close()]);
      }
    }
  }

  #create(path: string, rotation: Rotation | undefined): LogFile {
    const file: LogFile = new LogFile({
      path,
      rotation,
      tell: (level, message) => {
        this.#options.events.log(level, "logFile", message);
        this.#options.changed();
      },
      filled: (full) => {
        if (full) {
          this.#full.add(file);
        } else {
          this.#full.delete(file);
        }
        this.#options.hold(this.#full.size > 0);
      },
    });
    return file;
  }

  #tell(): void {
    const paths = pathsOf(this.#routes);
    const where = paths.length === 0 ? "no file any more" : paths.join(" and ");
    this.#options.events.log("info", "logFile", `the output of the workers is written to ${where}`);
  }
}

function filesOf({ stdout, stderr }: Routes): LogFile[] {
  return [...new Set([stdout, stderr])].filter((file) => file !== undefined);
}

function pathsOf(routes: Routes): string[] {
  return filesOf(routes).map(({ path }) => path);
}

/** Opens it, or leaves it for later where the reason may pass: the app is not to wait for it. */
async function openAsFar(file: LogFile, field: string): Promise<void> {
  try {
    await file.open();
  } catch (error) {
    if (isPassing(error)) {
      file.openLater(error);
      return;
    }
    const isTold = error instanceof HitlessError;
    const text = isTold ? error.message : `${file.path} can't be written: ${reasonOf(error)}`;
    throw new HitlessError("badConfig", `${field}: ${text}`, { remedy: "openSettings" });
  }
}

function rotationOf(settings: LogSettings | undefined): Rotation | undefined {
  const maxSize = sizeInBytes(settings?.maxSize ?? "");
  return maxSize === undefined
    ? undefined
    : {
        maxSize,
        maxFiles: settings?.maxFiles ?? logFields.maxFiles.default,
        compress: settings?.compress ?? logFields.compress.default,
      };
}

/** By which two names of one file are the same. */
async function realPath(path: string): Promise<string> {
  return await realpath(path).catch(() => path);
}
