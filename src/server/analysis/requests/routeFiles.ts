import type { Node } from "@babel/types";
import type { FunctionNode } from "../../source/declare.ts";
import type { Analysis } from "../../source/scopes.ts";
import { exportedFunction, exportedValue } from "../exportedFunctions.ts";
import { factsOf } from "../moduleFacts.ts";
import { asFunction, keyOf, settledValue } from "../nodes.ts";

const httpMethods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "ALL"];

/** What the files of frameworks export that is called with a request, by their paths. */
const routeFiles: readonly { readonly path: RegExp; readonly names: readonly string[] }[] = [
  // Next.js, SvelteKit, Astro.
  { path: /\/(?:route|\+server)\.[cm]?[jt]sx?$/, names: httpMethods },
  { path: /\/src\/pages\/.*\.[cm]?[jt]s$/, names: httpMethods },
  { path: /\/pages\/.*\.[cm]?[jt]sx?$/, names: ["getServerSideProps"] },
  { path: /\/\+(?:page|layout)\.server\.[cm]?[jt]s$/, names: ["load"] },
  { path: /\/hooks\.server\.[cm]?[jt]s$/, names: ["handle", "handleError"] },
  // Remix and React Router.
  { path: /\/app\/(?:routes\/.*|root)\.[cm]?[jt]sx?$/, names: ["loader", "action"] },
];

/** Functions of Nitro and h3 that take a handler; they need not be imported. */
const handlerMakers = /^(?:define|define(?:Lazy|Cached)|cached)?EventHandler$|^defineRequestMiddleware$|^eventHandler$/;

/** The functions of a file that a framework calls with a request, by the name of the file, or of what they are given to. */
export function routeFileHandlers(analysis: Analysis): FunctionNode[] {
  const { module } = analysis;
  const names = routeFiles.filter(({ path }) => path.test(module.uri)).flatMap((file) => file.names);
  const exported = names.flatMap((name) => exportedFunction(analysis, name) ?? []);
  return [...exported, ...formActions(analysis), ...nitroHandlers(analysis), ...serverActions(analysis)];
}

/** The functions in `export const actions = { … }` of SvelteKit. */
function formActions(analysis: Analysis): FunctionNode[] {
  const value = /\/\+page\.server\.[cm]?[jt]s$/.test(analysis.module.uri)
    ? exportedValue(analysis, "actions")
    : undefined;
  const node = value && settledValue(value.analysis, value.node);
  return node?.type === "ObjectExpression"
    ? node.properties.flatMap(
        (property) => asFunction(property.type === "ObjectProperty" ? property.value : property) ?? [],
      )
    : [];
}

function nitroHandlers(analysis: Analysis): FunctionNode[] {
  return factsOf(analysis).calls.flatMap(({ node: { callee, arguments: given }, api }) => {
    const isMaker = callee.type === "Identifier" && handlerMakers.test(callee.name);
    const isFree = callee.type === "Identifier" && analysis.bindingOf(callee) === undefined;
    const [first] = isMaker && (isFree || /^(?:h3|nitropack|nitro|#imports)\b/.test(api ?? "")) ? given : [];
    const value = first && settledValue(analysis, first);
    if (value?.type !== "ObjectExpression") {
      return asFunction(value) ?? [];
    }
    const handler = value.properties.find(
      (property) => property.type !== "SpreadElement" && keyOf(property) === "handler",
    );
    return asFunction(handler?.type === "ObjectProperty" ? settledValue(analysis, handler.value) : handler) ?? [];
  });
}

/** The actions of Next.js: all exports of a file that begins with `"use server"`, and functions that do. */
function serverActions(analysis: Analysis): FunctionNode[] {
  const { program } = analysis.module.ast;
  const isWhole = program.directives.some(({ value }) => value.value === "use server");
  return factsOf(analysis).functions.filter((node) => {
    const own =
      node.body.type === "BlockStatement" && node.body.directives.some(({ value }) => value.value === "use server");
    return own || (isWhole && node.async === true && isExported(analysis, node));
  });
}

function isExported(analysis: Analysis, node: Node): boolean {
  const parent = analysis.parentOf(node);
  const holder =
    parent?.type === "VariableDeclarator" ? analysis.parentOf(analysis.parentOf(parent) ?? parent) : parent;
  return holder?.type === "ExportNamedDeclaration" || holder?.type === "ExportDefaultDeclaration";
}
