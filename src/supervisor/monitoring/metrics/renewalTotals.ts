import { outcomeNames } from "../../../shared/facts/reportFacts.ts";
import type { RenewalReport } from "../../../shared/report.ts";
import type { RenewalKind } from "../../../shared/snapshot.ts";
import type { MetricFamily, Sample } from "./metricFamily.ts";

/** Adds up the reports of all renewals since the supervisor started. */
export class RenewalTotals {
  readonly #outcomes = new Map<string, Sample & { value: number }>();
  readonly #durations = new Map<RenewalKind, { seconds: number; count: number }>();
  #failed = 0;
  #cut = 0;
  #handedOver = 0;
  #unknown = 0;

  add({ kind, outcome, durationMs, traffic }: RenewalReport): void {
    const key = `${kind} ${outcome}`;
    const counted = this.#outcomes.get(key) ?? { labels: { kind, outcome }, value: 0 };
    this.#outcomes.set(key, { ...counted, value: counted.value + 1 });
    const { seconds, count } = this.#durations.get(kind) ?? { seconds: 0, count: 0 };
    this.#durations.set(kind, { seconds: seconds + durationMs / 1_000, count: count + 1 });
    this.#failed += traffic?.failed ?? 0;
    this.#cut += traffic?.cut ?? 0;
    this.#handedOver += traffic?.handedOver ?? 0;
    const { inTransit = 0, crashed = 0, silent = 0 } = traffic ?? {};
    this.#unknown += traffic === undefined || inTransit + crashed + silent > 0 ? 1 : 0;
  }

  families(): MetricFamily[] {
    const counter = (name: string, help: string, samples: readonly Sample[]): MetricFamily => ({
      name,
      help,
      type: "counter",
      samples,
    });
    const words = Object.keys(outcomeNames).join(", ");
    return [
      counter("hitless_renewals_total", `Renewals by kind and outcome (${words})`, [...this.#outcomes.values()]),
      {
        name: "hitless_renewal_duration_seconds",
        help: "How long renewals took until the last old worker was gone",
        type: "summary",
        samples: [...this.#durations].flatMap(([kind, { seconds, count }]) => [
          { name: "hitless_renewal_duration_seconds_sum", labels: { kind }, value: seconds },
          { name: "hitless_renewal_duration_seconds_count", labels: { kind }, value: count },
        ]),
      },
      counter("hitless_renewal_requests_dropped_total", "Requests cut off by renewals, as far as they are known", [
        { value: this.#failed },
      ]),
      counter(
        "hitless_renewal_connections_cut_total",
        "Connections without a request cut off by renewals, as far as they are known",
        [{ value: this.#cut }],
      ),
      counter("hitless_renewal_connections_handed_over_total", "Connections that went on in another worker", [
        { value: this.#handedOver },
      ]),
      counter(
        "hitless_renewals_unknown_total",
        "Renewals of which it is not known whether they cut off more than counted",
        [{ value: this.#unknown }],
      ),
    ];
  }
}
