import fs from "node:fs";
import promises from "node:fs/promises";
import process from "node:process";
import { call, directory, event, file, folder, fresh, link, tolerating, tree } from "./support.mjs";

function empty() {
  const path = fresh();
  fs.mkdirSync(path);
  return path;
}

const user = process.getuid?.() ?? 0;
const group = process.getgid?.() ?? 0;
const bytes = () => Buffer.alloc(4);
const openFile = () => fs.openSync(file(), "r+");

/** Arguments of the functions that there are three times: with a callback, as `…Sync`, and in `fs/promises`. */
const byPath = {
  access: () => [file()],
  appendFile: () => [file(), "more"],
  chmod: () => [file(), 0o600],
  chown: () => [file(), user, group],
  copyFile: () => [file(), fresh()],
  cp: () => [directory(), fresh(), { recursive: true }],
  lchown: () => [link(), user, group],
  link: () => [file(), fresh()],
  lstat: () => [link()],
  lutimes: () => [link(), 1, 1],
  mkdir: () => [fresh()],
  mkdtemp: () => [`${folder}/made-`],
  open: () => [file()],
  opendir: () => [directory()],
  readdir: () => [directory()],
  readFile: () => [file()],
  readlink: () => [link()],
  realpath: () => [link()],
  rename: () => [file(), fresh()],
  rm: () => [directory(), { recursive: true }],
  rmdir: () => [empty()],
  stat: () => [file()],
  statfs: () => [folder],
  symlink: () => [file(), fresh()],
  truncate: () => [file(), 2],
  unlink: () => [file()],
  utimes: () => [file(), 1, 1],
  writeFile: () => [file(), "text"],
};

/** The same, on a descriptor; twice only. */
const byDescriptor = {
  close: () => [openFile()],
  fchmod: () => [openFile(), 0o600],
  fchown: () => [openFile(), user, group],
  fdatasync: () => [openFile()],
  fstat: () => [openFile()],
  fsync: () => [openFile()],
  ftruncate: () => [openFile(), 2],
  futimes: () => [openFile(), 1, 1],
  read: () => [openFile(), bytes(), 0, 4, 0],
  readv: () => [openFile(), [bytes(), bytes()], 0],
  write: () => [openFile(), "text"],
  writev: () => [openFile(), [bytes(), bytes()]],
};

/** Arguments, after the file, of the forms that read without a position, or write with one. */
const positionForms = {
  read: ["noPosition", () => [bytes(), 0, 4, null]],
  readv: ["noPosition", () => [[bytes(), bytes()]]],
  write: ["position", () => [bytes(), 0, 4, 1]],
  writev: ["position", () => [[bytes(), bytes()], 1]],
};

/** Arguments of other forms of what there is three times. */
const pathForms = {
  readFile: { descriptor: (open) => [open()] },
  writeFile: { descriptor: (open) => [open(), "text"], flush: () => [file(), "text", { flush: true }] },
  appendFile: { descriptor: (open) => [open(), "text"], flush: () => [file(), "text", { flush: true }] },
  copyFile: { reflink: () => [file(), fresh(), fs.constants.COPYFILE_FICLONE] },
  cp: {
    oneFile: () => [file(), fresh()],
    link: () => [link(), fresh()],
    replaced: () => [file(), file()],
    timestamps: () => [directory(), fresh(), { recursive: true, preserveTimestamps: true }],
    there: () => [directory(), empty(), { recursive: true }],
    kept: () => [file(), file(), { force: false }],
  },
  mkdir: { parents: () => [directory(), { recursive: true }] },
  rm: { oneFile: () => [file()], absent: () => [fresh(), { force: true }] },
  rmdir: { recursive: () => [tree(), { recursive: true }] },
};

const handleCases = {
  appendFile: ["text"],
  chmod: [0o600],
  chown: [user, group],
  close: [],
  datasync: [],
  read: [bytes(), 0, 4, 0],
  readFile: [],
  readv: [[bytes(), bytes()], 0],
  stat: [],
  sync: [],
  truncate: [2],
  utimes: [1, 1],
  write: ["text"],
  writeFile: ["text"],
  writev: [[bytes(), bytes()]],
};

const callbacks = {};
const synchronous = {};
const promised = {};
for (const [name, before] of Object.entries({ ...byPath, ...byDescriptor })) {
  callbacks[name] = { before, run: (args) => call(fs[name], ...args) };
  synchronous[`${name}Sync`] = { before, run: (args) => void fs[`${name}Sync`](...args) };
}
for (const [name, before] of Object.entries(byPath)) {
  // A handle stays open until the end: to close it is another function.
  promised[name] = { before, run: async (args) => keep(await promises[name](...args)) };
}
for (const [name, args] of Object.entries(handleCases)) {
  promised[`FileHandle.prototype.${name}`] = {
    before: () => opened("r+"),
    run: (handle) => handle[name](...args),
  };
}

for (const [name, [form, args]] of Object.entries(positionForms)) {
  const before = () => [openFile(), ...args()];
  callbacks[name].forms = { [form]: { before, run: (all) => call(fs[name], ...all) } };
  synchronous[`${name}Sync`].forms = { [form]: { before, run: (all) => void fs[`${name}Sync`](...all) } };
  promised[`FileHandle.prototype.${name}`].forms = {
    [form]: { before: () => opened("r+"), run: (handle) => handle[name](...args()) },
  };
}

const formsOf = (forms, open, run) =>
  Object.fromEntries(
    Object.entries(forms).map(([form, args]) => [
      form,
      { before: () => Promise.all(args(open)), run: (given) => run(...given) },
    ]),
  );

for (const [name, forms] of Object.entries(pathForms)) {
  callbacks[name].forms = formsOf(forms, openFile, (...args) => call(fs[name], ...args));
  synchronous[`${name}Sync`].forms = formsOf(forms, openFile, (...args) => void fs[`${name}Sync`](...args));
  promised[name].forms = formsOf(forms, () => opened("r+"), promises[name]);
}

/** Into the folders below. */
const below = { recursive: true };
const readBelow = { before: tree, run: (path) => call(fs.readdir, path, below) };
callbacks.readdir.forms = { blocking: readBelow, waiting: readBelow };
synchronous.readdirSync.forms = { recursive: { before: tree, run: (path) => void fs.readdirSync(path, below) } };
promised.readdir.forms = {
  blocking: { before: tree, run: (path) => promises.readdir(path, below) },
};

/** No room for what is read, or nothing to write. */
const none = [Buffer.alloc(0), 0, 0, 0];
callbacks.read.forms.noBytes = { before: openFile, run: (fd) => call(fs.read, fd, ...none) };
synchronous.readSync.forms.noBytes = { before: openFile, run: (fd) => void fs.readSync(fd, ...none) };
for (const name of ["read", "write"]) {
  promised[`FileHandle.prototype.${name}`].forms.noBytes = {
    before: () => opened("r+"),
    run: (handle) => handle[name](...none),
  };
}
callbacks.writev.forms.noBytes = { before: openFile, run: (fd) => call(fs.writev, fd, []) };
synchronous.writevSync.forms.noBytes = { before: openFile, run: (fd) => void fs.writevSync(fd, []) };

/** Whose signal has come before the call. */
const gone = { signal: AbortSignal.abort() };
const aborting = (run, before = () => opened("r+")) => ({ before, run: (on) => tolerating(() => run(on, gone)) });

/** What a handle does with such arguments. */
const onHandle = (name, ...args) => ({ before: () => opened("r+"), run: (handle) => handle[name](...args) });

promised["FileHandle.prototype.writev"].forms.noBytes = onHandle("writev", []);
promised["FileHandle.prototype.appendFile"].forms = { noBytes: onHandle("appendFile", "") };
promised["FileHandle.prototype.writeFile"].forms = {
  noBytes: onHandle("writeFile", ""),
  aborted: aborting((handle, options) => handle.writeFile("text", options)),
};
promised["FileHandle.prototype.readFile"].forms = { aborted: aborting((handle, options) => handle.readFile(options)) };
promised["FileHandle.prototype.close"].forms = {
  closed: {
    before: async () => {
      const handle = await promises.open(file());
      await handle.close();
      return handle;
    },
    run: (handle) => handle.close(),
  },
};
for (const [name, args] of Object.entries({ readv: [0], writev: [] })) {
  const single = [bytes()];
  callbacks[name].forms.single = { before: openFile, run: (fd) => call(fs[name], fd, single, ...args) };
  synchronous[`${name}Sync`].forms.single = {
    before: openFile,
    run: (fd) => void fs[`${name}Sync`](fd, single, ...args),
  };
  promised[`FileHandle.prototype.${name}`].forms.single = onHandle(name, single, ...args);
}
for (const name of ["writeFile", "appendFile"]) {
  synchronous[`${name}Sync`].forms.noData = { before: file, run: (path) => fs[`${name}Sync`](path, "") };
  promised[name].forms.noData = { before: file, run: (path) => promises[name](path, "") };
}

for (const [name, ...args] of [["readFile"], ["writeFile", "text"]]) {
  callbacks[name].forms.aborted = aborting((path) => call(fs[name], path, ...args, gone), file);
  promised[name].forms.aborted = aborting((path) => promises[name](path, ...args, gone), file);
}
for (const [forms, run] of [
  [callbacks.rm.forms, (path) => call(fs.rm, path, { recursive: true })],
  [promised.rm.forms, (path) => promises.rm(path, { recursive: true })],
]) {
  forms.emptyFolder = { before: empty, run };
}
callbacks.realpath.forms = { noLinks: { before: file, run: (path) => call(fs.realpath, path) } };
synchronous.realpathSync.forms = { noLinks: { before: file, run: (path) => void fs.realpathSync(path) } };
synchronous.readFileSync.forms.utf8 = { before: file, run: (path) => void fs.readFileSync(path, "utf8") };

/** A folder of which all has been read ahead. */
function readAhead() {
  const path = directory();
  fs.writeFileSync(`${path}/two.txt`, "2");
  const dir = fs.opendirSync(path);
  dir.readSync();
  return dir;
}

const kept = [];
function keep(value) {
  kept.push(value);
}

/** Until a thread of the pool has closed it: its own event comes before. */
async function untilClosed(fd) {
  while (isOpen(fd)) {
    await new Promise(setImmediate);
  }
}

/** To the end, at which the file is closed. */
async function drainedLines(own, options) {
  const { fd } = own;
  await drainAsync(own.readLines(options));
  await untilClosed(fd);
}

/** One that is kept: none may be collected while it is open. */
async function opened(flags) {
  const own = await promises.open(file(), flags);
  keep(own);
  return own;
}

const onHandleStream = (options, run) => ({
  before: () => opened("r+"),
  run: (handle) => run(handle.createWriteStream(options)),
});

async function drainStream(stream) {
  stream.resume();
  await event(stream, "close");
}

async function drainAsync(iterable) {
  for await (const each of iterable) {
    void each;
  }
}

async function watched(path, options) {
  const watcher = fs.watch(path, options);
  fs.rmSync(`${path}/one.txt`);
  await event(watcher, "change");
  watcher.close();
}

async function iterated(path, options) {
  const changes = promises.watch(path, options)[Symbol.asyncIterator]();
  const changed = changes.next();
  fs.rmSync(`${path}/one.txt`);
  await changed;
  await changes.return();
}

const written = (path, options) => event(fs.createWriteStream(path, options).end("text"), "close");
const writeForms = {
  start: { before: file, run: (path) => written(path, { start: 1, flags: "r+" }) },
  flush: { before: file, run: (path) => written(path, { flush: true }) },
  givenFile: { before: () => openFile(), run: (fd) => written("", { fd }) },
  keptOpen: {
    before: file,
    run: (path) => event(fs.createWriteStream(path, { autoClose: false }).end("text"), "finish"),
  },
  gathered: {
    before: file,
    run: (path) => {
      const stream = fs.createWriteStream(path);
      stream.write("some ");
      return event(stream.end("text"), "close");
    },
  },
  noData: { before: file, run: (path) => event(fs.createWriteStream(path).end(), "close") },
  ownFs: { run: () => event(fs.createWriteStream("", { fs: memory }).end("text"), "close") },
};
/** Has what streams need of the file system, without one. */
const memory = {
  open: (_path, _flags, _mode, then) => process.nextTick(then, undefined, 1),
  read: (_fd, _buffer, _offset, _length, _position, then) => process.nextTick(then, undefined, 0),
  write: (_fd, _buffer, _offset, length, _position, then) => process.nextTick(then, undefined, length),
  close: (_fd, then) => process.nextTick(then),
};
const readForms = {
  ownFs: { run: () => drainStream(fs.createReadStream("", { fs: memory })) },
  start: { before: file, run: (path) => drainStream(fs.createReadStream(path, { start: 1 })) },
  givenFile: { before: () => openFile(), run: (fd) => drainStream(fs.createReadStream("", { fd })) },
  keptOpen: { before: file, run: (path) => event(fs.createReadStream(path, { autoClose: false }).resume(), "end") },
};

/** Of which a listener has been told. */
async function watchedFile() {
  const path = fresh();
  await new Promise((resolve) => fs.watchFile(path, resolve));
  return path;
}

function isOpen(fd) {
  try {
    fs.fstatSync(fd);
    return true;
  } catch {
    return false;
  }
}

export const snippets = {
  fs: {
    ...callbacks,
    exists: () => new Promise((resolve) => fs.exists(folder, resolve)),
    glob: {
      before: directory,
      run: (cwd) => call(fs.glob, "*.txt", { cwd }),
      forms: { literal: { before: directory, run: (cwd) => call(fs.glob, "one.txt", { cwd }) } },
    },
    openAsBlob: { before: file, run: (path) => keep(fs.openAsBlob(path)) },
    "realpath.native": { before: link, run: (path) => call(fs.realpath.native, path) },
    createReadStream: {
      before: file,
      run: (path) => drainStream(fs.createReadStream(path)),
      forms: readForms,
    },
    createWriteStream: { before: file, run: (path) => written(path), forms: writeForms },
    watch: {
      before: directory,
      run: (path) => watched(path),
      forms: {
        recursive: { before: directory, run: (path) => watched(path, { recursive: true }) },
        later: { before: directory, run: (path) => watched(path) },
      },
    },
    // A file that is not there is told of at once.
    watchFile: {
      before: () => fresh(),
      run: (path) => new Promise((resolve) => fs.watchFile(path, resolve)),
      after: (path) => fs.unwatchFile(path),
      forms: {
        others: {
          before: watchedFile,
          run: (path) => void fs.watchFile(path, () => {}),
          after: (path) => fs.unwatchFile(path),
        },
      },
    },
    unwatchFile: {
      before: watchedFile,
      run: (path) => fs.unwatchFile(path),
      forms: {
        others: {
          before: async () => {
            const path = await watchedFile();
            const other = () => {};
            fs.watchFile(path, other);
            return { path, other };
          },
          run: ({ path, other }) => fs.unwatchFile(path, other),
          after: ({ path }) => fs.unwatchFile(path),
        },
      },
    },
    "Dir.prototype.read": {
      before: () => fs.opendirSync(directory()),
      run: (dir) => dir.read(),
      forms: {
        buffered: { before: readAhead, run: (dir) => dir.read() },
        blocking: {
          before: () => fs.opendirSync(tree(), below),
          run: async (dir) => {
            while ((await dir.read()) !== null);
          },
        },
      },
    },
    "Dir.prototype.close": { before: () => fs.opendirSync(directory()), run: (dir) => dir.close() },
    ...synchronous,
    existsSync: () => void fs.existsSync(folder),
    globSync: {
      before: directory,
      run: (cwd) => void fs.globSync("*.txt", { cwd }),
      forms: { literal: { before: directory, run: (cwd) => void fs.globSync("one.txt", { cwd }) } },
    },
    "realpathSync.native": { before: link, run: (path) => void fs.realpathSync.native(path) },
    mkdtempDisposableSync: () => void fs.mkdtempDisposableSync(`${folder}/made-`),
    "Dir.prototype.readSync": {
      before: () => fs.opendirSync(directory()),
      run: (dir) => void dir.readSync(),
      forms: {
        buffered: { before: readAhead, run: (dir) => void dir.readSync() },
        recursive: {
          before: () => fs.opendirSync(tree(), below),
          run: (dir) => {
            while (dir.readSync() !== null);
          },
        },
      },
    },
    "Dir.prototype.closeSync": { before: () => fs.opendirSync(directory()), run: (dir) => dir.closeSync() },
  },
  "fs/promises": {
    ...promised,
    glob: {
      before: directory,
      run: (cwd) => drainAsync(promises.glob("*.txt", { cwd })),
      forms: { literal: { before: directory, run: (cwd) => drainAsync(promises.glob("one.txt", { cwd })) } },
    },
    mkdtempDisposable: async () => keep(await promises.mkdtempDisposable(`${folder}/made-`)),
    watch: {
      before: directory,
      run: (path) => iterated(path),
      forms: {
        recursive: { before: directory, run: (path) => iterated(path, { recursive: true }) },
        later: { before: directory, run: (path) => iterated(path) },
        aborted: aborting((path, options) => drainAsync(promises.watch(path, options)), directory),
      },
    },
    "FileHandle.prototype.createReadStream": {
      before: () => opened("r"),
      run: (handle) => drainStream(handle.createReadStream()),
      forms: {
        start: { before: () => opened("r"), run: (own) => drainStream(own.createReadStream({ start: 1 })) },
        keptOpen: {
          before: () => opened("r"),
          run: (own) => event(own.createReadStream({ autoClose: false }).resume(), "end"),
        },
      },
    },
    "FileHandle.prototype.createWriteStream": {
      before: () => opened("r+"),
      run: (handle) => event(handle.createWriteStream().end("text"), "close"),
      forms: {
        start: {
          before: () => opened("r+"),
          run: (handle) => event(handle.createWriteStream({ start: 1 }).end("text"), "close"),
        },
        noData: onHandleStream(undefined, (stream) => event(stream.end(), "close")),
        flush: onHandleStream({ flush: true }, (stream) => event(stream.end("text"), "close")),
        gathered: onHandleStream(undefined, (stream) => {
          stream.write("some ");
          return event(stream.end("text"), "close");
        }),
        keptOpen: {
          before: () => opened("r+"),
          run: (own) => event(own.createWriteStream({ autoClose: false }).end("text"), "finish"),
        },
      },
    },
    "FileHandle.prototype.readLines": {
      before: () => opened("r"),
      run: (own) => drainedLines(own),
      forms: {
        start: { before: () => opened("r"), run: (own) => drainedLines(own, { start: 1 }) },
        keptOpen: { before: () => opened("r"), run: (own) => drainAsync(own.readLines({ autoClose: false })) },
      },
    },
    "FileHandle.prototype.readableWebStream": {
      before: () => opened("r"),
      run: (handle) => drainAsync(handle.readableWebStream()),
      forms: {
        autoClose: {
          before: () => opened("r"),
          run: async (handle) => {
            const { fd } = handle;
            await drainAsync(handle.readableWebStream({ autoClose: true }));
            await untilClosed(fd);
          },
        },
      },
    },
  },
};
