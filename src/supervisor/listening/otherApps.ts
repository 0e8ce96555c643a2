import type { Endpoint } from "../../shared/launch.ts";
import { otherEndpoints } from "../control/otherEndpoints.ts";
import { listListening } from "./listenHolder.ts";

/**
 * Says which other app of this user's Hitless holds a port. Only for messages to the user about a failure: it searches the
 * descriptors of every supervisor, which listens for its workers, and of all that it has started.
 * @param folder Where supervisors write their endpoint files.
 * @param done Called with the sentences, or `undefined` if it is none of them.
 */
export function describeOtherApp(port: number, folder: string, done: (text: string | undefined) => void): void {
  search(port, otherEndpoints(folder), done);
}

function search(port: number, [first, ...others]: readonly Endpoint[], done: (text: string | undefined) => void): void {
  if (first === undefined) {
    done(undefined);
    return;
  }
  const { pid, name, root } = first;
  listListening(pid, (found) => {
    if (found.some((listening) => listening.port === port)) {
      done(
        `Port ${port} is held by the app "${name}", which Hitless runs in ${root}. Stop that one (hitless stop ${name}) or choose another port.`,
      );
    } else {
      search(port, others, done);
    }
  });
}
