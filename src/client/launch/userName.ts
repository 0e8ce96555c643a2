import { readFileSync } from "node:fs";

/** The name of a user, or `#1001`. */
export function userNameOf(uid: number): string {
  try {
    const fields = readFileSync("/etc/passwd", "utf8")
      .split("\n")
      .map((line) => line.split(":"));
    const name = fields.find(([, , id]) => id === String(uid))?.[0] ?? "";
    return /^[\w.@-]+$/.test(name) ? name : `#${uid}`;
  } catch {
    return `#${uid}`;
  }
}
