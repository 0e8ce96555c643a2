import { Diagnostic, DiagnosticSeverity, languages, Range, Uri } from "vscode";
import type { Finding } from "../../client/balancers/check/finding.ts";
import type { Disposable } from "../../shared/basics/disposable.ts";
import type { MachineRegistry, NamedFleet } from "../apps/machines/machineRegistry.ts";
import { DisposableStore } from "../platform/disposableStore.ts";
import { engineSentence } from "../platform/engineSentence.ts";
import type { Localize } from "../platform/localize.ts";

/** What a check of a fleet found that the fleet's own settings can mend, as problems of their file. */
export interface FleetFindings extends Disposable {
  /** In place of what the check before found of this fleet. */
  show(fleet: NamedFleet, findings: readonly Finding[]): Promise<void>;
}

/** The field of the fleet by which a finding is mended, by its code; what is no setting of the fleet is in no local file. */
const fieldOf: Readonly<Record<string, string>> = { noVerify: "app", failTimeout: "pause" };

const severities = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  note: DiagnosticSeverity.Information,
} as const;

/** They go with the next change of the fleet's settings. */
export function createFleetFindings(
  machines: Pick<MachineRegistry, "fleets" | "onDidChange">,
  t: Localize,
): FleetFindings {
  const store = new DisposableStore();
  const collection = store.add(languages.createDiagnosticCollection("hitless.fleets"));
  const shown = new Map<string, { readonly settings: string; readonly places: readonly Place[] }>();
  const draw = () => {
    collection.clear();
    const byFile = new Map<string, Diagnostic[]>();
    for (const { file, diagnostic } of [...shown.values()].flatMap(({ places }) => places)) {
      byFile.set(file, [...(byFile.get(file) ?? []), diagnostic]);
    }
    for (const [file, diagnostics] of byFile) {
      collection.set(Uri.file(file), diagnostics);
    }
  };
  store.add(
    machines.onDidChange(() => {
      const now = new Map(machines.fleets.map(({ key, fleet }) => [key, JSON.stringify(fleet)]));
      const old = [...shown].filter(([key, { settings }]) => now.get(key) !== settings);
      for (const [key] of old) {
        shown.delete(key);
      }
      if (old.length > 0) {
        draw();
      }
    }),
  );
  return {
    async show({ key, fleet, settings }, findings) {
      const { placeOfFleet } = await import("../../client/fleets/fleetPlace.ts");
      const places = await Promise.all(
        findings.map(async ({ code, severity, message, fix }): Promise<Place[]> => {
          const field = fieldOf[code];
          const place = field === undefined ? undefined : await placeOfFleet(settings, fleet.name, field);
          if (place === undefined) {
            return [];
          }
          const text = `${engineSentence(message, t)} ${engineSentence(fix, t)}`;
          const line = new Range(place.line - 1, 0, place.line - 1, Number.MAX_SAFE_INTEGER);
          const diagnostic = new Diagnostic(line, text, severities[severity]);
          diagnostic.source = "Hitless";
          diagnostic.code = code;
          return [{ file: place.file, diagnostic }];
        }),
      );
      shown.set(key, { settings: JSON.stringify(fleet), places: places.flat() });
      draw();
    },
    dispose: () => store.dispose(),
  };
}

interface Place {
  readonly file: string;
  readonly diagnostic: Diagnostic;
}
