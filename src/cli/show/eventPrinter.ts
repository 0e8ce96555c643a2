import type { SupervisorClient } from "../../client/connection/supervisorClient.ts";
import type { EventLevel, SupervisorEvent } from "../../shared/logs.ts";
import type { Output } from "../terminal/output.ts";
import { plain, type Style } from "../terminal/paint.ts";
import { factLines } from "./reportLines.ts";

const levelStyles: Readonly<Record<EventLevel, Style>> = { info: "dim", warning: "yellow", error: "red" };

/** Prints what the supervisor does, each a line that begins with `hitless `; from its start on, nothing twice. */
export async function printEvents(client: SupervisorClient, output: Output): Promise<void> {
  let printed = 0;
  let caughtUp = false;
  const meanwhile: SupervisorEvent[] = [];
  const print = (event: SupervisorEvent) => {
    if (event.sequence > printed) {
      printed = event.sequence;
      void output.write(hitlessLine(output, event.message, levelStyles[event.level]));
    }
  };
  client.onDidEvent((event) => {
    if (caughtUp) {
      print(event);
    } else {
      meanwhile.push(event);
    }
  });
  client.onDidReport((report) => {
    for (const line of factLines(report, plain)) {
      void output.write(hitlessLine(output, line));
    }
  });
  const { events } = await client.request("app/events", {});
  for (const event of [...events, ...meanwhile]) {
    print(event);
  }
  caughtUp = true;
}

/** A line of Hitless's own among those of the app. */
export function hitlessLine(output: Output, message: string, style: Style = "dim"): string {
  const text = output.paint(style, message);
  return `${output.paint("dim", "hitless")} ${text}\n`;
}
