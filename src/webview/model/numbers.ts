/** Formats numbers in the user's language. */
export interface Numbers {
  count(value: number): string;
  /** A share of 0 to 1 with one decimal. */
  percent(share: number): string;
  bytes(value: number): string;
  milliseconds(value: number): string;
  /** With at most one decimal, and none from 100 on. */
  decimal(value: number): string;
  time(epochMs: number): string;
}

const units = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

export function createNumbers(language: string): Numbers {
  const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
  const one = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const upToOne = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  return {
    count: (value) => whole.format(value),
    percent: (share) => `${one.format(share * 100)}\u00a0%`,
    bytes(value) {
      const steps = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(value) / 10));
      const scaled = value / 1_024 ** steps;
      return `${(steps === 0 || scaled >= 100 ? whole : one).format(scaled)}\u00a0${units[steps]}`;
    },
    milliseconds: (value) => `${(value >= 100 ? whole : one).format(value)}\u00a0ms`,
    decimal: (value) => (value >= 100 ? whole : upToOne).format(value),
    time: (epochMs) => clock.format(epochMs),
  };
}
