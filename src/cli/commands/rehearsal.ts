import { readFile, stat, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import * as v from "valibot";
import type { SupervisorClient } from "../../client/connection/supervisorClient.ts";
import { rehearsalJunit } from "../../client/rehearsal/documents/rehearsalJunit.ts";
import { rehearsalMarkdown } from "../../client/rehearsal/documents/rehearsalMarkdown.ts";
import { rehearsalPage } from "../../client/rehearsal/documents/rehearsalPage.ts";
import { planRehearsal, type RehearsalWish, rehearsalBounds } from "../../client/rehearsal/rehearsalPlan.ts";
import { type RehearsalProgress, rehearse } from "../../client/rehearsal/rehearse.ts";
import { HitlessError, toHitlessError } from "../../shared/errors.ts";
import {
  type RehearsalKind,
  type RehearsalResult,
  rehearsalProtocolSchema,
  rehearsalResultSchema,
} from "../../shared/rehearsal/rehearsalResult.ts";
import { helpFlag, jsonFlag, type ParsedCommand } from "../arguments/commandSpec.ts";
import { fileToWrite } from "../arguments/fileToWrite.ts";
import { usageError } from "../arguments/parseCommand.ts";
import { wholeNumber } from "../arguments/wholeNumber.ts";
import { type CliContext, exitCodes } from "../cliContext.ts";
import { type Command, printJson, printLine } from "../command.ts";
import { connectToApp } from "../run/findApp.ts";
import { runInterruptible } from "../run/interruptible.ts";
import { rehearsalText } from "../show/rehearsalText.ts";
import { confirm } from "../terminal/confirm.ts";
import { printable } from "../terminal/units.ts";

const { connections, rate, seconds } = rehearsalBounds;

const kinds: Readonly<Record<string, RehearsalKind>> = {
  reload: "reload",
  "graceful-reload": "gracefulReload",
  restart: "restart",
};

const phases: Readonly<Record<RehearsalProgress["phase"], string>> = {
  asking: "asking each path once",
  before: "before the renewal",
  during: "the renewal runs",
  after: "after the renewal",
};

export const rehearseCommand: Command = {
  spec: {
    name: "rehearse",
    summary: "Renew the app under a load of strict clients, and tell what they saw",
    operands: [{ name: "NAME", what: "an app that runs on this machine (see: hitless list)" }],
    flags: [
      { name: "path", value: "/PATH", repeatable: true, help: "Ask for this; may be repeated (default /)" },
      { name: "method", value: "METHOD", help: "Default GET; another one than GET or HEAD may change data" },
      { name: "header", value: "NAME: VALUE", repeatable: true, help: "Send this header; may be repeated" },
      { name: "body", value: "TEXT", help: "Send this body; @FILE: what is in that file" },
      { name: "expect", value: "STATUS", help: "The only status that is right (default: any below 400)" },
      {
        name: "connections",
        value: "N",
        help: `At the same time (${connections.least} to ${connections.most}; default ${connections.usual})`,
      },
      {
        name: "rate",
        value: "N",
        help: `Requests a second of all together (${rate.least} to ${rate.most}; default: 10 for each connection)`,
      },
      {
        name: "seconds",
        value: "SECONDS",
        help: `Of load (${seconds.least} to ${seconds.most}; default ${seconds.usual}); goes on until the renewal is over`,
      },
      { name: "kind", value: "KIND", help: "reload (default), graceful-reload or restart" },
      {
        name: "break",
        help: "Reload to a build that can't start (a file of Hitless's own), to see that nobody notices",
      },
      { name: "compare", value: "KIND", help: "Rehearse that kind as well, afterwards, and show both" },
      { name: "earlier", value: "FILE", help: "Show this one beside it, which --json wrote (such as before a mend)" },
      { name: "protocol", value: "PROTOCOL", help: "http, https, h2, ws or sse (default: what the app speaks)" },
      { name: "address", value: "URL", help: "Ask there, if the app listens in several places" },
      {
        name: "max-p99-factor",
        value: "N",
        help: "Fail if the p99 during the renewal is more than N times that before",
      },
      { name: "html", value: "FILE", help: "Save the picture as a page" },
      { name: "markdown", value: "FILE", help: "Save it for a pull request" },
      { name: "junit", value: "FILE", help: "Save it for a CI system" },
      { name: "yes", short: "y", help: "Do not ask, also when the app looks like production" },
      jsonFlag,
      helpFlag,
    ],
    details: [
      "The app is renewed for real, and asked at its own address only. Nothing is retried, and every answer is read to its\n" +
        "end; the time of each counts from the moment at which it was due.",
      "Exits with 0 when no request failed, with 1 when one did, the renewal did not complete, or the p99 grew too far.",
      "On another machine, run it there: ssh web1 hitless rehearse api.",
      "Ctrl-C ends the load and cancels the renewal, if it still can be.",
    ],
    examples: [
      "hitless rehearse api",
      "hitless rehearse api --path /products --path /health --connections 100 --html rehearsal.html",
      "hitless rehearse api --break",
      "hitless rehearse api --compare restart",
      "hitless rehearse api --earlier before.json",
      "hitless rehearse api --max-p99-factor 5 --junit rehearsal.xml",
    ],
  },
  async run(context, parsed) {
    const wish = { ...wishOf(parsed), ...(await bodyOf(context, parsed)) };
    const earlier = await earlierOf(context, parsed);
    const wishes = [wish, ...comparison(parsed).map((kind) => ({ ...wish, kind }))];
    planRehearsal(wish);
    await checkFiles(context, parsed);
    const client = await connectToApp(context, parsed);
    try {
      if (!(parsed.has("yes") || (await mayRun(context, client, parsed)))) {
        return exitCodes.failed;
      }
      const results: RehearsalResult[] = [];
      try {
        for (const each of wishes) {
          const ended = await rehearseOne(context, client, each);
          if (ended.kind === "left") {
            return ended.exitCode;
          }
          results.push(ended.result);
        }
      } finally {
        // What was measured is told, though the rehearsal that it was to be compared with failed.
        if (results.length > 0) {
          await show(context, parsed, [...results, ...earlier]);
          await save(context, parsed, { own: results, earlier });
        }
      }
      // What it is compared with is not what is to be proven.
      return results[0]?.passed === true ? exitCodes.done : exitCodes.failed;
    } finally {
      client.dispose();
    }
  },
};

function wishOf(parsed: ParsedCommand): RehearsalWish {
  const text = (flag: string) => parsed.value(flag);
  const number = (flag: string) => {
    const written = text(flag);
    return written === undefined ? undefined : wholeNumber("rehearse", `--${flag}`, written, 1);
  };
  const factor = text("max-p99-factor");
  if (factor !== undefined && !/^\d{1,4}(?:\.\d{1,3})?$/.test(factor)) {
    throw usageError("rehearse", `--max-p99-factor must be a number such as 3 or 1.5, not "${factor}"`);
  }
  const protocol = rehearsalProtocolSchema.options.find((known) => known === text("protocol"));
  if (text("protocol") !== undefined && protocol === undefined) {
    const known = rehearsalProtocolSchema.options.join(", ");
    throw usageError("rehearse", `--protocol must be one of ${known}, not "${text("protocol")}"`);
  }
  if (parsed.has("break") && text("kind") !== undefined) {
    throw usageError("rehearse", "--break is a reload; leave --kind out");
  }
  const wish: { [Key in keyof RehearsalWish]: RehearsalWish[Key] | undefined } = {
    kind: parsed.has("break") ? "brokenBuild" : kindOf("kind", text("kind")),
    protocol,
    address: text("address"),
    paths: parsed.values("path"),
    method: text("method"),
    headers: headersOf(parsed.values("header")),
    connections: number("connections"),
    rate: number("rate"),
    seconds: number("seconds"),
    expect: number("expect"),
    maxP99Factor: factor === undefined ? undefined : Number(factor),
  };
  return Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== undefined));
}

/** Larger ones are no requests of the kind that a rehearsal sends a hundred times a second. */
const longestBody = 1_048_576;

async function bodyOf(context: CliContext, parsed: ParsedCommand): Promise<Pick<RehearsalWish, "body">> {
  const written = parsed.value("body");
  if (written?.startsWith("@") !== true) {
    return written === undefined ? {} : { body: written };
  }
  const bytes = await readSmall(context, "body", written.slice(1), longestBody);
  try {
    return { body: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    throw usageError("rehearse", `--body ${written}: the file must be text in UTF-8`);
  }
}

/** Reports of a long rehearsal have some hundred kilobytes. */
const longestEarlier = 33_554_432;

async function earlierOf(context: CliContext, parsed: ParsedCommand): Promise<RehearsalResult[]> {
  const written = parsed.value("earlier");
  if (written === undefined) {
    return [];
  }
  const bytes = await readSmall(context, "earlier", written, longestEarlier);
  const wrong = (): HitlessError =>
    usageError(
      "rehearse",
      `--earlier must be a file that "hitless rehearse NAME --json" of this version wrote, and ${written} is none`,
    );
  let told: unknown;
  try {
    told = JSON.parse(bytes.toString("utf8"));
  } catch {
    throw wrong();
  }
  // Of those of a comparison, the one that was to be proven.
  const { success, output } = v.safeParse(rehearsalResultSchema, Array.isArray(told) ? told[0] : told);
  if (!success) {
    throw wrong();
  }
  return [output];
}

async function readSmall(context: CliContext, flag: string, written: string, most: number): Promise<Buffer> {
  const file = resolve(context.cwd, written);
  try {
    const there = await stat(file);
    if (!there.isFile() || there.size > most) {
      const why = there.isFile() ? `must have at most ${most} bytes, and has ${there.size}` : "is no file";
      throw usageError("rehearse", `--${flag}: ${written} ${why}`);
    }
    return await readFile(file);
  } catch (error) {
    throw error instanceof HitlessError ? error : usageError("rehearse", `--${flag}: ${toHitlessError(error).message}`);
  }
}

function kindOf(flag: string, written: string | undefined): RehearsalKind | undefined {
  if (written === undefined) {
    return undefined;
  }
  const kind = Object.hasOwn(kinds, written) ? kinds[written] : undefined;
  if (kind === undefined) {
    throw usageError("rehearse", `--${flag} must be one of ${Object.keys(kinds).join(", ")}, not "${written}"`);
  }
  return kind;
}

function comparison(parsed: ParsedCommand): RehearsalKind[] {
  const kind = kindOf("compare", parsed.value("compare"));
  return kind === undefined ? [] : [kind];
}

function headersOf(written: readonly string[]): Record<string, string> {
  const headers = new Map<string, string>();
  for (const header of written) {
    const colon = header.indexOf(":");
    const name = header.slice(0, colon).trim().toLowerCase();
    if (colon < 1 || !/^[\w!#$%&'*+.^`|~-]+$/.test(name)) {
      throw usageError("rehearse", `--header must be like "authorization: Bearer …", not "${header}"`);
    }
    if (headers.has(name)) {
      throw usageError("rehearse", `--header ${name} is given twice; put all of it into one`);
    }
    headers.set(name, header.slice(colon + 1).trim());
  }
  return Object.fromEntries(headers);
}

/** Whether the person wants it, when the app's environment looks like production. */
async function mayRun(context: CliContext, client: SupervisorClient, parsed: ParsedCommand): Promise<boolean> {
  const signs = await productionSignsOf(client);
  if (signs.length === 0) {
    return true;
  }
  const named = signs.map(({ name, why }) =>
    why === "production" ? `${printable(name)} is "production"` : `${printable(name)} names another machine`,
  );
  const { name } = client.snapshot.app;
  const problem = `${name} looks like production: ${named.join(", ")}.`;
  if (parsed.has("json") || !context.stdout.isTerminal || process.stdin.isTTY !== true) {
    throw new HitlessError(
      "usage",
      `${problem} A rehearsal puts load on it and renews it; say --yes if that is meant.`,
    );
  }
  return confirm(context.stdout, `${problem} Put load on it and renew it?`);
}

async function productionSignsOf(client: SupervisorClient) {
  try {
    return (await client.request("app/productionSigns", {})).signs;
  } catch (error) {
    throw new HitlessError(
      toHitlessError(error).code,
      `The supervisor of ${client.snapshot.app.name} can't tell whether this is production (${toHitlessError(error).message}); say --yes to rehearse all the same.`,
    );
  }
}

function rehearseOne(context: CliContext, client: SupervisorClient, wish: RehearsalWish) {
  let phase = phases.asking;
  return runInterruptible(context, {
    request: (signal) =>
      rehearse(client, wish, {
        signal,
        onDidProgress: (progress) => {
          phase = phases[progress.phase];
        },
      }),
    progress: (cancelling) => `${cancelling ? "ending the rehearsal" : `rehearsing: ${phase}`}`,
  });
}

const documents = { html: rehearsalPage, markdown: rehearsalMarkdown, junit: rehearsalJunit };

/** Whether what is to be saved can be, which nobody wants to hear after the load only. */
async function checkFiles(context: CliContext, parsed: ParsedCommand): Promise<void> {
  const taken = new Map<string, string>();
  for (const flag of Object.keys(documents)) {
    const written = parsed.value(flag);
    if (written === undefined) {
      continue;
    }
    const file = await fileToWrite(context, { command: "rehearse", flag, written });
    const other = taken.get(file);
    if (other !== undefined) {
      throw usageError("rehearse", `--${flag} and --${other} name the same file, ${written}`);
    }
    taken.set(file, flag);
  }
}

async function save(
  context: CliContext,
  parsed: ParsedCommand,
  { own, earlier }: { readonly own: readonly RehearsalResult[]; readonly earlier: readonly RehearsalResult[] },
): Promise<void> {
  for (const [flag, write] of Object.entries(documents)) {
    const file = parsed.value(flag);
    if (file === undefined) {
      continue;
    }
    const path = resolve(context.cwd, file);
    try {
      // For a CI system an earlier one is no test of this run.
      await writeFile(path, write(flag === "junit" ? own : [...own, ...earlier]));
    } catch (error) {
      throw new HitlessError("usage", `--${flag} could not be written: ${toHitlessError(error).message}`);
    }
    if (!parsed.has("json")) {
      await printLine(context, `${context.stdout.paint("green", "✔")} saved as ${path}`);
    }
  }
}

async function show(context: CliContext, parsed: ParsedCommand, results: readonly RehearsalResult[]): Promise<void> {
  if (parsed.has("json")) {
    await printJson(context, results.length === 1 && parsed.value("compare") === undefined ? results[0] : results);
    return;
  }
  const { paint, columns } = context.stdout;
  const texts = results.map((result) => rehearsalText(result, { paint, columns, first: results[0] ?? result }));
  await printLine(context, texts.join("\n\n"));
}
