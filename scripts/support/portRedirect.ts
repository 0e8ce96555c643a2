import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** Answers `/PORT/path` with a redirect to `path` at that port of this machine. */
export interface PortRedirect {
  /** With `{{port}}` for the port, as the embedded workbench wants it in `VSCODE_PROXY_URI`. */
  readonly template: string;
  stop(): void;
}

/**
 * The embedded workbench opens an app's address through a proxy that it does not have itself: `Open in Browser` would end at
 * "Not found". The person's browser runs on this machine, so a redirect is enough.
 */
export async function startPortRedirect(): Promise<PortRedirect> {
  const server = createServer((request, response) => {
    const [, port, path] = /^\/(\d{1,5})(\/.*)?$/.exec(request.url ?? "") ?? [];
    if (port === undefined) {
      response.writeHead(404).end("Not found");
    } else {
      response.writeHead(302, { location: `http://127.0.0.1:${port}${path ?? "/"}` }).end();
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    template: `http://127.0.0.1:${port}/{{port}}/`,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
