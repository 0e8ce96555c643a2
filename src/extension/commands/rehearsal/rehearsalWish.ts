import * as v from "valibot";
import { planRehearsal } from "../../../client/rehearsal/rehearsalPlan.ts";
import { rehearsalKindSchema } from "../../../shared/rehearsal/rehearsalResult.ts";

/** What a person asks for. */
export const rehearsalWishSchema = v.object({
  kind: rehearsalKindSchema,
  /** Rehearsed as well, afterwards. */
  compare: v.optional(v.picklist(["reload", "gracefulReload", "restart"])),
  /** What is asked, as it is typed: `/products /health`, `POST /orders 30s`. */
  requests: v.string(),
});
export type RehearsalWish = v.InferOutput<typeof rehearsalWishSchema>;

export interface TypedRequests {
  readonly method: string;
  readonly paths: readonly string[];
  readonly seconds: number;
}

/** Any other word is a path that has lost its slash. */
const methods: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/**
 * Reads what somebody typed: paths, before them perhaps a method, and how long it takes.
 * @throws HitlessError `usage`, which names what is wrong and how it would be right.
 */
export function readRequests(typed: string): TypedRequests {
  const words = typed.split(/\s/).filter((word) => word !== "");
  const [first = ""] = words;
  const hasMethod = methods.has(first.toUpperCase());
  const rest = hasMethod ? words.slice(1) : words;
  const lengths = rest.filter((word) => /^\d{1,4}s$/.test(word));
  const { method, paths, seconds } = planRehearsal({
    ...(hasMethod && { method: first }),
    ...(lengths.length > 0 && { seconds: Number.parseInt(lengths.at(-1) ?? "", 10) }),
    paths: rest.filter((word) => !lengths.includes(word)),
  });
  return { method, paths, seconds };
}

const kindFlags = { reload: "reload", gracefulReload: "graceful-reload", restart: "restart" } as const;

/** The arguments of the command line. @param pid Of the supervisor. */
export function rehearsalArguments(pid: number, { kind, compare, requests }: RehearsalWish): string[] {
  const { method, paths, seconds } = readRequests(requests);
  return [
    "rehearse",
    String(pid),
    "--json",
    "--yes",
    ...(kind === "brokenBuild" ? ["--break"] : ["--kind", kindFlags[kind]]),
    ...(compare === undefined ? [] : ["--compare", kindFlags[compare]]),
    ...paths.flatMap((path) => ["--path", path]),
    ...["--method", method, "--seconds", String(seconds)],
  ];
}

const mayChange = (method: string): boolean => method !== "GET" && method !== "HEAD";

/** The method, if it may change something. */
export function changingMethod(requests: string): string | undefined {
  const { method } = readRequests(requests);
  return mayChange(method) ? method : undefined;
}
