import { isBuiltin } from "node:module";
import type { Facts } from "../moduleFacts.ts";

/** Words in the names of files and packages that end an app: `./graceful-shutdown.js`, `@godaddy/terminus`. */
const ending =
  /^(?:shut|grac|signals?$|lifecycle|terminat|terminus|exit|stop|stoppable|clos(?:e|es|ing|er)$|lightship|death)/i;

/** Whether an imported file or package may well be what ends the app. */
export function endsElsewhere({ modules }: Facts): boolean {
  return [...modules].some((name) => {
    const isOwn = name.startsWith(".");
    if (isBuiltin(name) || name === "graceful-fs") {
      return false;
    }
    const words = name.split(/[^A-Za-z]+|(?<=[a-z])(?=[A-Z])/);
    return words.some((word) => ending.test(word) || (isOwn && /^process$/i.test(word)));
  });
}
