import * as v from "valibot";
import { ConnectionError, ErrorCodes, ResponseError } from "vscode-jsonrpc/node";
import { isPeerGone } from "../../shared/basics/peerGone.ts";
import { type ErrorData, type ErrorRemedy, errorCodes, HitlessError, toHitlessError } from "../../shared/errors.ts";

const remedies = [
  "showLog",
  "retry",
  "openSettings",
  "pickNode",
  "start",
  "none",
] as const satisfies readonly ErrorRemedy[];

const errorDataSchema = v.object({
  code: v.picklist(errorCodes),
  remedy: v.fallback(v.picklist(remedies), "none"),
  detail: v.fallback(v.array(v.string()), []),
}) satisfies v.GenericSchema<unknown, ErrorData>;

/** Codes that vscode-jsonrpc itself creates when the connection fails during a request. */
const neverSent: ReadonlySet<number> = new Set([ErrorCodes.MessageWriteError, ErrorCodes.PendingResponseRejected]);

/** The peer's error response, as the error it was on the other side. */
export function errorFromPeer(thrown: unknown): HitlessError {
  if (thrown instanceof ConnectionError || (thrown instanceof Error && isPeerGone(thrown))) {
    return new HitlessError("connectionLost", thrown.message, { cause: thrown });
  }
  if (!(thrown instanceof ResponseError)) {
    return toHitlessError(thrown);
  }
  const data = v.safeParse(errorDataSchema, thrown.data);
  if (!data.success) {
    return new HitlessError(neverSent.has(thrown.code) ? "connectionLost" : "internal", thrown.message, {
      cause: thrown,
    });
  }
  const { code, remedy, detail } = data.output;
  return new HitlessError(code, thrown.message, { remedy, detail, cause: thrown });
}
