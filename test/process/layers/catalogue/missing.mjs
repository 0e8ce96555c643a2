// Tells which of the functions that its argument names (`module:name`, parted by spaces) this Node.js does not have.
import { open } from "node:fs/promises";
import process from "node:process";

const handle = await open(process.execPath);

async function rootOf(module, name) {
  if (name.startsWith("FileHandle.")) {
    return { FileHandle: { prototype: handle } };
  }
  return module === "globals" ? globalThis : (await import(`node:${module}`)).default;
}

const missing = [];
for (const each of process.argv[2].split(" ")) {
  const [module, name] = each.split(":");
  const root = await rootOf(module, name).catch(() => undefined);
  const found = name.split(".").reduce((value, part) => value?.[part], root);
  if (typeof found !== "function") {
    missing.push(each);
  }
}
await handle.close();
process.stdout.write(JSON.stringify(missing));
