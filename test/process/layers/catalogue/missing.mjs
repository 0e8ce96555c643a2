// Tells which of the functions that its argument names (`module:name`, parted by spaces) this Node.js does not have.
import process from "node:process";
import { publicExports } from "../../../support/publicExports.mjs";

const roots = {};
const missing = [];
for (const each of process.argv[2].split(" ")) {
  const [module, name] = each.split(":");
  roots[module] ??= await publicExports(module).catch(() => ({}));
  const root = roots[module];
  const found = name.split(".").reduce((value, part) => value?.[part], root);
  if (typeof found !== "function") {
    missing.push(each);
  }
}
process.stdout.write(JSON.stringify(missing));
