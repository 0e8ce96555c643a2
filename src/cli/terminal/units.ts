import { count } from "../../shared/text/count.ts";

export { count };

/** `7 ms`, `1.2 s`, `3m 12s`, `2h 5m`, `4d 3h`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1_000) {
    return `${Math.round(milliseconds)} ms`;
  }
  // Tenths are rounded first: 9.96 s is ten seconds, not "10.0 s".
  const tenths = Math.round(milliseconds / 100) / 10;
  if (tenths < 10) {
    return `${tenths.toFixed(1)} s`;
  }
  const seconds = Math.round(milliseconds / 1_000);
  if (seconds < 60) {
    return `${seconds} s`;
  }
  const units = [
    [86_400, "d", 3_600, "h"],
    [3_600, "h", 60, "m"],
    [60, "m", 1, "s"],
  ] as const;
  const [large, largeName, small, smallName] = units.find(([unit]) => seconds >= unit) ?? units[2];
  const rest = Math.floor((seconds % large) / small);
  return `${Math.floor(seconds / large)}${largeName}${rest === 0 ? "" : ` ${rest}${smallName}`}`;
}

/** `512 bytes`, `12 KiB`, `3.4 MiB`, `1.2 GiB`. */
export function byteCount(bytes: number): string {
  if (bytes < 1_024) {
    return count(bytes, "byte");
  }
  const kibibytes = Math.round(bytes / 1_024);
  if (kibibytes < 1_024) {
    return `${kibibytes} KiB`;
  }
  const mebibytes = bytes / 1_048_576;
  return mebibytes < 1_023.95 ? `${mebibytes.toFixed(1)} MiB` : `${(mebibytes / 1_024).toFixed(1)} GiB`;
}

/** `2026-01-31 09:05:07`, in local time. */
export function localTime(epochMs: number): string {
  const date = new Date(epochMs);
  const two = (number: number) => String(number).padStart(2, "0");
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":")}`;
}

/** A text of a client or an app without what a terminal would interpret (control and direction characters). */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, "\ufffd");
}
