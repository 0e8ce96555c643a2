// `npm run test:scaffolds`: makes an app of each template as its own guide says, builds it, starts it with no setting, and reloads
// it three times while a strict client asks. `--only REGEXP` chooses by name, `--folder FOLDER` keeps the apps there and uses
// those that are, `--write` puts the result into docs/scaffolds.md. It needs a registry of npm.
import { createScaffold } from "./scaffolds/createScaffold.ts";
import { resultsPage } from "./scaffolds/resultsPage.ts";
import { type Scaffold, scaffolds } from "./scaffolds/scaffoldTable.ts";
import { type ScaffoldResult, tryScaffold } from "./scaffolds/tryScaffold.ts";
import { tryEach } from "./support/tryEach.ts";

await tryEach({
  page: "scaffolds",
  items: scaffolds,
  tryOne: makeAndTry,
  text: resultsPage,
  hasTrouble: ({ trouble }) => trouble !== undefined,
});

async function makeAndTry(scaffold: Scaffold, folder: string): Promise<ScaffoldResult> {
  const { name } = scaffold;
  let app: string;
  try {
    app = await createScaffold(folder, scaffold);
  } catch (error) {
    return { name, trouble: `could not be made: ${error instanceof Error ? error.message : error}` };
  }
  return tryScaffold(name, app);
}
