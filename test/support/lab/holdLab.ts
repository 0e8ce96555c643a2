// Opens a lab, says which namespaces of processes it is made of, and waits to be ended.
import { readlinkSync } from "node:fs";
import { openLab } from "./lab.ts";

const { laptop, machines, nginx, haproxy } = await openLab({ withoutApp: true });
const spaces = [laptop, ...machines, nginx, haproxy].map(({ pid }) => readlinkSync(`/proc/${pid}/ns/pid`));
process.stdout.write(`${JSON.stringify(spaces)}\n`);
// Whoever holds the other end of stdin may die before it ends us.
process.stdin.resume().once("end", () => process.exit());
