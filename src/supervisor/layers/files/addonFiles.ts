import { open, readFile } from "node:fs/promises";
import type { Addon } from "../../../shared/layers/facts.ts";
import { packageOf } from "../../../shared/layers/packageOf.ts";
import { addonLevel } from "./addonLevel.ts";
import { readManifest, versionIn } from "./codeFiles.ts";

/** Bytes of an addon that are looked at, from its beginning; what comes after is not searched. */
const mostBytes = 64 * 1_048_576;
const sliceBytes = 1_048_576;
/** Longer than any of the names looked for, which may lie across two slices. */
const overlap = 64;

/** Entry points that an addon exports: https://nodejs.org/api/n-api.html#module-registration and `NODE_MODULE`. */
const nodeApi = /napi_register_module_v\d+|napi_module_register/;
const boundToAbi = /node_register_module_v(\d+)/;
const oldStyle = /node_module_register/;

/**
 * The addons of a process.
 * @param told Those the worker itself told of; on Linux the kernel knows of the others.
 * @param napi Level of Node-API that the process has.
 */
export async function describeAddons(pid: number, told: readonly string[], napi: string): Promise<Addon[]> {
  const files = [...new Set([...told, ...(await mappedAddons(pid))])].sort();
  return Promise.all(files.map((file) => describeAddon(file, Number(napi))));
}

/** The addons mapped into a process, which only Linux tells. */
export async function mappedAddons(pid: number): Promise<string[]> {
  if (process.platform !== "linux") {
    return [];
  }
  const maps = await readFile(`/proc/${pid}/maps`, "utf8").catch(() => "");
  return maps.split("\n").flatMap((line) => {
    const path = line.indexOf("/");
    return path !== -1 && line.endsWith(".node") ? [line.slice(path)] : [];
  });
}

/** @param supported Level of Node-API that the process has. */
export async function describeAddon(file: string, supported: number): Promise<Addon> {
  const owner = packageOf(file);
  const manifest = owner === undefined ? {} : await readManifest(owner.folder);
  const version = versionIn(manifest);
  const found = await interfaceOf(file);
  const level = found.interface === "napi" ? addonLevel({ file, manifest, supported }) : undefined;
  return {
    file,
    ...(owner === undefined ? {} : { package: owner.name }),
    ...(version === undefined ? {} : { version }),
    ...found,
    ...(level === undefined ? {} : { level }),
  };
}

/** Told by the names in the file, which is read and never run. */
export async function interfaceOf(file: string): Promise<Pick<Addon, "interface" | "level" | "rebuild">> {
  const handle = await open(file, "r").catch(() => undefined);
  if (handle === undefined) {
    return { interface: "unknown" };
  }
  try {
    const buffer = Buffer.alloc(sliceBytes + overlap);
    let old = false;
    let kept = 0;
    for (let at = 0; at < mostBytes; ) {
      const { bytesRead } = await handle.read(buffer, kept, sliceBytes, at);
      if (bytesRead === 0) {
        break;
      }
      const text = buffer.toString("latin1", 0, kept + bytesRead);
      const [, abi] = boundToAbi.exec(text) ?? [];
      if (abi !== undefined) {
        return { interface: "abi", level: Number(abi), rebuild: true };
      }
      if (nodeApi.test(text)) {
        return { interface: "napi", rebuild: false };
      }
      old ||= oldStyle.test(text);
      at += bytesRead;
      kept = Math.min(overlap, kept + bytesRead);
      buffer.write(text.slice(-kept), 0, "latin1");
    }
    return old ? { interface: "abi", rebuild: true } : { interface: "unknown" };
  } catch {
    return { interface: "unknown" };
  } finally {
    await handle.close();
  }
}
