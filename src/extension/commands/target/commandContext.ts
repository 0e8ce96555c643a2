import type { LogOutputChannel } from "vscode";
import type { AppRegistry } from "../../apps/appRegistry.ts";
import type { AppsEverywhere } from "../../apps/machines/appsEverywhere.ts";
import type { FleetRuns } from "../../apps/machines/fleetRuns.ts";
import type { MachineRegistry } from "../../apps/machines/machineRegistry.ts";
import type { SessionMemory } from "../../apps/sessionHost.ts";
import type { LanguageFeatures } from "../../language/languageFeatures.ts";
import type { LogTerminals } from "../../log/logTerminals.ts";
import type { LayersPanels } from "../../panel/layersPanels.ts";
import type { Localize } from "../../platform/localize.ts";
import type { ReportDocuments } from "../../presentation/reportDocuments.ts";
import type { FleetFindings } from "../../views/fleetFindings.ts";
import type { RequestsView } from "../../views/requests/requestsView.ts";

export interface CommandContext {
  readonly registry: AppRegistry;
  readonly machines: MachineRegistry;
  /** Those of both. */
  readonly apps: AppsEverywhere;
  readonly fleetRuns: FleetRuns;
  readonly fleetFindings: FleetFindings;
  readonly logs: LogTerminals;
  readonly layers: LayersPanels;
  readonly reports: ReportDocuments;
  readonly requests: RequestsView;
  readonly language: Pick<LanguageFeatures, "paths" | "routes">;
  readonly channel: LogOutputChannel;
  readonly memory: SessionMemory;
  /** Absolute path of the folder of what is kept for this workspace; absent without one. */
  readonly storageFolder?: string;
  /** Of this extension. */
  readonly version: string;
  /** Absolute path of the bundled supervisor; the command line is beside it. */
  readonly supervisorFile: string;
  readonly t: Localize;
}
