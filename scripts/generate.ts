// Writes the files that are made from tables in the code; `npm run check` and the tests refuse what differs.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../test/support/paths.ts";
import { generatedFiles } from "./generate/generatedFiles.ts";

for (const [path, text] of generatedFiles()) {
  writeFileSync(join(projectRoot, path), text);
}
