import { factsOf } from "../analysis/moduleFacts.ts";
import type { Analysis } from "../source/scopes.ts";

/** Whether another file of the same process makes a server listen. Asks for other files, so ask what is nearer first. */
export function listensBeside(analysis: Analysis): boolean {
  return (analysis.files?.beside(analysis.module, /\.listen\s*\(/) ?? []).some(
    (file) => !factsOf(file).isTest && factsOf(file).listens.length > 0,
  );
}
