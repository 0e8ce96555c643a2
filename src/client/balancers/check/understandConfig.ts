import { HitlessError } from "../../../shared/errors.ts";
import { ConfigSyntaxError } from "./configSyntaxError.ts";

/**
 * Reads a balancer's configuration.
 * @throws HitlessError `balancerFailed` in place of a `ConfigSyntaxError`.
 */
export function understandConfig<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof ConfigSyntaxError) {
      throw new HitlessError("balancerFailed", `The balancer's configuration can't be understood: ${error.message}.`, {
        cause: error,
      });
    }
    throw error;
  }
}
