import type { Translate } from "../../translate.ts";
import type { LayerFacts, LayerPulse } from "../facts.ts";
import type { Known, Row, RowStyle } from "./row.ts";
import { names, row } from "./row.ts";

export function dependencyRows({ facts, pulse }: Known, style: RowStyle): Row[] {
  return [
    ...(pulse === undefined ? [] : [...engineRows(pulse, style), ...loopRow(pulse, style), ...tlsRows(pulse, style)]),
    ...(facts === undefined ? [] : settingRows(facts, style)),
  ];
}

function engineRows({ v8 }: LayerPulse, { t, count, bytes, milliseconds }: RowStyle): Row[] {
  const { heapUsed, heapTotal, heapLimit, external, gc } = v8;
  const some = gc.filter((each) => each.count > 0);
  return [
    ...row(
      "heap",
      t("V8 heap"),
      t("{0} of {1}", bytes(heapUsed), bytes(heapTotal)),
      t("at most {0}", bytes(heapLimit)),
      t("external {0}", bytes(external)),
    ),
    ...row(
      "gc",
      t("Collections"),
      ...(some.length === 0
        ? [t("None")]
        : some.map((each) => `${count(each.count)} ${collectionWord(each.kind, t)} (${milliseconds(each.ms)})`)),
    ),
  ];
}

function collectionWord(kind: LayerPulse["v8"]["gc"][number]["kind"], t: Translate): string {
  return {
    minor: t("minor"),
    major: t("major"),
    incremental: t("incremental"),
    weakCallbacks: t("weak callbacks"),
  }[kind];
}

function loopRow({ uv }: LayerPulse, { t, count, percent, milliseconds }: RowStyle): Row[] {
  const { utilisation, iterations, delayP50, delayP99 } = uv;
  return row(
    "loop",
    t("Event loop"),
    utilisation === undefined ? t("not measured during a sample") : t("{0} busy", percent(utilisation)),
    delayP50 === undefined ? undefined : t("delay p50 {0}", milliseconds(delayP50)),
    delayP99 === undefined ? undefined : t("p99 {0}", milliseconds(delayP99)),
    iterations === undefined ? undefined : t("{0} turns", count(iterations)),
  );
}

function tlsRows({ openssl }: LayerPulse, { t, count }: RowStyle): Row[] {
  const { tlsSockets, sessions } = openssl;
  return [
    ...row(
      "tls",
      t("TLS connections"),
      tlsSockets === undefined ? undefined : t("{0} to its servers", count(tlsSockets)),
    ),
    ...row(
      "sessions",
      t("TLS sessions seen"),
      sessions && t("{0} new, {1} resumed", count(sessions.full), count(sessions.resumed)),
      ...(sessions?.protocols ?? []).map((each) => `${count(each.count)} ${each.name}`),
    ),
  ];
}

function settingRows({ dependencies }: LayerFacts, { t, count }: RowStyle): Row[] {
  const { fips, resolvers, threadPoolSize, ciphers } = dependencies;
  return [
    ...row("pool", t("Thread pool"), t("{0} threads (UV_THREADPOOL_SIZE)", count(threadPoolSize))),
    ...row("fips", t("OpenSSL FIPS"), fips ? t("on") : t("off")),
    ...row("ciphers", t("TLS ciphers"), count(ciphers)),
    ...row(
      "resolvers",
      t("DNS servers (c-ares)"),
      ...(resolvers.length === 0 ? [t("None")] : resolvers.map((name) => ({ name }))),
    ),
  ];
}

export function dependencyLists({ facts, pulse }: Known, { count, bytes }: RowStyle): Row[] {
  const spaces = (pulse?.v8.spaces ?? []).filter(({ size }) => size > 0);
  const active = pulse?.uv.active.map((each) => `${count(each.count)} ${each.type}`) ?? [];
  const versions = facts?.dependencies.versions.map(({ name, version }) => `${name} ${version}`) ?? [];
  return [
    ...row(
      "spaces",
      "Heap spaces",
      ...spaces.map(
        ({ name, used, size }) =>
          `${name.replace(/_space$/, "").replaceAll("_", " ")} ${bytes(used)} of ${bytes(size)}`,
      ),
    ),
    ...names("active", "Active in libuv", active, 8),
    ...names("versions", "Versions", versions, versions.length),
  ];
}
