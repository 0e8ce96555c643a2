import type { CallExpression, Node, OptionalCallExpression } from "@babel/types";
import { fieldValue } from "./fields.ts";
import { type ApiReference, propertyName, resolveApi } from "./resolveApi.ts";
import type { Analysis, Binding } from "./scopes.ts";
import { serverKind } from "./serverCalls.ts";
import { onlyValue, unwrapped } from "./values.ts";

/** The class of an object, by the module and the name of its export. */
type ClassName = `${string}#${string}`;

/** Classes of the objects that functions of Node.js return, beside the constructors themselves. */
const factories: ReadonlyMap<string, ClassName> = new Map<string, ClassName>([
  ["buffer#Buffer.alloc", "buffer#Buffer"],
  ["buffer#Buffer.allocUnsafe", "buffer#Buffer"],
  ["buffer#Buffer.concat", "buffer#Buffer"],
  ["buffer#Buffer.from", "buffer#Buffer"],
  ["child_process#exec", "child_process#ChildProcess"],
  ["child_process#execFile", "child_process#ChildProcess"],
  ["child_process#fork", "child_process#ChildProcess"],
  ["child_process#spawn", "child_process#ChildProcess"],
  ["crypto#createCipheriv", "crypto#Cipheriv"],
  ["crypto#createDecipheriv", "crypto#Decipheriv"],
  ["crypto#createDiffieHellman", "crypto#DiffieHellman"],
  ["crypto#createECDH", "crypto#ECDH"],
  ["crypto#createHash", "crypto#Hash"],
  ["crypto#createHmac", "crypto#Hmac"],
  ["crypto#createSign", "crypto#Sign"],
  ["crypto#createVerify", "crypto#Verify"],
  ["dgram#createSocket", "dgram#Socket"],
  ["fs#createReadStream", "fs#ReadStream"],
  ["fs#createWriteStream", "fs#WriteStream"],
  ["fs#opendirSync", "fs#Dir"],
  ["fs#promises.open", "fs/promises#FileHandle"],
  ["fs/promises#open", "fs/promises#FileHandle"],
  ["fs/promises#opendir", "fs#Dir"],
  ["http#createServer", "http#Server"],
  ["http#get", "http#ClientRequest"],
  ["http#request", "http#ClientRequest"],
  ["http2#connect", "http2#ClientHttp2Session"],
  ["http2#createServer", "http2#Http2Server"],
  ["http2#createSecureServer", "http2#Http2SecureServer"],
  ["https#createServer", "https#Server"],
  ["https#get", "http#ClientRequest"],
  ["https#request", "http#ClientRequest"],
  ["net#connect", "net#Socket"],
  ["net#createConnection", "net#Socket"],
  ["net#createServer", "net#Server"],
  ["readline#createInterface", "readline#Interface"],
  ["tls#connect", "tls#TLSSocket"],
  ["tls#createServer", "tls#Server"],
  ["zlib#createBrotliCompress", "zlib#BrotliCompress"],
  ["zlib#createBrotliDecompress", "zlib#BrotliDecompress"],
  ["zlib#createDeflate", "zlib#Deflate"],
  ["zlib#createGunzip", "zlib#Gunzip"],
  ["zlib#createGzip", "zlib#Gzip"],
  ["zlib#createInflate", "zlib#Inflate"],
]);

/** Classes of the objects that functions of Node.js pass to their callback, by its parameters. */
const given: ReadonlyMap<string, readonly (ClassName | undefined)[]> = new Map<string, (ClassName | undefined)[]>([
  ["http#createServer", ["http#IncomingMessage", "http#ServerResponse"]],
  ["http2#createSecureServer", ["http2#Http2ServerRequest", "http2#Http2ServerResponse"]],
  ["http2#createServer", ["http2#Http2ServerRequest", "http2#Http2ServerResponse"]],
  ["https#createServer", ["http#IncomingMessage", "http#ServerResponse"]],
  ["net#createServer", ["net#Socket"]],
  ["tls#createServer", ["tls#TLSSocket"]],
]);

/** Classes of the objects passed with events, by the class that has the event itself, and the listener's parameters. */
const emitted: ReadonlyMap<string, readonly ClassName[]> = new Map<string, ClassName[]>([
  ["http#ClientRequest.response", ["http#IncomingMessage"]],
  ["http#Server.request", ["http#IncomingMessage", "http#ServerResponse"]],
  ["http2#ClientHttp2Session.stream", ["http2#ClientHttp2Stream"]],
  ["http2#Http2SecureServer.request", ["http2#Http2ServerRequest", "http2#Http2ServerResponse"]],
  ["http2#Http2SecureServer.session", ["http2#ServerHttp2Session"]],
  ["http2#Http2SecureServer.stream", ["http2#ServerHttp2Stream"]],
  ["http2#Http2Server.request", ["http2#Http2ServerRequest", "http2#Http2ServerResponse"]],
  ["http2#Http2Server.session", ["http2#ServerHttp2Session"]],
  ["http2#Http2Server.stream", ["http2#ServerHttp2Stream"]],
  ["http2#ServerHttp2Session.stream", ["http2#ServerHttp2Stream"]],
  ["https#Server.request", ["http#IncomingMessage", "http#ServerResponse"]],
  ["net#Server.connection", ["net#Socket"]],
  ["tls#Server.secureConnection", ["tls#TLSSocket"]],
]);

/** Classes of properties. */
const held: ReadonlyMap<string, ClassName> = new Map<string, ClassName>([
  ["child_process#ChildProcess.stderr", "stream#Readable"],
  ["child_process#ChildProcess.stdin", "stream#Writable"],
  ["child_process#ChildProcess.stdout", "stream#Readable"],
  ["http#ClientRequest.socket", "net#Socket"],
  ["http#IncomingMessage.socket", "net#Socket"],
  ["http#ServerResponse.socket", "net#Socket"],
  ["http2#Http2ServerRequest.stream", "http2#ServerHttp2Stream"],
  ["http2#Http2ServerResponse.stream", "http2#ServerHttp2Stream"],
]);

/** Classes of the results of methods. */
const made: ReadonlyMap<string, ClassName> = new Map<string, ClassName>([
  ["http2#ClientHttp2Session.request", "http2#ClientHttp2Stream"],
  ["sqlite#DatabaseSync.prepare", "sqlite#StatementSync"],
]);

/** The classes from which a class inherits methods. */
const parents: ReadonlyMap<string, ClassName> = new Map<string, ClassName>([
  ["http#Server", "net#Server"],
  ["http2#ClientHttp2Session", "http2#Http2Session"],
  ["http2#ClientHttp2Stream", "http2#Http2Stream"],
  ["http2#Http2SecureServer", "tls#Server"],
  ["http2#Http2Server", "net#Server"],
  ["http2#Http2Stream", "stream#Duplex"],
  ["http2#ServerHttp2Session", "http2#Http2Session"],
  ["http2#ServerHttp2Stream", "http2#Http2Stream"],
  ["https#Server", "tls#Server"],
  ["tls#Server", "net#Server"],
  ["tls#TLSSocket", "net#Socket"],
  ["fs#ReadStream", "stream#Readable"],
  ["fs#WriteStream", "stream#Writable"],
]);

/** Methods that return the object they are called on. */
const chaining: ReadonlySet<string> = new Set(["on", "once", "addListener", "update", "setEncoding", "ref", "unref"]);

/** Aliases and chains are followed to this depth. */
const deepest = 8;

/**
 * What a method call may refer to: `net` + `Server.prototype.listen` of `http.createServer().listen`, the object's own
 * class first, then those it inherits from. Empty if the object is, as far as known, not created by Node.js.
 */
export function resolveMethod(analysis: Analysis, member: Node): ApiReference[] {
  if (member.type !== "MemberExpression" && member.type !== "OptionalMemberExpression") {
    return [];
  }
  const method = propertyName(member);
  const found: ApiReference[] = [];
  let name = method === undefined ? undefined : classOf(analysis, member.object, 0);
  while (name !== undefined) {
    const [module = "", className = ""] = name.split("#");
    found.push({ module, name: `${className}.prototype.${method}` });
    name = parents.get(name);
  }
  return found;
}

function classOf(analysis: Analysis, expression: Node, depth: number): ClassName | undefined {
  const node = unwrapped(expression);
  if (depth > deepest) {
    return undefined;
  }
  switch (node.type) {
    case "Identifier": {
      const binding = analysis.bindingOf(node);
      if (binding?.kind === "param") {
        return classOfParameter(analysis, binding, depth + 1);
      }
      const value = binding && onlyValue(binding);
      const isPlain =
        binding?.declaration.type === "VariableDeclarator" && binding.declaration.id.type === "Identifier";
      return value !== undefined && isPlain ? classOf(analysis, value, depth + 1) : undefined;
    }
    case "MemberExpression":
    case "OptionalMemberExpression": {
      const value = fieldValue(analysis, node);
      const owner = value === undefined ? classOf(analysis, node.object, depth + 1) : undefined;
      return value === undefined ? held.get(`${owner}.${propertyName(node)}`) : classOf(analysis, value, depth + 1);
    }
    case "NewExpression": {
      const api = resolveApi(analysis, node);
      return api && (factories.get(`${api.module}#${api.name}`) ?? `${api.module}#${api.name}`);
    }
    case "CallExpression":
    case "OptionalCallExpression":
      return classOfCall(analysis, node, depth);
    default:
      return undefined;
  }
}

function classOfCall(
  analysis: Analysis,
  node: CallExpression | OptionalCallExpression,
  depth: number,
): ClassName | undefined {
  const api = resolveApi(analysis, node);
  const product = api && factories.get(`${api.module}#${api.name}`);
  if (product !== undefined) {
    return product;
  }
  const kind = serverKind(analysis, node);
  if (kind === "express" || kind === "koa") {
    // Their `listen` creates an HTTP server and calls its `listen`.
    return "http#Server";
  }
  const { callee } = node;
  if (callee.type !== "MemberExpression" && callee.type !== "OptionalMemberExpression") {
    return undefined;
  }
  const method = propertyName(callee) ?? "";
  const owner = classOf(analysis, callee.object, depth + 1);
  return chaining.has(method) ? owner : made.get(`${owner}.${method}`);
}

/** For `(request, response) => …` in `http.createServer((request, response) => …)`, and for listeners of events. */
function classOfParameter(
  analysis: Analysis,
  { declaration, assignments }: Binding,
  depth: number,
): ClassName | undefined {
  const callback = analysis.enclosingFunction(declaration);
  const call = callback && analysis.parentOf(callback);
  if (assignments.length > 0 || callback === undefined || call?.type !== "CallExpression") {
    return undefined;
  }
  const api = resolveApi(analysis, call);
  const params: readonly unknown[] = "params" in callback && Array.isArray(callback.params) ? callback.params : [];
  const index = params.indexOf(declaration);
  const known = api && given.get(`${api.module}#${api.name}`)?.[index];
  return known ?? classOfEvent(analysis, call, index, depth);
}

function classOfEvent(
  analysis: Analysis,
  { callee, arguments: [event] }: CallExpression,
  index: number,
  depth: number,
): ClassName | undefined {
  const isListening =
    callee.type === "MemberExpression" && /^(?:on|once|addListener)$/.test(propertyName(callee) ?? "");
  if (!isListening || event?.type !== "StringLiteral") {
    return undefined;
  }
  let owner = classOf(analysis, callee.object, depth + 1);
  while (owner !== undefined && !emitted.has(`${owner}.${event.value}`)) {
    owner = parents.get(owner);
  }
  return emitted.get(`${owner}.${event.value}`)?.[index];
}
