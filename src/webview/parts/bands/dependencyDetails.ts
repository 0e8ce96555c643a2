import type { LayerFacts, LayerPulse } from "../../../shared/layers/facts.ts";
import { t } from "../../../shared/translate.ts";
import { h } from "../../dom.ts";
import { purposeOf } from "../../model/purposes.ts";
import type { PageContext, PageData, Part } from "../../page.ts";
import { createFactList } from "../factList.ts";
import { createDataTable } from "../table/dataTable.ts";

type Version = LayerFacts["dependencies"]["versions"][number];
type Space = LayerPulse["v8"]["spaces"][number];
type Active = LayerPulse["uv"]["active"][number];

/** What each library is and does now: V8's heap, libuv's loop, and the versions of all. */
export function createDependencyDetails(context: PageContext): Part {
  const { count, bytes, milliseconds } = context.numbers;
  let shown: Pick<PageData, "facts" | "pulse"> = { facts: undefined, pulse: undefined };
  const facts = createFactList();
  const spaces = createDataTable<Space>({
    title: t("V8's heap"),
    columns: [
      {
        id: "name",
        title: t("Space"),
        cell: ({ name }) => name.replaceAll("_", " "),
        order: ({ name }) => name,
      },
      { id: "used", title: t("Used"), numeric: true, cell: ({ used }) => bytes(used), order: ({ used }) => used },
      { id: "size", title: t("Size"), numeric: true, cell: ({ size }) => bytes(size), order: ({ size }) => size },
    ],
    keyOf: ({ name }) => name,
    sortedBy: { id: "used", descending: true },
    empty: t("Nothing is known yet."),
    count,
  });
  const active = createDataTable<Active>({
    title: t("libuv's open handles and requests"),
    columns: [
      { id: "type", title: t("Type"), cell: ({ type }) => type, order: ({ type }) => type },
      {
        id: "count",
        title: t("Count"),
        width: 72,
        numeric: true,
        cell: (each) => count(each.count),
        order: (each) => each.count,
      },
    ],
    keyOf: ({ type }) => type,
    sortedBy: { id: "count", descending: true },
    filterText: ({ type }) => type,
    empty: t("None is open."),
    count,
  });
  const versions = createDataTable<Version>({
    title: t("Versions"),
    columns: [
      { id: "name", title: t("Name"), width: 132, cell: ({ name }) => name, order: ({ name }) => name },
      {
        id: "version",
        title: t("Version"),
        width: 160,
        cell: ({ version }) => version,
        order: ({ version }) => version,
      },
      {
        id: "purpose",
        title: t("What it is for"),
        cell: ({ name }) => purposeOf(name),
        order: ({ name }) => purposeOf(name),
      },
    ],
    keyOf: ({ name }) => name,
    sortedBy: { id: "name", descending: false },
    filterText: ({ name, version }) => `${name} ${version} ${purposeOf(name)}`,
    empty: t("Nothing is known yet."),
    count,
  });
  const update = ({ facts: known, pulse }: Pick<PageData, "facts" | "pulse">) => {
    const dependencies = known?.dependencies;
    facts.update([
      ...(pulse === undefined
        ? []
        : [
            { id: "gc", label: t("Collections"), value: collectionWords(pulse, milliseconds) },
            { id: "external", label: t("Outside of the heap"), value: bytes(pulse.v8.external) },
            ...(pulse.uv.iterations === undefined
              ? []
              : [{ id: "iterations", label: t("Turns of the loop"), value: count(pulse.uv.iterations) }]),
            ...(pulse.uv.delayP50 === undefined
              ? []
              : [{ id: "p50", label: t("Loop delay p50"), value: milliseconds(pulse.uv.delayP50) }]),
            ...(pulse.openssl.tlsSockets === undefined
              ? []
              : [{ id: "tls", label: t("TLS connections to its servers"), value: count(pulse.openssl.tlsSockets) }]),
            ...(pulse.openssl.sessions === undefined
              ? []
              : [
                  { id: "sessions", label: t("TLS sessions seen"), value: sessionWords(pulse.openssl.sessions, count) },
                ]),
          ]),
      ...(dependencies === undefined
        ? []
        : [
            {
              id: "pool",
              label: t("Thread pool"),
              value: t("{0} threads (UV_THREADPOOL_SIZE)", count(dependencies.threadPoolSize)),
            },
            { id: "fips", label: t("OpenSSL FIPS"), value: dependencies.fips ? t("on") : t("off") },
            { id: "ciphers", label: t("TLS ciphers"), value: count(dependencies.ciphers) },
            {
              id: "resolvers",
              label: t("DNS servers (c-ares)"),
              value: dependencies.resolvers.join(", ") || t("None"),
            },
          ]),
    ]);
  };
  return {
    element: h("div", { class: "details-grid" }, facts.element, spaces.element, active.element, versions.element),
    update({ facts: known, pulse }) {
      if (known === shown.facts && pulse === shown.pulse) {
        return;
      }
      update({ facts: known, pulse });
      if (known !== shown.facts) {
        versions.update(known?.dependencies.versions ?? []);
      }
      if (pulse !== shown.pulse) {
        spaces.update(pulse?.v8.spaces ?? []);
        active.update(pulse?.uv.active ?? []);
      }
      shown = { facts: known, pulse };
    },
  };
}

function sessionWords(
  { full, resumed, protocols }: NonNullable<LayerPulse["openssl"]["sessions"]>,
  count: (value: number) => string,
): string {
  const versions = protocols.map(({ name, count: times }) => `${count(times)} ${name}`);
  return [t("{0} new, {1} resumed", count(full), count(resumed)), ...versions].join(" · ");
}

function collectionWords({ v8 }: LayerPulse, milliseconds: (value: number) => string): string {
  const words: Readonly<Record<LayerPulse["v8"]["gc"][number]["kind"], string>> = {
    minor: t("minor"),
    major: t("major"),
    incremental: t("incremental"),
    weakCallbacks: t("weak callbacks"),
  };
  const some = v8.gc.filter(({ count }) => count > 0);
  return some.length === 0
    ? t("None")
    : some.map(({ kind, count, ms }) => `${count} ${words[kind]} (${milliseconds(ms)})`).join(", ");
}
