import { CancellationTokenSource, Range, Uri, window, workspace } from "vscode";
import { HitlessError } from "../../../shared/errors.ts";
import type { RouteAnswer } from "../../../shared/language.ts";
import { viewIds } from "../../ids.ts";
import { languageSetting } from "../../platform/settings.ts";
import { chooseApp } from "../target/chooseApp.ts";
import type { CommandContext } from "../target/commandContext.ts";
import type { CommandTarget } from "../target/commandTarget.ts";

/** Milliseconds for which a route is looked for. */
const mostMs = 15_000;

/** The look that is under way: a click on another request ends it. */
let before: CancellationTokenSource | undefined;

/** Opens the code that answers a request, or says that it is not known. */
export async function goToRoute(context: CommandContext, target: CommandTarget): Promise<void> {
  const { t, language } = context;
  const { request } = target;
  const session = request && (await chooseApp(context, target, { suits: () => true, placeHolder: "" }));
  if (request === undefined || session === undefined) {
    return;
  }
  before?.cancel();
  const source = new CancellationTokenSource();
  before = source;
  const deadline = setTimeout(() => source.cancel(), mostMs);
  const question = { app: session.key, ...request };
  const answer = await window
    .withProgress({ location: { viewId: viewIds.requests } }, () => language.routes(question, source.token))
    .then(
      (found) => found,
      (error: unknown) => {
        if (!source.token.isCancellationRequested) {
          throw error;
        }
      },
    );
  clearTimeout(deadline);
  if (before !== source) {
    return;
  }
  const place = answer && (await choose(context, answer, request));
  if (place !== undefined) {
    const { start, end } = place.range;
    const selection = new Range(start.line, start.character, end.line, end.character);
    await window.showTextDocument(Uri.parse(place.uri, true), { selection });
  } else if (answer === undefined || answer.routes.length === 0) {
    const what = `${request.method} ${request.path}`;
    const why = !languageSetting()
      ? t("The setting hitless.language.enabled is off.")
      : source.token.isCancellationRequested
        ? t("The search took too long.")
        : answer?.files === 0
          ? t("No source of it could be read.")
          : "";
    const text = [t("It is not known which code of “{0}” answers {1}.", session.name, what), why].join(" ").trim();
    throw new HitlessError("invalidState", text, { remedy: "none" });
  }
}

type Place = RouteAnswer["routes"][number];

/** The only route; one of several, or one of which the beginning of the path is not known, is shown first. */
async function choose(
  { t }: CommandContext,
  { routes }: RouteAnswer,
  { method, path }: NonNullable<CommandTarget["request"]>,
): Promise<Place | undefined> {
  const [first, second] = routes;
  if (first === undefined || (second === undefined && first.isCertain)) {
    return first;
  }
  const picked = await window.showQuickPick(
    routes.map((route) => ({
      label: route.text,
      description: `${workspace.asRelativePath(Uri.parse(route.uri, true))}:${route.range.start.line + 1}`,
      ...(!route.isCertain && { detail: t("What stands before this path is not known.") }),
      route,
    })),
    { placeHolder: t("Which of these answers {0}?", `${method} ${path}`), matchOnDescription: true },
  );
  return picked?.route;
}
