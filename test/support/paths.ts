import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout. */
export const projectRoot = resolve(fileURLToPath(new URL("../..", import.meta.url)));

/** Git-ignored: editors and workbenches that the tests and `npm start` download once. */
export const cacheFolder = join(projectRoot, ".vscode-test");

/** Git-ignored: the reports of the test layers, and what a failed test left to look at. */
export const resultsFolder = join(projectRoot, "test-results");

export const distFolder = join(projectRoot, "dist");
