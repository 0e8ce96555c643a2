// What a built-in module offers to everybody: its exports, and classes that only their objects lead to.
import { EventEmitter, once } from "node:events";
import { open } from "node:fs/promises";
import process from "node:process";

/** The exports of a module; `globals` are those of every program. Hidden classes are among them by their names. */
export async function publicExports(module) {
  if (module === "globals") {
    return globalThis;
  }
  const { default: exported } = await import(`node:${module}`);
  const hidden = await hiddenClasses[module]?.();
  return hidden === undefined ? exported : { ...exported, ...hidden };
}

const hiddenClasses = {
  async "fs/promises"() {
    const handle = await open(process.execPath);
    // Some of its methods are its own.
    const FileHandle = Object.assign(() => {}, { prototype: handle });
    await handle.close();
    return { FileHandle };
  },
  async http2() {
    const { connect, createServer } = await import("node:http2");
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const client = connect(`http://127.0.0.1:${server.address().port}`);
    const clientStream = client.request({ ":path": "/" }).resume();
    const [serverStream] = await once(server, "stream");
    const made = [client, serverStream.session, clientStream, serverStream];
    const classes = made.flatMap((object) => [object.constructor, Object.getPrototypeOf(object.constructor)]);
    serverStream.respond(undefined, { endStream: true });
    await once(clientStream, "close");
    client.close();
    server.close();
    return Object.fromEntries(classes.map((each) => [each.name, each]));
  },
};

/** Names of the functions that a module offers: as its exports, in its objects, and as methods of its classes. */
export async function publicFunctions(module) {
  const exported = await publicExports(module);
  const names = new Set();
  for (const [name, value] of functionsAndObjects(exported)) {
    const members = typeof value === "function" ? classMembers(value) : objectMembers(value);
    if (typeof value === "function") {
      names.add(name);
    }
    for (const member of members) {
      names.add(`${name}.${member}`);
    }
  }
  return [...names];
}

/** Other modules, and objects of classes that are exported too. */
const notOwn = ["console", "crypto", "global", "globalAgent", "process", "promises", "prototype", "webcrypto"];

function functionsAndObjects(exported) {
  return Object.getOwnPropertyNames(exported).flatMap((name) => {
    // Test runners put their own `emit` before that of `process`.
    const isOfEmitter = exported instanceof EventEmitter && name in EventEmitter.prototype;
    if (/^_|^std(in|out|err)$|^mainModule$/.test(name) || notOwn.includes(name) || isOfEmitter) {
      return [];
    }
    const value = exported[name];
    const isObject = Object(value) === value && typeof value !== "function" && !(Symbol.iterator in value);
    return typeof value === "function" || isObject ? [[name, value]] : [];
  });
}

function classMembers(value) {
  const isClass = Object.hasOwn(value.prototype ?? {}, "constructor");
  const methods = isClass ? objectMembers(value.prototype).map((name) => `prototype.${name}`) : [];
  return [...ownFunctions(value), ...methods];
}

/** What it has by itself, and by what stands behind it, up to what every object or event emitter has. */
function objectMembers(object) {
  const members = [];
  for (let each = object; each !== null && !common.has(each); each = Object.getPrototypeOf(each)) {
    members.push(...ownFunctions(each));
    if (Object.hasOwn(each, "constructor") && each === object.constructor?.prototype) {
      break;
    }
  }
  return [...new Set(members)];
}

const common = new Set([Object.prototype, Function.prototype, EventEmitter.prototype, EventTarget.prototype]);

function ownFunctions(object) {
  return Object.entries(Object.getOwnPropertyDescriptors(object)).flatMap(([name, { value }]) =>
    typeof value === "function" && !/^_|^constructor$|^withoutStackTrace$/.test(name) ? [name] : [],
  );
}
