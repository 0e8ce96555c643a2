import * as v from "valibot";
import { HitlessError } from "./errors.ts";

/**
 * Validates what came from the other side.
 * @throws HitlessError `badMessage`, which names the message and the field.
 */
export function parseMessage<Schema extends v.GenericSchema>(
  schema: Schema,
  name: string,
  input: unknown,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, input);
  if (result.success) {
    return result.output;
  }
  const [issue] = result.issues;
  const path = (issue.path ?? []).map(({ key }) => String(key)).join(".");
  throw new HitlessError("badMessage", `${name}${path === "" ? "" : `, field ${path}`}: ${issue.message}`);
}
