import dgram from "node:dgram";
import dns from "node:dns";
import promises from "node:dns/promises";
import { call, event, tolerating } from "./support.mjs";

// A name server that knows of nothing: it sends each question back as an answer without records.
const nameServer = dgram.createSocket("udp4");
nameServer.bind(0, "127.0.0.1");
await event(nameServer, "listening");
nameServer.on("message", (question, from) => {
  question.writeUInt16BE(0x8180, 2);
  nameServer.send(question, from.port, from.address);
});
const servers = [`127.0.0.1:${nameServer.address().port}`];
dns.setServers(servers);
promises.setServers(servers);

const name = "hitless.example";
/** Of a name that there is nowhere, by whom the system asks. */
const unknown = "hitless.invalid";
const questions = [
  "resolve",
  "resolve4",
  "resolve6",
  "resolveAny",
  "resolveCaa",
  "resolveCname",
  "resolveMx",
  "resolveNaptr",
  "resolveNs",
  "resolvePtr",
  "resolveSoa",
  "resolveSrv",
  "resolveTlsa",
  "resolveTxt",
];

function resolver(kind) {
  const own = new kind.Resolver();
  own.setServers(servers);
  return own;
}

const withLocal = (kind, run) => ({ run, forms: { localAddress: { before: () => local(kind), run } } });

/** A thread has a resolver of its own, which nothing has used; it does not wait for an answer. */
const inThread = (asking) => ({
  thread: `const dns = require("node:dns"); calls.begin(); ${asking}; process.exit()`,
});

const withCallback = {};
const promised = {};
/** One that sends from an address that it was given. */
function local(kind) {
  const own = resolver(kind);
  own.setLocalAddress("127.0.0.1");
  return own;
}

for (const question of [...questions, "reverse"]) {
  const asked = question === "reverse" ? "192.0.2.1" : name;
  withCallback[question] = {
    run: () => tolerating(() => call(dns[question], asked)),
    forms: { first: inThread(`dns.${question}("${asked}", () => {})`) },
  };
  promised[question] = {
    run: () => tolerating(() => promises[question](asked)),
    forms: { first: inThread(`dns.promises.${question}("${asked}").catch(() => {})`) },
  };
  withCallback[`Resolver.prototype.${question}`] = {
    before: () => resolver(dns),
    ...withLocal(dns, (own) => tolerating(() => call(own[question].bind(own), asked))),
  };
  promised[`Resolver.prototype.${question}`] = {
    before: () => resolver(promises),
    ...withLocal(promises, (own) => tolerating(() => own[question](asked))),
  };
}

// What the hosts file has is answered from it.
for (const [kind, all] of [
  [dns, withCallback],
  [promises, promised],
]) {
  const ask = (own) => (kind === dns ? call(own.reverse.bind(own), "127.0.0.1") : own.reverse("127.0.0.1"));
  // It reads the file once.
  const knowing = async (own) => {
    await ask(own);
    return own;
  };
  const onResolver = all["Resolver.prototype.reverse"];
  all.reverse.forms = { hostsFile: { run: () => ask(kind) } };
  onResolver.forms.hostsFile = { before: () => knowing(resolver(kind)), run: ask };
}

/** With a query that nobody has answered yet. */
function asked(own) {
  const query = own.resolve4("hitless.example", () => undefined);
  query?.catch?.(() => undefined);
  return own;
}

export const snippets = {
  dns: {
    lookup: {
      run: () => call(dns.lookup, "localhost"),
      forms: {
        address: { run: () => call(dns.lookup, "127.0.0.1") },
        nameServer: { run: () => tolerating(() => call(dns.lookup, unknown)) },
        addrConfig: { run: () => call(dns.lookup, "localhost", { hints: dns.ADDRCONFIG }) },
      },
    },
    lookupService: {
      run: () => call(dns.lookupService, "127.0.0.1", 22),
      forms: { nameServer: { run: () => tolerating(() => call(dns.lookupService, "192.0.2.1", 22)) } },
    },
    ...withCallback,
    getServers: { run: () => void dns.getServers(), forms: { first: inThread("dns.getServers()") } },
    setServers: () => dns.setServers(servers),
    Resolver: () => void new dns.Resolver(),
    "Resolver.prototype.cancel": {
      before: () => resolver(dns),
      run: (own) => own.cancel(),
      forms: { queries: { before: () => asked(resolver(dns)), run: (own) => own.cancel() } },
    },
    "Resolver.prototype.setLocalAddress": {
      before: () => resolver(dns),
      run: (own) => own.setLocalAddress("127.0.0.1"),
    },
  },
  "dns/promises": {
    lookup: {
      run: () => promises.lookup("localhost"),
      forms: {
        address: { run: () => promises.lookup("127.0.0.1") },
        nameServer: { run: () => tolerating(() => promises.lookup(unknown)) },
        addrConfig: { run: () => promises.lookup("localhost", { hints: dns.ADDRCONFIG }) },
      },
    },
    lookupService: {
      run: () => promises.lookupService("127.0.0.1", 22),
      forms: { nameServer: { run: () => tolerating(() => promises.lookupService("192.0.2.1", 22)) } },
    },
    ...promised,
    getServers: { run: () => void promises.getServers(), forms: { first: inThread("dns.promises.getServers()") } },
    setServers: () => promises.setServers(servers),
    Resolver: () => void new promises.Resolver(),
    "Resolver.prototype.cancel": {
      before: () => resolver(promises),
      run: (own) => own.cancel(),
      forms: { queries: { before: () => asked(resolver(promises)), run: (own) => own.cancel() } },
    },
    "Resolver.prototype.setLocalAddress": {
      before: () => resolver(promises),
      run: (own) => own.setLocalAddress("127.0.0.1"),
    },
  },
};
