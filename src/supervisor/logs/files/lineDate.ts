/** ISO 8601 with milliseconds and the offset of the local time. */
const isoPattern = "YYYY-MM-DDTHH:mm:ss.SSSZ";

/** Milliseconds for which a date is taken to be the same. */
const sameMs = 1;

/** Gives what stands in front of a line that comes now. */
export type LineDate = () => string;

/**
 * The date in front of lines, in local time, as with pm2: `2026-11-29 20:01:42: `.
 * @param pattern Of dayjs, which pm2 uses as well; `true`: ISO 8601.
 */
export async function createLineDate(pattern: string | boolean | undefined): Promise<LineDate | undefined> {
  if (pattern === undefined || pattern === false) {
    return undefined;
  }
  const [{ default: dayjs }, { default: advancedFormat }] = await Promise.all([
    import("dayjs"),
    import("dayjs/plugin/advancedFormat.js"),
  ]);
  dayjs.extend(advancedFormat);
  const form = pattern === true ? isoPattern : pattern;
  let at = Number.NEGATIVE_INFINITY;
  let text = "";
  return () => {
    const now = Date.now();
    if (Math.abs(now - at) >= sameMs) {
      at = now;
      text = `${dayjs(now).format(form)}: `;
    }
    return text;
  };
}
