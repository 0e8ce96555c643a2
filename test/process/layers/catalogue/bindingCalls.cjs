// Tells of each internal binding whose functions are called, by a mark that a trace of system calls shows. Builtins keep
// the functions of bindings from the time they are loaded, so that none can be replaced: V8 is asked to break at the
// entry of each, on a condition that marks the call and is never true. Needs `--expose-internals`.
const { accessSync } = require("node:fs");
const { Session } = require("node:inspector");
const { internalBinding } = require("internal/test/binding");

/** Bindings by the prototypes of the classes that they export. */
const owners = new Map();
const functions = [];
const told = new Set();
let listening = false;

/** Runs a function whose own calls do not count. */
exports.apart = function apart(run) {
  const before = listening;
  listening = false;
  try {
    return run();
  } finally {
    listening = before;
  }
};

exports.mark = function mark(edge, name) {
  try {
    exports.apart(() => accessSync(`/hitless-mark/${edge}/${name}`));
  } catch {
    // Nothing is there: only the call itself matters.
  }
};

/** The calls count from now on, each binding once. */
exports.begin = function begin() {
  told.clear();
  listening = true;
};

exports.end = function end() {
  listening = false;
};

/** Watches all that some bindings export. */
exports.watchBindings = function watchBindings(names) {
  for (const name of names) {
    collect(name, bindingOf(name));
  }
  watchCollected();
};

/** Watches methods of what bindings make of classes that they do not export: objects by the names of the bindings. */
exports.watchHandles = function watchHandles(handles) {
  for (const [name, objects] of Object.entries(handles)) {
    for (const object of objects) {
      collectClass(name, Object.getPrototypeOf(object));
    }
  }
  watchCollected();
};

const session = new Session();
let watched = 0;
globalThis.hitlessCalled = called;

function watchCollected() {
  if (watched === 0) {
    session.connect();
    session.post("Debugger.enable");
  }
  for (; watched < functions.length; watched += 1) {
    const condition = `hitlessCalled(${watched}, this)`;
    globalThis.hitlessFunction = functions[watched].callee;
    session.post("Runtime.evaluate", { expression: "hitlessFunction" }, (_error, { result: { objectId } }) =>
      session.post("Debugger.setBreakpointOnFunctionCall", { objectId, condition }),
    );
  }
}

function bindingOf(name) {
  try {
    return internalBinding(name);
  } catch {
    // Not even Node's own tests may ask for it.
    return {};
  }
}

function collect(binding, exported) {
  for (const value of ownFunctions(exported)) {
    add(value, undefined).bindings.push(binding);
    if (value.prototype) {
      collectClass(binding, value.prototype);
    }
  }
}

function collectClass(binding, prototype) {
  owners.set(prototype, binding);
  ownStreams(prototype);
  for (let each = prototype; each && each !== Object.prototype; each = Object.getPrototypeOf(each)) {
    for (const method of ownFunctions(each)) {
      add(method, each);
    }
  }
}

/** What TCP, Pipe and TTY have in common is of the binding that is named as its file, and exports it no more. */
function ownStreams(prototype) {
  for (let each = prototype; each; each = Object.getPrototypeOf(each)) {
    if (each.constructor?.name === "LibuvStreamWrap") {
      owners.set(each, "stream_wrap");
    }
  }
}

function ownFunctions(object) {
  return Object.entries(Object.getOwnPropertyDescriptors(object)).flatMap(([key, { value }]) =>
    typeof value === "function" && key !== "constructor" ? [value] : [],
  );
}

/** Some bindings export the same function. */
function add(callee, prototype) {
  const known = functions.find((each) => each.callee === callee);
  if (known !== undefined) {
    return known;
  }
  const added = { callee, bindings: [], prototype };
  functions.push(added);
  return added;
}

/** What a binding's class inherits from one that no binding exports counts for the class of the receiver too. */
function called(index, receiver) {
  if (listening) {
    const { bindings, prototype } = functions[index];
    for (const name of bindings.length > 0 ? bindings : [owners.get(prototype), ownerOf(receiver)]) {
      tell(name);
    }
  }
  return false;
}

function tell(name) {
  if (name !== undefined && !told.has(name)) {
    told.add(name);
    exports.mark("called", name);
  }
}

function ownerOf(receiver) {
  for (let each = receiver; each; each = Object.getPrototypeOf(each)) {
    if (owners.has(each)) {
      return owners.get(each);
    }
  }
  return undefined;
}
