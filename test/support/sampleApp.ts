import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { basename, dirname, join } from "node:path";
import * as v from "valibot";

const answerSchema = v.object({
  pid: v.number(),
  version: v.string(),
  worker: v.string(),
  generation: v.string(),
});
export type SampleAnswer = v.InferOutput<typeof answerSchema>;

export const settingsFile = join(".vscode", "settings.json");

const settingsSchema = v.object({ "hitless.apps": v.tuple([v.object({ env: v.object({ PORT: v.string() }) })]) });

const requestDeadlineMs = 5_000;

/** The folder of a small server that tells which worker answered, with the settings that run it. */
export interface SampleApp {
  readonly name: string;
  readonly folder: string;
  readonly port: number;
  write(file: string, text: string): void;
  read(file: string): string;
  /** One request over a connection of its own. Rejects when nobody listens. */
  ask(): Promise<SampleAnswer>;
}

/** Finds one that `createSampleApp` made, in another process perhaps. */
export function openSampleApp(parent: string, name: string): SampleApp {
  const folder = join(parent, name);
  const [{ env }] = v.parse(settingsSchema, JSON.parse(readFileSync(join(folder, settingsFile), "utf8")))[
    "hitless.apps"
  ];
  return sampleApp(folder, Number(env.PORT));
}

export function sampleApp(folder: string, port: number): SampleApp {
  return {
    name: basename(folder),
    folder,
    port,
    write(file, text) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    },
    read: (file) => readFileSync(join(folder, file), "utf8"),
    ask: () => ask(port),
  };
}

function ask(port: number): Promise<SampleAnswer> {
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port, agent: false, timeout: requestDeadlineMs };
    get(options, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      response.once("error", reject);
      response.once("end", () => {
        try {
          resolve(v.parse(answerSchema, JSON.parse(body)));
        } catch (error) {
          reject(error);
        }
      });
    })
      .once("timeout", () => reject(new Error(`No answer from port ${port} within ${requestDeadlineMs} ms`)))
      .once("error", reject);
  });
}
