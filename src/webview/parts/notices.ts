import type { FailurePlace, PanelStatus } from "../../shared/layers/panelMessages.ts";
import { workerLabel } from "../../shared/text/workerName.ts";
import { t } from "../../shared/translate.ts";
import { button, createList, h, type Piece, setAttribute, setText } from "../dom.ts";
import type { PageContext, PageData, Part } from "../page.ts";

interface Notice {
  readonly id: string;
  readonly tone: "plain" | "busy" | "error";
  readonly title: string;
  readonly text: string;
  readonly actions: readonly { readonly title: string; readonly run: () => void }[];
}

/** Called by a notice to show what differs between two workers. */
export type ShowChanges = (left: number, right: number) => void;

/** The notices at the top: why there is nothing to see, what failed, that a worker was replaced. */
export function createNotices(context: PageContext, showChanges: ShowChanges): Part {
  const element = h("div", { class: "notices" });
  const list = createList<Notice>(element, ({ id, title, text }) => `${id} ${title} ${text}`, createNotice);
  return {
    element,
    update(data) {
      const hadFocus = element.contains(document.activeElement);
      list([
        ...statusNotices(data, context),
        ...failureNotices(data, context),
        ...replacedNotices(data, context, showChanges),
      ]);
      // The notice that had the focus is gone: Tab continues from here.
      if (hadFocus && !element.contains(document.activeElement)) {
        (element.querySelector("button") ?? element.closest("main"))?.focus({ preventScroll: true });
      }
    },
  };
}

function createNotice({ id, tone, actions }: Notice): Piece<Notice> {
  const title = h("strong");
  const text = h("span");
  // A failure is read out at once; everything else can wait.
  const role = tone === "error" ? "alert" : undefined;
  const buttons = actions.map((action) => button(action.title, action.run));
  const element = h(
    "div",
    { class: "notice", "data-tone": tone, "data-notice": id, role },
    h("p", {}, title, " ", text),
    ...buttons,
  );
  return {
    element,
    update(notice) {
      setText(title, notice.title);
      setText(text, notice.text);
      setAttribute(element, "data-tone", notice.tone);
    },
  };
}

function statusNotices({ app, facts }: PageData, { send }: PageContext): Notice[] {
  const status = app?.status ?? "searching";
  const start = { title: t("Start"), run: () => send({ type: "start" }) };
  const id = "status";
  switch (status) {
    case "searching":
      return [{ id, tone: "busy", title: t("Looking for apps …"), text: "", actions: [] }];
    case "noApp":
      return [
        {
          id,
          tone: "plain",
          title: t("No app was found in this workspace."),
          text: t("You can still trace a call."),
          actions: [],
        },
      ];
    case "stopped": {
      const text =
        app?.problem ?? (facts === undefined ? t("Start it to see its layers.") : t("The last known data is below."));
      return [
        {
          id,
          tone: app?.problem === undefined ? "plain" : "error",
          title: t("The app is not running."),
          text,
          actions: [start],
        },
      ];
    }
    default:
      return waitingNotices(status, facts !== undefined);
  }
}

function waitingNotices(status: PanelStatus, hasFacts: boolean): Notice[] {
  const id = "status";
  if (status === "starting") {
    return [{ id, tone: "busy", title: t("The app is starting …"), text: t("No worker is ready yet."), actions: [] }];
  }
  if (status === "stopping") {
    return [{ id, tone: "busy", title: t("The app is stopping …"), text: "", actions: [] }];
  }
  return hasFacts ? [] : [{ id, tone: "busy", title: t("Asking the worker …"), text: "", actions: [] }];
}

function failureNotices({ failures, app, facts }: PageData, { send, dismiss }: PageContext): Notice[] {
  const isRunning = app?.status === "running";
  return [...failures]
    .filter(([place]) => isRunning || !(place === "facts" || place === "pulse"))
    .filter(([place, message]) => !(place === "pulse" && failures.get("facts") === message && facts === undefined))
    .map(([place, message]): Notice => {
      const canRetry = place === "facts" || place === "pulse";
      const retry = { title: t("Retry"), run: () => send({ type: "retry" }) };
      const close = { title: t("Dismiss"), run: () => dismiss(place) };
      return {
        id: place,
        tone: "error",
        title: failureTitle(place),
        text: message,
        actions: [canRetry ? retry : close],
      };
    });
}

function failureTitle(place: FailurePlace): string {
  return {
    facts: t("The worker's facts could not be read."),
    pulse: t("The worker does not answer."),
    sample: t("The sample failed."),
    comparison: t("The workers could not be compared."),
    source: t("The file could not be opened."),
    report: t("The report could not be made."),
  }[place];
}

function replacedNotices({ replaced }: PageData, { dismiss }: PageContext, showChanges: ShowChanges): Notice[] {
  if (replaced === undefined) {
    return [];
  }
  const { from, to } = replaced;
  const text =
    from.generation === to.generation
      ? t("Worker {0} has ended; worker {1} took its place.", workerLabel(from, t), workerLabel(to, t))
      : t(
          "Generation {0} has taken over: worker {1} follows worker {2}.",
          to.generation,
          workerLabel(to, t),
          workerLabel(from, t),
        );
  const changes = () => {
    showChanges(from.id, to.id);
    dismiss("replaced");
  };
  return [
    {
      id: "replaced",
      tone: "plain",
      title: t("The worker was replaced."),
      text,
      actions: [
        { title: t("What changed?"), run: changes },
        { title: t("Dismiss"), run: () => dismiss("replaced") },
      ],
    },
  ];
}
