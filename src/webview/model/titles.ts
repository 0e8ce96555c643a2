import type { Mechanism } from "../../shared/layers/entry.ts";
import type { Layer } from "../../shared/layers/layer.ts";
import type { PanelWorker } from "../../shared/layers/panelMessages.ts";
import type { SamplePart } from "../../shared/layers/sample.ts";
import { t } from "../../shared/translate.ts";
import type { PartKind } from "./shares.ts";

/** What a layer is, for a person who knows only the picture. */
export function layerNote(layer: Layer): string {
  switch (layer) {
    case "code":
      return t("The app and the packages it loads");
    case "api":
      return t("The JavaScript of Node.js itself");
    case "bindings":
      return t("Where JavaScript meets C++");
    case "dependencies":
      return t("V8, libuv, OpenSSL, llhttp, zlib …");
    case "os":
      return t("What it asks of the machine");
  }
}

export function kindWord(kind: PartKind): string {
  switch (kind) {
    case "code":
      return t("Your code");
    case "package":
      return t("Packages");
    case "node":
      return t("Node.js API");
    case "binding":
      return t("Bindings");
    case "v8":
      return t("V8's own work");
    case "gc":
      return t("Garbage collection");
    case "native":
      return t("Native, unattributed");
    case "idle":
      return t("Idle");
  }
}

/** A part of a sample: its kind, and which package or binding. */
export function partTitle({ kind, name }: SamplePart): string {
  return (kind === "package" || kind === "binding") && name !== undefined ? name : kindWord(kind);
}

export function mechanismWord(mechanism: Mechanism): string {
  switch (mechanism) {
    case "synchronous":
      return t("Synchronous");
    case "threadPool":
      return t("Thread pool");
    case "eventLoop":
      return t("Event loop");
    case "timer":
      return t("Timer");
    case "microtask":
      return t("Microtask");
    case "process":
      return t("Process of its own");
    case "processSync":
      return t("Process that is waited for");
    case "thread":
      return t("Thread of its own");
    case "otherThread":
      return t("Thread that runs already");
  }
}

export function threadWord(thread: "main" | "pool" | "own"): string {
  switch (thread) {
    case "main":
      return t("on the main thread");
    case "pool":
      return t("on a thread of the pool");
    case "own":
      return t("beside the main thread");
  }
}

export function workerStateWord({ state, unresponsive }: PanelWorker): string {
  if (unresponsive && state === "ready") {
    return t("unresponsive");
  }
  switch (state) {
    case "starting":
      return t("starting");
    case "ready":
      return t("ready");
    case "draining":
      return t("draining");
    case "gone":
      return t("ended");
  }
}

/** A worker among those that can be picked. */
export function workerTitle(worker: PanelWorker): string {
  const { id, generation, pid } = worker;
  return [t("worker {0}", id), t("gen {0}", generation), t("pid {0}", pid), workerStateWord(worker)].join(" · ");
}
