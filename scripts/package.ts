// `npm run package`: writes hitless-<version>.vsix, or what `--out=` names.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { packageExtension } from "../test/support/packageExtension.ts";
import { projectRoot } from "../test/support/paths.ts";

const { values } = parseArgs({ options: { out: { type: "string" } } });
const { version } = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8"));
const target = resolve(values.out ?? join(projectRoot, `hitless-${version}.vsix`));
const bytes = await packageExtension(target);
process.stdout.write(`${target} (${Math.round(bytes / 1_024)} KiB)\n`);
