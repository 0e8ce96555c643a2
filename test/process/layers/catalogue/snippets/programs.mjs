import sea from "node:sea";
import traceEvents from "node:trace_events";
import { WASI } from "node:wasi";
import { folder, trying } from "./support.mjs";

export const snippets = {
  sea: {
    getAsset: () => trying(() => sea.getAsset("text")),
    getAssetAsBlob: () => trying(() => sea.getAssetAsBlob("text")),
    getAssetKeys: () => trying(() => sea.getAssetKeys()),
    getRawAsset: () => trying(() => sea.getRawAsset("text")),
    isSea: () => void sea.isSea(),
  },
  trace_events: {
    createTracing: () => void traceEvents.createTracing({ categories: ["node.perf"] }),
    getEnabledCategories: () => void traceEvents.getEnabledCategories(),
  },
  wasi: {
    WASI: {
      run: () => void new WASI({ version: "preview1" }),
      forms: { preopens: { run: () => void new WASI({ version: "preview1", preopens: { "/here": folder } }) } },
    },
  },
};
