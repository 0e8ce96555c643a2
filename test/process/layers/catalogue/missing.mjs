// Tells which of the functions that its argument names (`module:name`, parted by spaces) this Node.js does not have.
import { createSecretKey } from "node:crypto";
import process from "node:process";
import { publicExports } from "../../../support/publicExports.mjs";

/** Classes whose methods are those of a subclass in some versions, as an object of that shows them. */
const made = { crypto: { KeyObject: { prototype: createSecretKey(Buffer.alloc(1)) } } };
const roots = {};
const missing = [];
for (const each of process.argv[2].split(" ")) {
  const [module, name] = each.split(":");
  roots[module] ??= await publicExports(module).catch(() => ({}));
  const root = roots[module];
  const found = [root, made[module]].some(
    (from) => typeof name.split(".").reduce((value, part) => value?.[part], from) === "function",
  );
  if (!found) {
    missing.push(each);
  }
}
process.stdout.write(JSON.stringify(missing));
