import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { projectRoot } from "../../support/paths.ts";
import { run } from "../../support/programs.ts";

/** A file, and what it must not import. */
const refused: readonly (readonly [string, string])[] = [
  ["src/shared/fs.ts", "node:fs"],
  ["src/shared/client.ts", "../client/connection/supervisorClient.ts"],
  ["src/worker/package.ts", "valibot"],
  ["src/worker/supervisor.ts", "../supervisor/slots/slot.ts"],
  ["src/supervisor/worker.ts", "../worker/channel.ts"],
  ["src/supervisor/client.ts", "../client/connection/supervisorClient.ts"],
  ["src/server/extension.ts", "../extension/ids.ts"],
  ["src/server/rules/vscode.ts", "vscode"],
  ["src/server/source/client.ts", "../../client/connection/supervisorClient.ts"],
  ["src/client/cli.ts", "../cli/terminal/output.ts"],
  ["src/webview/vscode.ts", "vscode"],
  ["src/webview/parts/os.ts", "node:os"],
  ["src/webview/model/extension.ts", "../../extension/ids.ts"],
  ["src/extension/panel/commands.ts", "../commands/renew.ts"],
  ["src/cli/vscode.ts", "vscode"],
  ["src/cli/commands/supervisor.ts", "../../supervisor/slots/slot.ts"],
  ["src/extension/supervisor.ts", "../supervisor/slots/slot.ts"],
  ["src/extension/views/supervisor.ts", "../../supervisor/slots/slot.ts"],
  ["src/extension/views/commands.ts", "../commands/renew.ts"],
  ["src/extension/platform/views.ts", "../views/appTree.ts"],
  ["src/extension/views/language.ts", "../language/languageFeatures.ts"],
  ["src/extension/language/commands.ts", "../commands/tell/notify.ts"],
  ["src/extension/apps/views.ts", "../views/appTree.ts"],
  ["src/supervisor/layers/sample/worker.ts", "../../../worker/channel.ts"],
  ["src/extension/commands/tell/supervisor.ts", "../../../supervisor/slots/slot.ts"],
  ["src/extension/panel/views.ts", "../views/appTree.ts"],
  ["test/unit/vscode.ts", "vscode"],
];

const allowed: readonly (readonly [string, string])[] = [
  ["src/shared/valibot.ts", "valibot"],
  ["src/worker/shared.ts", "../shared/drainView.ts"],
  ["src/supervisor/promises.ts", "node:fs/promises"],
  ["src/server/protocol.ts", "vscode-languageserver/node"],
  ["src/server/rules/source.ts", "../source/walk.ts"],
  ["src/server/analysis/signals/source.ts", "../../source/walk.ts"],
  ["src/supervisor/layers/sample/shared.ts", "../../../shared/layers/sample.ts"],
  ["src/extension/commands/tell/apps.ts", "../../apps/appView.ts"],
  ["src/server/shared.ts", "../shared/layers/catalogue.ts"],
  ["src/webview/parts/model.ts", "../model/shares.ts"],
  ["src/webview/shared.ts", "../shared/layers/catalogue.ts"],
  ["src/extension/panel/apps.ts", "../apps/appView.ts"],
  ["src/extension/language/protocol.ts", "vscode-languageclient/node"],
  ["src/cli/commands/client.ts", "../../client/launch/endpoints.ts"],
  ["src/extension/views/appView.ts", "../apps/appView.ts"],
  ["src/extension/commands/vscode.ts", "vscode"],
  ["test/vscode/suite/vscode.ts", "vscode"],
];

describe("the folders", () => {
  it("import only what the design lets them", async function () {
    this.timeout(60_000);
    const folder = mkdtempSync(join(tmpdir(), "hitless-imports-"));
    try {
      const { vcs, $schema, ...config } = JSON.parse(readFileSync(join(projectRoot, "biome.json"), "utf8"));
      copyFileSync(join(projectRoot, "biome.imports.json"), join(folder, "biome.imports.json"));
      writeFileSync(join(folder, "biome.json"), JSON.stringify(config));
      for (const [file, source] of [...refused, ...allowed]) {
        mkdirSync(join(folder, dirname(file)), { recursive: true });
        writeFileSync(join(folder, file), `import { it } from "${source}";\nit();\n`);
      }
      const biome = join(projectRoot, "node_modules", "@biomejs", "biome", "bin", "biome");
      const args = [biome, "lint", "--max-diagnostics=100", "--colors=off"];
      const { output } = await run(process.execPath, args, { cwd: folder, deadlineMs: 60_000 });
      const reported = [...output.matchAll(/^(\S+\.ts):\d+:\d+ lint\/style\/noRestrictedImports/gm)];
      assert.deepEqual(
        reported.map(([, file]) => file?.replaceAll("\\", "/")).sort(),
        refused.map(([file]) => file).sort(),
        output,
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
