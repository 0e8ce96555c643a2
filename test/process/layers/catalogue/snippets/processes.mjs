import childProcess from "node:child_process";
import cluster from "node:cluster";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import process from "node:process";
import vm from "node:vm";
import workers from "node:worker_threads";
import { call, event, file, fresh, outputs, tolerating, trying } from "./support.mjs";

const node = process.execPath;
/** Node.js 22 asks for a name, later ones take none. */
const profileName = process.version.startsWith("v22.") ? ["text"] : [];
const idle = "setInterval(() => {}, 1000)";
const nothing = ["-e", "0"];

/** As the system's lists name who runs this, quoted. */
const userName = JSON.stringify(os.userInfo().username);
const groups = fs.readFileSync("/etc/group", "utf8").split("\n");
const ownGroup = groups.find((line) => line.split(":")[2] === String(process.getgid()));
const groupName = JSON.stringify(ownGroup?.split(":")[0] ?? "");
const named = (child) => ({ forms: { name: { child } } });

async function spawned() {
  const child = childProcess.spawn(node, ["-e", idle], { stdio: "ignore" });
  await event(child, "spawn");
  return child;
}

const onSpawned = (run) => ({
  before: spawned,
  run,
  after: (child) => {
    child.ref();
    child.kill("SIGKILL");
    return event(child, "exit");
  },
});

async function working() {
  const worker = new workers.Worker(
    `const { parentPort } = require("node:worker_threads"); parentPort.on("message", (it) => parentPort.postMessage(it))`,
    {
      eval: true,
    },
  );
  await event(worker, "online");
  return worker;
}

const onWorker = (run) => ({ before: working, run, after: (worker) => worker.terminate() });

function channel() {
  return new workers.MessageChannel();
}

const onChannel = (run) => ({ before: channel, run, after: ({ port1 }) => port1.close() });
const onBroadcast = (run) => ({
  before: () => new workers.BroadcastChannel("four"),
  run,
  after: (own) => own.close(),
});

async function forked() {
  const worker = cluster.fork();
  await event(worker, "online");
  return worker;
}

const onForked = (run) => ({
  before: () => {
    cluster.setupPrimary({ exec: file('process.on("message", (it) => process.send(it))'), silent: true });
    return forked();
  },
  run,
  after: (worker) => worker.process.kill("SIGKILL"),
});

/** Writes to the pipe that an output is, and to a file and a terminal in its place. */
function writing(output) {
  const run = () => void process[output].write("\n");
  const forms = Object.entries(outputs).map(([form, make]) => [
    form,
    {
      before: () => {
        const kept = Object.getOwnPropertyDescriptor(process, output);
        Object.defineProperty(process, output, { configurable: true, value: make() });
        return kept;
      },
      run,
      after: (kept) => Object.defineProperty(process, output, kept),
    },
  ]);
  const corked = () => {
    process[output].cork();
    process[output].write("\n");
    process[output].write("\n");
    process[output].uncork();
  };
  return {
    run,
    forms: {
      ...Object.fromEntries(forms),
      inThread: { thread: `process.${output}.write("\\n")` },
      corked: { run: corked },
    },
  };
}

/** And for what has ended. */
const orEnded = (snippet, before) => ({ ...snippet, forms: { ended: { before, run: snippet.run } } });
const orOver = (run) => ({
  ...onWorker(run),
  forms: { ended: { before: terminated, run: (worker) => tolerating(() => run(worker)) } },
});
const orClosed = (snippet) => ({
  ...snippet,
  forms: {
    closed: {
      before: () => {
        const own = new workers.BroadcastChannel("five");
        own.close();
        return own;
      },
      run: snippet.run,
    },
  },
});

async function dead() {
  const worker = await onForked().before();
  worker.process.kill("SIGKILL");
  await event(worker, "exit");
  return worker;
}

async function exited() {
  const child = await spawned();
  child.kill("SIGKILL");
  await event(child, "exit");
  return child;
}

async function terminated() {
  const worker = await working();
  await worker.terminate();
  return worker;
}

export const snippets = {
  child_process: {
    spawn: async () => void (await event(childProcess.spawn(node, nothing, { stdio: "ignore" }), "close")),
    exec: () => call(childProcess.exec, "exit 0"),
    execFile: () => call(childProcess.execFile, node, nothing),
    fork: { before: () => file(""), run: async (path) => void (await event(childProcess.fork(path), "close")) },
    spawnSync: () => void childProcess.spawnSync(node, nothing),
    execSync: () => void childProcess.execSync("exit 0"),
    execFileSync: () => void childProcess.execFileSync(node, nothing),
    "ChildProcess.prototype.ref": orEnded(
      onSpawned((child) => void child.ref()),
      exited,
    ),
    "ChildProcess.prototype.unref": orEnded(
      onSpawned((child) => void child.unref()),
      exited,
    ),
    "ChildProcess.prototype.kill": orEnded(
      {
        before: () => spawned(),
        run: (child) => void child.kill("SIGKILL"),
        after: (child) => event(child, "exit"),
      },
      exited,
    ),
  },
  cluster: {
    fork: {
      before: () => cluster.setupPrimary({ exec: file("process.disconnect()"), silent: true }),
      run: async () => void (await event(cluster.fork(), "exit")),
    },
    "Worker.prototype.kill": {
      ...onForked((worker) => {
        worker.kill("SIGKILL");
        return event(worker, "exit");
      }),
      forms: {
        inWorker: { worker: `require("node:cluster").worker.kill()` },
        ended: { before: dead, run: (worker) => worker.kill() },
      },
    },
    "Worker.prototype.destroy": {
      ...onForked((worker) => {
        worker.destroy("SIGKILL");
        return event(worker, "exit");
      }),
      forms: {
        inWorker: { worker: `require("node:cluster").worker.destroy()` },
        ended: { before: dead, run: (worker) => worker.destroy() },
      },
    },
    "Worker.prototype.send": {
      ...onForked((worker) => {
        worker.send("text");
        return event(worker, "message");
      }),
      forms: {
        handle: onForked(async (worker) => {
          const server = net.createServer().listen(0, "127.0.0.1");
          await event(server, "listening");
          worker.send("text", server);
          await event(worker, "message");
          server.close();
        }),
        ended: { before: dead, run: (worker) => void worker.on("error", () => {}).send("text") },
      },
    },
    "Worker.prototype.disconnect": {
      ...onForked((worker) => {
        worker.disconnect();
        return event(worker, "disconnect");
      }),
      forms: { ended: { before: dead, run: (worker) => void worker.disconnect() } },
    },
  },
  worker_threads: {
    Worker: async () => void (await event(new workers.Worker("0", { eval: true }), "exit")),
    "Worker.prototype.ref": orEnded(
      onWorker((worker) => void worker.ref()),
      terminated,
    ),
    "Worker.prototype.unref": orEnded(
      onWorker((worker) => void worker.unref()),
      terminated,
    ),
    "Worker.prototype.startCpuProfile": orOver(
      async (worker) => void (await (await worker.startCpuProfile(...profileName)).stop()),
    ),
    "Worker.prototype.startHeapProfile": orOver(
      async (worker) => void (await (await worker.startHeapProfile()).stop()),
    ),
    "MessagePort.prototype.hasRef": onChannel(({ port1 }) => void port1.hasRef()),
    "MessagePort.prototype.ref": onChannel(({ port1 }) => void port1.ref()),
    "MessagePort.prototype.start": onChannel(({ port1 }) => void port1.start()),
    "MessagePort.prototype.unref": onChannel(({ port1 }) => void port1.unref()),
    "BroadcastChannel.prototype.close": orClosed({
      before: () => new workers.BroadcastChannel("three"),
      run: (own) => void own.close(),
    }),
    "BroadcastChannel.prototype.ref": orClosed(onBroadcast((own) => void own.ref())),
    "BroadcastChannel.prototype.unref": orClosed(onBroadcast((own) => void own.unref())),
    "locks.query": () => workers.locks.query(),
    "locks.request": {
      run: () => workers.locks.request("one", () => {}),
      forms: {
        held: {
          before: () => {
            let letGo;
            void workers.locks.request("two", () => new Promise((resolve) => (letGo = resolve)));
            return () => letGo();
          },
          run: (letGo) => {
            setImmediate(letGo);
            return workers.locks.request("two", () => {});
          },
        },
        aborted: {
          run: () => tolerating(() => workers.locks.request("one", { signal: AbortSignal.abort() }, () => {})),
        },
      },
    },
    "Worker.prototype.postMessage": {
      ...onWorker((worker) => {
        worker.postMessage("text");
        return event(worker, "message");
      }),
      forms: { ended: { before: terminated, run: (worker) => worker.postMessage("text") } },
    },
    "Worker.prototype.terminate": orEnded({ before: working, run: (worker) => worker.terminate() }, terminated),
    // To the end: Node.js (20 to 26) crashes at its own end when the worker has ended before its snapshot was read.
    "Worker.prototype.getHeapSnapshot": orOver(async (worker) => {
      const snapshot = await worker.getHeapSnapshot();
      await event(snapshot.resume(), "end");
    }),
    "Worker.prototype.getHeapStatistics": orOver((worker) => worker.getHeapStatistics()),
    "Worker.prototype.cpuUsage": orOver((worker) => worker.cpuUsage()),
    MessageChannel: () => void channel(),
    "MessagePort.prototype.postMessage": {
      before: channel,
      run: ({ port1, port2 }) => {
        const received = new Promise((resolve) => port2.once("message", resolve));
        port1.postMessage("text");
        return received;
      },
      after: ({ port1 }) => port1.close(),
    },
    "MessagePort.prototype.close": {
      before: channel,
      run: ({ port1 }) => new Promise((r) => port1.once("close", r).close()),
    },
    receiveMessageOnPort: { before: channel, run: ({ port1 }) => void workers.receiveMessageOnPort(port1) },
    moveMessagePortToContext: {
      before: () => ({ ...channel(), context: vm.createContext() }),
      run: ({ port1, context }) => void workers.moveMessagePortToContext(port1, context),
    },
    postMessageToThread: onWorker((worker) =>
      tolerating(() => workers.postMessageToThread(worker.threadId, "text", 200)),
    ),
    BroadcastChannel: () => new workers.BroadcastChannel("one").close(),
    "BroadcastChannel.prototype.postMessage": {
      before: () => [new workers.BroadcastChannel("two"), new workers.BroadcastChannel("two")],
      run: ([own, other]) => {
        own.postMessage("text");
        return new Promise((resolve) => {
          other.onmessage = resolve;
        });
      },
      after: ([own, other]) => {
        own.close();
        other.close();
      },
    },
  },
  process: {
    abort: { child: "process.abort()" },
    exit: { child: "process.exit(0)", forms: { endsThread: { thread: "process.exit(0)" } } },
    execve: { child: `process.execve(process.execPath, [process.execPath, "-e", "0"], {})` },
    setUncaughtExceptionCaptureCallback: () => process.setUncaughtExceptionCaptureCallback(null),
    availableMemory: () => void process.availableMemory(),
    chdir: { child: `process.chdir("/")` },
    constrainedMemory: () => void process.constrainedMemory(),
    cpuUsage: () => void process.cpuUsage(),
    // It is asked again after a change only.
    cwd: {
      before: () => process.chdir(process.cwd()),
      run: () => void process.cwd(),
      forms: { known: { before: () => process.cwd(), run: () => void process.cwd() } },
    },
    dlopen: () => trying(() => process.dlopen({ exports: {} }, fresh(".node"))),
    getActiveResourcesInfo: () => void process.getActiveResourcesInfo(),
    getegid: () => void process.getegid(),
    geteuid: () => void process.geteuid(),
    getgid: () => void process.getgid(),
    getgroups: () => void process.getgroups(),
    getuid: () => void process.getuid(),
    hrtime: () => void process.hrtime(),
    "hrtime.bigint": () => void process.hrtime.bigint(),
    initgroups: {
      child: "process.initgroups(process.getuid(), process.getgid())",
      ...named(`process.initgroups(${userName}, ${groupName})`),
    },
    kill: () => void process.kill(process.pid, 0),
    loadEnvFile: { before: () => file("HITLESS_SNIPPET=1\n"), run: (path) => process.loadEnvFile(path) },
    memoryUsage: () => void process.memoryUsage(),
    "memoryUsage.rss": () => void process.memoryUsage.rss(),
    nextTick: () => new Promise((resolve) => process.nextTick(resolve)),
    "report.getReport": () => void process.report.getReport(),
    "report.writeReport": () => void process.report.writeReport(fresh(".json")),
    resourceUsage: () => void process.resourceUsage(),
    setSourceMapsEnabled: () => process.setSourceMapsEnabled(false),
    setegid: { child: "process.setegid(process.getegid())", ...named(`process.setegid(${groupName})`) },
    seteuid: { child: "process.seteuid(process.geteuid())", ...named(`process.seteuid(${userName})`) },
    setgid: { child: "process.setgid(process.getgid())", ...named(`process.setgid(${groupName})`) },
    setgroups: {
      child: "process.setgroups(process.getgroups())",
      ...named(`process.setgroups([${groupName}])`),
    },
    setuid: { child: "process.setuid(process.getuid())", ...named(`process.setuid(${userName})`) },
    "stderr.write": writing("stderr"),
    "stdout.write": writing("stdout"),
    threadCpuUsage: () => void process.threadCpuUsage(),
    umask: () => void process.umask(0o22),
    uptime: () => void process.uptime(),
  },
  os: {
    availableParallelism: {
      run: () => void os.availableParallelism(),
      forms: { controlGroup: { run: () => void os.availableParallelism() } },
    },
    cpus: () => void os.cpus(),
    freemem: () => void os.freemem(),
    getPriority: () => void os.getPriority(),
    homedir: {
      run: () => void os.homedir(),
      forms: {
        noHome: {
          before: () => {
            const kept = process.env.HOME;
            delete process.env.HOME;
            return kept;
          },
          run: () => void os.homedir(),
          after: (kept) => {
            process.env.HOME = kept;
          },
        },
      },
    },
    hostname: () => void os.hostname(),
    loadavg: () => void os.loadavg(),
    networkInterfaces: () => void os.networkInterfaces(),
    setPriority: () => void tolerating(() => os.setPriority(os.getPriority())),
    totalmem: () => void os.totalmem(),
    uptime: () => void os.uptime(),
    userInfo: () => void os.userInfo(),
    tmpdir: () => void os.tmpdir(),
  },
};
