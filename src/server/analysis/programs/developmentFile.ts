import type { Node } from "@babel/types";
import type { Analysis } from "../../source/scopes.ts";
import { nodesOf } from "../../source/walk.ts";
import { isForDevelopment } from "../development.ts";
import { factsOf, requiredName } from "../moduleFacts.ts";

/** Files of tools that build or try an app, by their paths in the package. */
const toolFile =
  /(?:^|\/)(?:(?:webpack|vite|rollup|rspack|gulpfile|gruntfile|karma|jest|vitest|cypress|playwright|babel|eslint)(?:[.-]\w+)*\.[cm]?[jt]s|dev(?:elopment)?[-_.]?server\.[cm]?[jt]s|testing\w*\.[cm]?[jt]s|(?:fake|mock|stub)s?[-_.][\w.-]*\.[cm]?[jt]s|(?:scripts?|tools?)\/(?:dev|build|test|release)\b[-.\w/]*)$/i;
const toolFolder =
  /^(?:packages\/[^/]+\/)?(?:benchmarks?|bench|examples?|demos?|fixtures|stories|mocks?|e2e|tests?|test-(?:utils|helpers|server)|\.storybook)\/|\/__(?:mocks|tests|fixtures)__\//i;

/** Importers of importers are asked this far. */
const deepest = 4;

const known = new WeakMap<Analysis, boolean>();

/** Whether a file runs only while an app is developed or tested: all that leads to it says so, or its path. */
export function isDevelopmentFile(analysis: Analysis): boolean {
  const found = known.get(analysis) ?? isOnlyForDevelopment(analysis, 0);
  known.set(analysis, found);
  return found;
}

function isOnlyForDevelopment(analysis: Analysis, depth: number): boolean {
  const { files, module } = analysis;
  if (files === undefined) {
    return false;
  }
  const path = files.pathOf(module).replace(/^(?:\.\.\/)+/, "");
  if (toolFile.test(path) || toolFolder.test(path)) {
    return true;
  }
  const importers = depth > deepest ? [] : files.importers(module).filter((file) => !factsOf(file).isTest);
  return importers.length > 0 && importers.every((importer) => loadsInDevelopment(importer, analysis, depth));
}

function loadsInDevelopment(importer: Analysis, target: Analysis, depth: number): boolean {
  const leads = (specifier: string) => importer.files?.leadsTo(importer.module, specifier, target.module) === true;
  const { program } = importer.module.ast;
  const always = [
    ...nodesOf(program, "ImportDeclaration"),
    ...nodesOf(program, "ExportAllDeclaration"),
    ...nodesOf(program, "ExportNamedDeclaration"),
  ].some(({ source }) => source != null && leads(source.value));
  const places: Node[] = always
    ? []
    : [
        ...factsOf(importer).calls.flatMap(({ node }) => (leads(requiredName(node) ?? "") ? [node] : [])),
        ...nodesOf(program, "ImportExpression").filter(
          ({ source }) => source.type === "StringLiteral" && leads(source.value),
        ),
      ];
  return (
    (places.length > 0 && places.every((place) => isForDevelopment(importer, place))) ||
    isOnlyForDevelopment(importer, depth + 1)
  );
}
