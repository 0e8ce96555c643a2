import { HitlessError, toHitlessError } from "../../../shared/errors.ts";

/** Something has failed, and what was done before it could not be undone. */
export class NotPutBackError extends HitlessError {}

/**
 * Does something that must be undone if it fails.
 * @param byHand What a person has to do if even that fails.
 * @throws What it threw; `NotPutBackError` if it could not be undone, with a line more that says so.
 */
export async function orPutBack<Result>(
  act: () => Promise<Result>,
  undo: () => Promise<void>,
  byHand: string,
): Promise<Result> {
  try {
    return await act();
  } catch (thrown) {
    const failure = toHitlessError(thrown);
    try {
      await undo();
    } catch (error) {
      const { message, detail } = toHitlessError(error);
      const { code, remedy, cause } = failure;
      throw new NotPutBackError(code, `${failure.message} ${byHand}`, {
        remedy,
        cause,
        detail: [...failure.detail, message, ...detail],
      });
    }
    throw failure;
  }
}
