import { lstatSync, readdirSync, readFileSync, type Stats } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { endpointSchema } from "../../shared/launch.ts";
import { isDead } from "./pidSpace.ts";
import { userNameOf } from "./userName.ts";

/** Folders and files that are looked at; a temporary folder may hold any number. */
const most = 200;

/** Another user of this machine who has, or may have, apps under Hitless. */
export interface OtherUser {
  /** The name, or `#1001` where it has none: both are what `sudo -u` takes. */
  readonly user: string;
  /** The names of the apps that run; absent where this user may not see them. */
  readonly apps?: readonly string[];
}

/** What other users run, as far as the system lets this one see: root all, others only that there is a runtime folder. */
export function otherUsers(): OtherUser[] {
  const { HITLESS_RUNTIME_DIR: given } = process.env;
  const own = process.getuid?.();
  if (own === undefined || (given !== undefined && given !== "")) {
    return [];
  }
  const found = new Map<number, string[] | undefined>();
  for (const folder of foldersOfUsers()) {
    const stats = statOf(folder);
    if (stats?.isDirectory() !== true || stats.uid === own || isNamedForAnother(folder, stats)) {
      continue;
    }
    const apps = appsIn(folder);
    const known = found.get(stats.uid);
    found.set(stats.uid, apps === undefined ? known : [...(known ?? []), ...apps]);
  }
  return [...found].flatMap(([uid, apps]): OtherUser[] => {
    const user = userNameOf(uid);
    return apps === undefined ? [{ user }] : apps.length === 0 ? [] : [{ user, apps: [...new Set(apps)] }];
  });
}

function foldersOfUsers(): string[] {
  const sessions = namesIn("/run/user").map((uid) => join("/run/user", uid, "hitless"));
  const units = namesIn("/run").filter((name) => name.startsWith("hitless-"));
  const temporary = namesIn(tmpdir()).filter((name) => /^hitless-\d+$/.test(name));
  return [
    ...sessions,
    ...units.map((name) => join("/run", name)),
    ...temporary.map((name) => join(tmpdir(), name)),
  ].slice(0, most);
}

/** `undefined` if it may not be read. */
function appsIn(folder: string): string[] | undefined {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return undefined;
  }
  return names
    .filter((name) => name.endsWith(".json"))
    .slice(0, most)
    .flatMap((name) => {
      try {
        const endpoint = v.parse(endpointSchema, JSON.parse(readFileSync(join(folder, name), "utf8")));
        return isDead(endpoint) ? [] : [endpoint.name];
      } catch {
        return [];
      }
    });
}

/** Anybody may make a `hitless-1001` in a temporary folder. */
function isNamedForAnother(folder: string, { uid }: Stats): boolean {
  const [, named] = /hitless-(\d+)$/.exec(folder) ?? [];
  return folder.startsWith(tmpdir()) && named !== String(uid);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}
