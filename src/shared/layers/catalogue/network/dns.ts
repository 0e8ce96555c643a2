import type { CatalogueEntry } from "../../entry.ts";
import type { Operation } from "../operations.ts";
import { entriesOf } from "../rows.ts";

/** The c-ares query functions, and the parameters before the callback. */
const questions = [
  ["resolve", "hostname-rrtype"],
  ["resolve4", "hostname-options"],
  ["resolve6", "hostname-options"],
  ["resolveAny", "hostname"],
  ["resolveCaa", "hostname"],
  ["resolveCname", "hostname"],
  ["resolveMx", "hostname"],
  ["resolveNaptr", "hostname"],
  ["resolveNs", "hostname"],
  ["resolvePtr", "hostname"],
  ["resolveSoa", "hostname"],
  ["resolveSrv", "hostname"],
  ["resolveTxt", "hostname"],
] as const;

/** Looks into the hosts file first. */
const byAddress = [["reverse", "ip"]] as const;

const newQuestions = [["resolveTlsa", "hostname"]] as const;

export const dnsEntries: readonly CatalogueEntry[] = [...entriesOfModule("dns"), ...entriesOfModule("dns/promises")];

/** `dns/promises` has the same functions without callbacks. */
function entriesOfModule(module: "dns" | "dns/promises"): CatalogueEntry[] {
  const end = module === "dns" ? "-callback" : "";
  const operations = ["socket", "connectDatagram", "query", "poll", "receiveAnswer"] as const;
  const asking = (
    asked: typeof questions | typeof newQuestions | typeof byAddress,
    since?: number,
    first: readonly Operation[] = [],
  ) =>
    entriesOf(
      [module, "cares_wrap", "ares", "eventLoop"],
      asked.flatMap(([name, parameters]) => [
        [name, `${parameters}${end}`],
        // The documentation describes those of a resolver together.
        [`Resolver#${name}`, null],
      ]),
      { operations: [...first, ...operations], ...(since === undefined ? {} : { since }) },
    );
  return [
    ...entriesOf(
      [module, "cares_wrap", "uv", "threadPool"],
      [
        ["lookup", `hostname-options${end}`, "addressOf"],
        ["lookupService", `address-port${end}`, "nameOf"],
      ],
    ),
    ...asking(questions),
    ...asking(byAddress, undefined, ["checkHosts", "readWhole"]),
    ...asking(newQuestions, 22),
    ...entriesOf(
      [module, "cares_wrap", "ares", "synchronous"],
      [
        ["Resolver#cancel", module === "dns" ? "" : null],
        ["getServers", ""],
        ["setServers", "servers", "readWhole"],
        ["Resolver", "#resolveroptions", "readWhole"],
        ["Resolver#setLocalAddress", module === "dns" ? "ipv4-ipv6" : null],
      ],
    ),
  ];
}
