import { isBuiltin } from "node:module";
import type { Facts } from "../moduleFacts.ts";

/** Words in the names of files and packages that end an app: `./graceful-shutdown.js`, `@godaddy/terminus`. */
const ending =
  /^(?:shut|grac|signals?$|lifecycle|terminat|terminus|exit|stop|stoppable|clos(?:e|es|ing|er)$|lightship|death)/i;

/** Whether a package ends the app when it is told to, by listeners of its own: `app.enableShutdownHooks()` of Nest, terminus. */
export function endsByPackage({ modules, calls }: Facts): boolean {
  const packages = new Set([...modules].filter((name) => !name.startsWith(".")));
  return endsElsewhere({ modules: packages }) || calls.some(({ method }) => method === "enableShutdownHooks");
}

/** Whether an imported file or package may well be what ends the app. */
export function endsElsewhere({ modules }: Pick<Facts, "modules">): boolean {
  return [...modules].some((name) => {
    const isOwn = name.startsWith(".");
    if (isBuiltin(name) || name === "graceful-fs" || name === "@nestjs/terminus") {
      return false;
    }
    const words = name.split(/[^A-Za-z]+|(?<=[a-z])(?=[A-Z])/);
    return words.some((word) => ending.test(word) || (isOwn && /^process$/i.test(word)));
  });
}
