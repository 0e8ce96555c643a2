import type {
  RehearsalFinding,
  RehearsalKind,
  RehearsalMark,
  RehearsalResult,
} from "../../../shared/rehearsal/rehearsalResult.ts";
import { t as english } from "../../../shared/translate.ts";

type Translate = (text: string, ...args: (string | number)[]) => string;

/** In which language a rehearsal is told. */
export interface RehearsalWords {
  /** BCP 47. */
  readonly language: string;
  /** Of what the documents say themselves. */
  readonly t: Translate;
  /** Of what the rehearsal has found: whole sentences in English. */
  readonly sentence: (text: string) => string;
}

export const englishWords: RehearsalWords = { language: "en", t: english, sentence: (text) => text };

/** Milliseconds up to which an answer seems to come at once; a p99 that grew by more is what people notice. */
const atOnceMs = 100;

/**
 * What all of it comes to: only where nothing was lost, reopened or late could nobody have noticed, and only where
 * something was lost is it known that somebody would have.
 */
export function verdictOf(
  { passed, protocol, failed, reopened, refused, before, during }: RehearsalResult,
  t: Translate = english,
): { readonly level: RehearsalFinding["level"]; readonly text: string } {
  if (!passed) {
    return { level: "bad", text: failed > 0 ? t("somebody would have noticed") : t("not passed") };
  }
  const isLate =
    before.p99 === undefined || during.p99 === undefined
      ? // Event streams that were kept are not asked for again; else nobody knows how late answers were.
        protocol !== "sse"
      : during.p99 - before.p99 > atOnceMs;
  return reopened + refused === 0 && !isLate
    ? { level: "good", text: t("nobody would have noticed") }
    : { level: "warning", text: t("nothing was lost") };
}

/** `reload of api`. */
export function renewalOf(kind: RehearsalKind, app: string, t: Translate = english): string {
  return {
    reload: t("reload of {0}", app),
    gracefulReload: t("graceful reload of {0}", app),
    restart: t("restart of {0}", app),
    brokenBuild: t("reload to a build that can't start of {0}", app),
  }[kind];
}

/** The same, told apart from `first` if it is of an earlier time, such as before something was mended. */
export function headingOf(
  { kind, app, startedAt }: Pick<RehearsalResult, "kind" | "app" | "startedAt">,
  first: Pick<RehearsalResult, "startedAt">,
  t: Translate = english,
): string {
  const renewal = renewalOf(kind, app, t);
  return startedAt < first.startedAt ? t("{0}, earlier", renewal) : renewal;
}

export function markWord(mark: RehearsalMark, t: Translate = english): string {
  return {
    ordered: t("ordered"),
    firstReady: t("first new worker ready"),
    ready: t("all ready"),
    draining: t("old ones drain"),
    done: t("done"),
  }[mark];
}

/** `3.2 ms`, `45 ms`, `1.3 s`; a dash where nothing is known. */
export function timeWords(ms: number | undefined): string {
  if (ms === undefined) {
    return "–";
  }
  if (ms < 10) {
    return `${ms.toFixed(1)} ms`;
  }
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}
