import { replayEvents } from "../../client/connection/replayEvents.ts";
import type { SupervisorClient } from "../../client/connection/supervisorClient.ts";
import type { EventLevel, SupervisorEvent } from "../../shared/logs.ts";
import type { Output } from "../terminal/output.ts";
import { plain, type Style } from "../terminal/paint.ts";
import { detailLines } from "./reportLines.ts";

const levelStyles: Readonly<Record<EventLevel, Style>> = { info: "dim", warning: "yellow", error: "red" };

/**
 * Prints the supervisor's events since its start, each once, as a line that begins with `hitless `. Resolves when the
 * events so far are printed.
 */
export function printEvents(client: SupervisorClient, output: Output): Promise<void> {
  client.onDidReport((report) => {
    for (const line of detailLines(report, plain).filter((text) => text !== "")) {
      void output.write(hitlessLine(output, line));
    }
  });
  const print = ({ message, level }: SupervisorEvent) =>
    void output.write(hitlessLine(output, message, levelStyles[level]));
  return replayEvents(client, print).caughtUp;
}

/** A line of Hitless's own among those of the app. */
export function hitlessLine(output: Output, message: string, style: Style = "dim"): string {
  const text = output.paint(style, message);
  return `${output.paint("dim", "hitless")} ${text}\n`;
}
