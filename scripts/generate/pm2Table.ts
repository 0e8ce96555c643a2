import { hasSetting, type Pm2Option } from "../../src/client/pm2/options/pm2Option.ts";
import type { Pm2Verdict } from "../../src/client/pm2/pm2Finding.ts";
import { pm2OptionGroups } from "../../src/client/pm2/pm2Options.ts";

const words: Readonly<Record<Pm2Verdict, string>> = {
  equal: "equal",
  translated: "translated",
  notNeeded: "not needed",
  notSupported: "not supported",
  ignoredByPm2: "ignored by pm2 too",
};

/** What becomes of each option of pm2, for docs/from-pm2.md. */
export function pm2Tables(): string {
  return Object.entries(pm2OptionGroups)
    .map(([group, options]) => {
      const rows = options.map((option) => `| ${names(option)} | ${verdictOf(option)} | ${saysOf(option)} |`);
      return [`### ${group}`, "", "| option | is | in Hitless |", "| --- | --- | --- |", ...rows, ""].join("\n");
    })
    .join("\n");
}

function names({ name, aliases = [] }: Pm2Option): string {
  return [name, ...aliases].map((each) => `\`${each}\``).join(", ");
}

function isMissing({ setting }: Pm2Option): boolean {
  return setting !== undefined && !hasSetting(setting);
}

function verdictOf(option: Pm2Option): string {
  const becomes = option.setting !== undefined && option.verdict === "notSupported" && !isMissing(option);
  return isMissing(option) ? words.notSupported : becomes ? words.translated : words[option.verdict];
}

function saysOf(option: Pm2Option): string {
  const { says, verdict, setting } = option;
  return (
    isMissing(option) && verdict !== "notSupported" ? `this version has no setting \`${setting}\`` : says
  ).replaceAll("|", "\\|");
}
