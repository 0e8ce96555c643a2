import { appOptions } from "./options/appOptions.ts";
import { ownOptions } from "./options/otherOptions.ts";
import { logOptions } from "./options/pm2Logs.ts";
import type { Pm2Option } from "./options/pm2Option.ts";
import { restartOptions } from "./options/restartOptions.ts";

/** Every option of pm2's documentation and of its own schema, under the headings of docs/from-pm2.md. */
export const pm2OptionGroups: Readonly<Record<string, readonly Pm2Option[]>> = {
  "What is run": appOptions,
  "Ready, renewed, ended": restartOptions,
  "Its output": logOptions,
  "What is pm2's own": ownOptions,
};

const byName = new Map<string, Pm2Option>();
for (const option of Object.values(pm2OptionGroups).flat()) {
  const { name, aliases = [] } = option;
  for (const each of [name, camelCase(name), ...aliases]) {
    byName.set(each, option);
  }
}

/** The option that a key of an app means; `undefined` of one that pm2 does not know. */
export function pm2OptionOf(key: string): Pm2Option | undefined {
  return byName.get(key.startsWith("env_") ? "env_*" : key);
}

/** pm2 takes each option in this form too. */
function camelCase(name: string): string {
  return name.replace(/_([a-z]+)/g, (_, word: string) =>
    word.length > 1 ? word[0]?.toUpperCase() + word.slice(1) : word,
  );
}
