import type { Node } from "@babel/types";
import { t } from "../../../shared/translate.ts";
import { isServerProcess } from "../../analysis/atStart.ts";
import { clientLists } from "../../analysis/held/clientLists.ts";
import { elementUses } from "../../analysis/held/elementUses.ts";
import { givenUses, partOf } from "../../analysis/held/givenMaps.ts";
import { lastingBindings } from "../../analysis/held/lastingScopes.ts";
import { isFilledAnew, isLookedUp } from "../../analysis/held/refreshed.ts";
import { usesElsewhere } from "../../analysis/held/usesElsewhere.ts";
import { type PlacedUse, usesThrough } from "../../analysis/held/usesThrough.ts";
import { factsOf } from "../../analysis/moduleFacts.ts";
import { isContainer, isUsed, isWhole, type Use, useOf } from "../../analysis/mutations.ts";
import { textOf } from "../../analysis/nodes.ts";
import { requestPathOf } from "../../analysis/requests/requestPath.ts";
import { isSetByItsReader } from "../../analysis/requests/setInRequest.ts";
import type { Finding, Rule } from "../../analysis/rule.ts";
import { sharedFields } from "../../analysis/sharedFields.ts";
import type { Analysis, Binding } from "../../source/scopes.ts";
import { unwrapped } from "../../source/values.ts";
import { type OwnSecret, ownSecrets } from "./ownSecret.ts";
import { changes, isLogged, isOfCount, isOnesOwn } from "./ownState.ts";

/** What each worker may well have of its own: a cache is only filled more often, and connections belong to it. */
const ownName =
  /cache|memo(?!ry)|pool|conn|lru|compiled|template|singleton|instance|in_?flight|pending|timer|timeout|interval|warned|deprecat|generation|epoch|waiter/i;

/** Connections, where not only their ids are kept, by which another worker would be told of the client. */
const ofSockets = /sockets?$/i;

function holdsSockets(analysis: Analysis, name: string, uses: readonly Use[]): boolean {
  return ofSockets.test(name) && !uses.some((use) => "value" in use && /\.id$/.test(textOf(analysis, use.value)));
}

/** The same, of what is one value: a logger, the client of a database, the token of an interface, whether it is ready. */
const ownValueName = /logger|token|client|active|drain|clos(?:ed|ing)|shut|ready|health|alive|lastError|^initial$/i;

/** The same, of what holds several. */
const ownListName =
  /^active(?:$|requests?|streams?|jobs?|tasks?|calls?|handles?|queries|search(?:es)?|downloads?|uploads?|transfers?|operations?)|(?:callback|listener|disposable|histogram)s?$|lock(?:Value|Token|Id)s?$|(?:notification|job|task|work|request|message|event|write|retry|e?mail|send|process(?:ing)?|upload|download)s?_?queue$/i;

/** What TypeScript says that a map or set holds: what is under way here. */
const ownValues =
  /^new (?:Map|Set)<(?:[\w\s]+,\s*)?(?:Promise<|NodeJS\.Time|(?:ReturnType<typeof set(?:Timeout|Interval)>)|AbortController>)/;

/** Fields and classes that are filled when an app starts, with what its own code brings: the same in every worker. */
const registryField =
  /registr|(?:(?<!web)hook|handler|middleware|plugin|strateg(?:y|ie)|resolver|adapter|metadata)s?$/i;
const registryClass =
  /(?:Registry|Watcher|Explorer|Scanner|Loader|Container|Discovery|Factory|Builder)(?:Service|Host)?$/;

/** What changes a database when an app starts keeps what it needs for that in variables. */
const ofBoot = /[/\\](?:migrations?|seeds?|seeders?)[/\\]/i;

/** What one request begins and another, which may come to any worker, ends. */
const flowName = /pending\w*(?:o?auth|login|sign|verif|flow|challenge|invit|confirm)|(?:auth|login|oauth)pending/i;

function isOwn(analysis: Analysis, name: string, init: Node | undefined): boolean {
  if (flowName.test(name)) {
    return false;
  }
  return (
    ownName.test(name) ||
    (isContainer(analysis, init) ? ownListName : ownValueName).test(name) ||
    (init !== undefined && ownValues.test(textOf(analysis, init)))
  );
}

/** Variables at the top of a module that request handlers change, and read again. */
export const workerLocalState: Rule = {
  id: "worker-local-state",
  severity: "information",
  check({ analysis, cancelled }) {
    const facts = factsOf(analysis);
    if (facts.isTest || ofBoot.test(analysis.module.uri)) {
      return [];
    }
    const path = requestPathOf(analysis);
    // Of these `broadcast-per-worker` tells.
    const clients = new Set(clientLists(analysis).map(({ holder }) => holder));
    const findings: Finding[] = [];
    for (const binding of [...analysis.root.bindings.values(), ...lastingBindings(analysis, path.functions)]) {
      if (cancelled()) {
        return findings;
      }
      const init = initOf(analysis, binding);
      const variable =
        (binding.declaration.type === "VariableDeclarator" || init !== undefined) &&
        binding.kind !== "param" &&
        !clients.has(binding) &&
        !isOwn(analysis, binding.name, init);
      if (variable && path.functions.size > 0) {
        findings.push(
          ...judge(analysis, { name: binding.name, ...usesOf(analysis, binding) }, (node) => path.has(node)),
        );
      }
    }
    for (const binding of containersAtTop(analysis)) {
      if (!findings.some(({ message }) => message === messageOf(binding.name)) && !clients.has(binding)) {
        findings.push(...judgeGiven(analysis, binding), ...judgeElsewhere(analysis, binding));
      }
    }
    for (const { name, owners, init, places, inRequest } of sharedFields(analysis)) {
      const isRegistry = registryField.test(name) || owners.some((owner) => registryClass.test(owner));
      if (
        !isRegistry &&
        !clients.has(name) &&
        !isOwn(analysis, name, init) &&
        !owners.some((owner) => ownName.test(owner))
      ) {
        const found = places.map((place) => ({ use: useOf(analysis, place, init), place }));
        findings.push(...judge(analysis, { name, ...withElements(analysis, found, init) }, inRequest));
      }
    }
    const secrets = ownSecrets(analysis);
    if (secrets.length > 0 && isServerProcess(analysis)) {
      findings.push(...secrets.flatMap(secretFinding));
    }
    return findings;
  },
};

function secretFinding({ name, node: { start, end } }: OwnSecret): Finding[] {
  const message = t(
    "Each worker makes a “{0}” of its own, so what one has signed or encrypted the others refuse, and after a reload all do: read it from the environment, or from a file that all share.",
    name,
  );
  return start == null || end == null ? [] : [{ start, end, message, fixes: [] }];
}

interface State {
  readonly name: string;
  readonly uses: readonly Use[];
  readonly places: readonly Node[];
}

/** The value that a variable begins with; of an imported file of JSON the import. */
function initOf(analysis: Analysis, { init, declaration }: Binding): Node | undefined {
  return declaration.type === "ImportDefaultSpecifier" && isContainer(analysis, declaration) ? declaration : init;
}

function usesOf(analysis: Analysis, binding: Binding): Omit<State, "name"> {
  const init = initOf(analysis, binding);
  const element = isContainer(analysis, init) ? partOf(analysis, binding) : undefined;
  return withElements(
    analysis,
    binding.references.flatMap((reference) => usesThrough(analysis, reference, init, element)),
    init,
  );
}

/** With the changes of single elements, if the list or map holds data: what is written out there, or what the app adds. */
function withElements(analysis: Analysis, found: readonly PlacedUse[], init: Node | undefined): Omit<State, "name"> {
  const isData =
    (init !== undefined && holdsObjects(init)) ||
    found.some(({ use }) => use.kind === "add" || (use.kind === "assign" && !isWhole(use)));
  const places = isData ? [...new Set(found.map(({ place }) => place))] : [];
  const all = [...found, ...places.flatMap((place) => elementUses(analysis, place, init))];
  return { uses: all.map(({ use }) => use), places: all.map(({ place }) => place) };
}

function holdsObjects(init: Node): boolean {
  const node = unwrapped(init);
  const isObject = (value: Node | null) => value?.type === "ObjectExpression";
  return node.type === "ArrayExpression"
    ? node.elements.some(isObject)
    : node.type === "ObjectExpression"
      ? node.properties.some((property) => property.type === "ObjectProperty" && isObject(property.value))
      : node.type === "ImportDefaultSpecifier" || node.type === "CallExpression";
}

function judge(analysis: Analysis, { name, uses, places }: State, inRequest: (node: Node) => boolean): Finding[] {
  const index = uses.findIndex((use) => use.kind !== "read" && inRequest(use.node) && changes(analysis, use));
  const place = places[index];
  const isRead = uses.some(
    (use) =>
      inRequest(use.node) &&
      (use.kind === "read" ? !isOfCount(analysis, use.node) : isUsed(analysis, use)) &&
      !isLogged(analysis, use.node),
  );
  const { start, end } = place ?? {};
  if (
    start == null ||
    end == null ||
    !isRead ||
    holdsSockets(analysis, name, uses) ||
    isOnesOwn(analysis, uses, inRequest) ||
    isFilledAnew(analysis, uses, inRequest) ||
    isLookedUp(analysis, uses, inRequest) ||
    isPassed(analysis, uses, inRequest)
  ) {
    return [];
  }
  return [{ start, end, message: messageOf(name), fixes: [] }];
}

function messageOf(name: string): string {
  return t(
    "Each worker has a “{0}” of its own, and a reload begins it anew, so the answer depends on which worker gives it: keep what requests share outside, for instance in Redis or a database.",
    name,
  );
}

function containersAtTop(analysis: Analysis): Binding[] {
  return [...analysis.root.bindings.values()].filter(
    ({ name, declaration, init }) =>
      declaration.type === "VariableDeclarator" && isContainer(analysis, init) && !isOwn(analysis, name, init),
  );
}

/** Of maps that a function gives by their names. */
function judgeGiven(analysis: Analysis, binding: Binding): Finding[] {
  const given = givenUses(analysis, binding);
  const { place } = given.find(({ use }) => use.kind === "add" || use.kind === "assign") ?? {};
  const isRead = given.some(({ use }) => use.kind === "read") && !ofSockets.test(binding.name);
  return place?.start == null || place.end == null || !isRead
    ? []
    : [{ start: place.start, end: place.end, message: messageOf(binding.name), fixes: [] }];
}

/** What belongs to the connections of a worker, however it is shared among files. */
const ofConnections = /client|peer|connect|subscri|observer|watch|proc(?:ess)?(?:es)?$/i;

/** Of what a file exports, and requests change and read in other files. */
function judgeElsewhere(analysis: Analysis, binding: Binding): Finding[] {
  const { declaration, name, references, init } = binding;
  const elsewhere =
    ofConnections.test(name) || ofSockets.test(name) || registryField.test(name)
      ? []
      : usesElsewhere(analysis, binding);
  const own = references.map((reference) => ({ file: analysis, use: useOf(analysis, reference, init) }));
  const asked =
    elsewhere.length === 0 ? [] : [...own, ...elsewhere].filter(({ file, use }) => requestPathOf(file).has(use.node));
  const changed = asked.filter(({ file, use }) => use.kind !== "read" && changes(file, use));
  const isOwnLookUp =
    changed.every(({ file }) => file === analysis) &&
    isLookedUp(
      analysis,
      changed.map(({ use }) => use),
      () => true,
    );
  const isRead = asked.some(
    ({ file, use }) => use.kind === "read" && !isOfCount(file, use.node) && !isLogged(file, use.node),
  );
  const { start, end } = declaration.type === "VariableDeclarator" ? declaration.id : {};
  return changed.length > 0 && !isOwnLookUp && isRead && start != null && end != null
    ? [{ start, end, message: messageOf(name), fixes: [] }]
    : [];
}

/** Whether a variable only carries something from one function to another while a request is answered. */
function isPassed(analysis: Analysis, uses: readonly Use[], inRequest: (node: Node) => boolean): boolean {
  const writes = uses.filter(({ kind }) => kind === "assign").map(({ node }) => node);
  const reads = uses.filter(({ kind, node }) => kind === "read" && inRequest(node)).map(({ node }) => node);
  const isSet = uses.every((use) => use.kind === "read" || (use.kind === "assign" && isWhole(use)));
  return isSet && isSetByItsReader(analysis, requestPathOf(analysis), { writes, reads });
}
