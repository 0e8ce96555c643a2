import { cpSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "./paths.ts";
import { freePort } from "./process/freePort.ts";
import { type SampleApp, sampleApp, settingsFile } from "./sampleApp.ts";

/** Makes one below `parent`, named after it. Its workspace settings fix the port, so that tests find it. */
export async function createSampleApp(
  parent: string,
  name: string,
  config: Readonly<Record<string, unknown>> = {},
): Promise<SampleApp> {
  const folder = join(parent, name);
  const port = await freePort();
  const app = sampleApp(folder, port);
  cpSync(join(projectRoot, "test", "fixtures", "plain"), folder, { recursive: true });
  app.write("package.json", JSON.stringify({ name, private: true, main: "server.js" }));
  app.write(
    settingsFile,
    JSON.stringify({ "hitless.apps": [{ name, entry: "server.js", ...config, env: { PORT: String(port) } }] }),
  );
  return app;
}
