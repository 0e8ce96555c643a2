import type { Disposable } from "../../shared/basics/disposable.ts";
import { HitlessError, toHitlessError } from "../../shared/errors.ts";
import type { RecipeOrigin } from "../../shared/launch.ts";
import type { RenewalReport } from "../../shared/report.ts";
import type { SupervisorClient } from "./supervisorClient.ts";

export interface UpgradeWish {
  /** Absolute path and `process.version`; `undefined`: the one that runs. */
  readonly node: { readonly path: string; readonly version: string } | undefined;
  /** Absolute path of the supervisor's bundle. */
  readonly supervisorFile: string;
  /** Version of Hitless that it belongs to. */
  readonly version: string;
  /** What the app is made of from now on; absent: as before, with what its files say now. */
  readonly origin?: RecipeOrigin;
}

/**
 * Renews the supervisor of an app. The old one answers; should it die first, the new one reports.
 * @throws HitlessError `invalidState`, `supervisorFailed`, or `connectionLost` if no supervisor is left.
 */
export async function requestUpgrade(
  client: SupervisorClient,
  { node, ...rest }: UpgradeWish,
  signal: AbortSignal,
): Promise<RenewalReport> {
  const program = node === undefined ? {} : { node: { path: node.path, version: node.version } };
  const listening: Disposable[] = [];
  const reported = new Promise<RenewalReport>((resolve, reject) => {
    const lose = () => {
      const { name } = client.endpoint;
      reject(new HitlessError("connectionLost", `The connection to the supervisor of "${name}" was closed.`));
    };
    listening.push(
      client.onDidReport((report) => {
        if (report.supervisor !== undefined) {
          resolve(report);
        }
      }),
      client.onDidClose(lose),
    );
  });
  reported.catch(() => undefined);
  try {
    return await client.request("app/upgrade", { ...program, ...rest }, { signal });
  } catch (error) {
    if (client.closed || toHitlessError(error).code !== "connectionLost") {
      throw error;
    }
    return await reported;
  } finally {
    for (const one of listening) {
      one.dispose();
    }
  }
}
