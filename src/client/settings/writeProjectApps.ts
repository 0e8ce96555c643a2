import { applyEdits, modify } from "jsonc-parser";
import type { AppConfig } from "../../shared/appConfig.ts";

/** How `hitless.json` refers to its form where the extension does not know it. */
export const schemaReference = "./node_modules/hitless/schemas/hitless.schema.json";

export interface WriteAppsOptions {
  /** The text of the file as it is; absent: there is none. */
  readonly before?: string | undefined;
  /** Whether the package `hitless` is installed beside the file, so that a new one can refer to its schema. */
  readonly withSchema: boolean;
}

/**
 * The text of a `hitless.json` with these apps: those that are in it under the same name are replaced, all else stays,
 * comments too.
 * @param apps With their names.
 */
export function withProjectApps(apps: readonly AppConfig[], { before, withSchema }: WriteAppsOptions): string {
  const named = apps.map(({ name = "app", ...settings }) => [name, settings] as const);
  if (before === undefined || before.trim() === "") {
    const file = { ...(withSchema && { $schema: schemaReference }), apps: Object.fromEntries(named) };
    return `${JSON.stringify(file, undefined, 2)}\n`;
  }
  const eol = before.includes("\r\n") ? "\r\n" : "\n";
  const formattingOptions = { insertSpaces: !/^\t/m.test(before), tabSize: 2, eol };
  return named.reduce(
    (text, [name, settings]) =>
      applyEdits(text, modify(text, ["apps", name], inFileOrder(settings), { formattingOptions })),
    before,
  );
}

/** Without what is undefined, which JSON has not. */
function inFileOrder(settings: AppConfig): object {
  return JSON.parse(JSON.stringify(settings));
}
