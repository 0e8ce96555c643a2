import type { Mechanism } from "../../shared/layers/entry.ts";
import type { Layer } from "../../shared/layers/layer.ts";
import type { PanelWorker } from "../../shared/layers/panelMessages.ts";
import type { SamplePart } from "../../shared/layers/sample.ts";
import { workerName } from "../../shared/text/workerName.ts";
import { t } from "../../shared/translate.ts";
import type { PartKind } from "./shares.ts";

/** What a layer is, for a user who knows only the picture. */
export function layerNote(layer: Layer): string {
  return {
    code: t("The app and the packages it loads"),
    api: t("The JavaScript of Node.js itself"),
    bindings: t("Where JavaScript meets C++"),
    dependencies: t("V8, libuv, OpenSSL, llhttp, zlib …"),
    os: t("What it requests from the machine"),
  }[layer];
}

export function kindWord(kind: PartKind): string {
  return {
    code: t("Your code"),
    package: t("Packages"),
    node: t("Node.js API"),
    binding: t("Bindings"),
    v8: t("V8's own work"),
    gc: t("Garbage collection"),
    native: t("Native, unattributed"),
    loop: t("Native, in the event loop"),
    unsure: t("Your code, or V8's work called there"),
    idle: t("Idle"),
    idleOrLoop: t("Idle, or native in the event loop"),
  }[kind];
}

/** A part of a sample: its kind, and which package or binding. */
export function partTitle({ kind, name }: SamplePart): string {
  if (kind === "unsure" && name !== undefined) {
    return t("{0}, or V8's work called there", name);
  }
  return (kind === "package" || kind === "binding") && name !== undefined ? name : kindWord(kind);
}

export function mechanismWord(mechanism: Mechanism): string {
  return {
    synchronous: t("Synchronous"),
    threadPool: t("Thread pool"),
    eventLoop: t("Event loop"),
    timer: t("Timer"),
    microtask: t("Microtask"),
    process: t("Separate process"),
    processSync: t("Separate process, waited for"),
    thread: t("Separate thread"),
    otherThread: t("Existing thread"),
  }[mechanism];
}

export function threadWord(thread: "main" | "pool" | "own"): string {
  return {
    main: t("on the main thread"),
    pool: t("on a thread of the pool"),
    own: t("beside the main thread"),
  }[thread];
}

export function workerStateWord({ state, unresponsive }: PanelWorker): string {
  if (unresponsive && state === "ready") {
    return t("unresponsive");
  }
  return {
    starting: t("starting"),
    ready: t("ready"),
    draining: t("draining"),
    gone: t("ended"),
  }[state];
}

export function workerTitle(worker: PanelWorker): string {
  return [workerName(worker, t), t("pid {0}", worker.pid), workerStateWord(worker)].join(" · ");
}
