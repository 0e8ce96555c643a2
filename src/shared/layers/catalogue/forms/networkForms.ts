import { atOnce, type Difference, each, type FormRow, inJavaScript, soon } from "./formRow.ts";

const asking = ["socket", "connectDatagram", "query", "poll", "receiveAnswer"] as const;
/** A question that is sent from a local address. */
const locally = ["socket", "bind", "connectDatagram", "query", "poll", "receiveAnswer"] as const;
const byPipe: Difference = { binding: "pipe_wrap" };
const byOpenSsl: Difference = { dependency: "openssl" };
const secure: Difference = { binding: "tls_wrap", dependency: "openssl" };

/** Connections and names. */
export const networkForms: readonly FormRow[] = [
  // connections
  ["path", byPipe, "net.connect net.createConnection net.Socket#connect", "pipeConnect", "poll"],
  ["path", byPipe, "net.Server#listen http.Server#listen https.Server#listen", "pipeListen"],
  ["path", byPipe, "http.request http.get", "pipeConnect", "sendMessage", "poll", "pipeReceive"],
  ["path", byPipe, "tls.connect https.request https.get", "pipeConnect", "sendMessage", "poll", "pipeReceive"],
  ["givenSocket", {}, "net.Server#listen http.Server#listen https.Server#listen", "listen"],
  ["path", byPipe, everyServer("close"), "pipeClose"],
  ["path", byPipe, "net.Socket#destroy http.ClientRequest#destroy", "close"],
  [
    "path",
    byPipe,
    `net.Socket#ref net.Socket#unref
     net.Server#ref net.Server#unref`,
  ],
  [
    "onPath",
    { binding: null },
    `net.Socket#setNoDelay net.Socket#setKeepAlive net.Socket#address
     net.Socket#getTypeOfService net.Socket#setTypeOfService
     net.Server#address http.ClientRequest#setNoDelay
     http.ClientRequest#setSocketKeepAlive`,
  ],
  ["noClients", { mechanism: "microtask" }, everyServer("close"), "hangUp"],
  ["clustered", byPipe, `${everyServer("listen")} dgram.Socket#bind`, "askPrimary"],
  ["localAddress", {}, "net.connect net.createConnection net.Socket#connect", "socket", "bind", "connect", "poll"],
  [
    "localAddress",
    {},
    "http.request http.get https.request https.get tls.connect",
    "socket",
    "bind",
    "connect",
    "exchange",
  ],
  ["secure", secure, "fetch WebSocket http2.connect", "socket", "connect", "exchange"],
  [
    "secure",
    secure,
    `${ofResponse("http.ServerResponse")} http.ServerResponse#end http.ServerResponse#writeProcessing
     http.ClientRequest#write WebSocket#send WebSocket#close`,
    "send",
  ],
  ["secure", secure, "http.ClientRequest#end", "exchange"],
  ["encrypted", byOpenSsl, ofHttp2(), "exchange"],
  ["encrypted", byOpenSsl, "Http2ServerResponse#end Http2ServerResponse#write", "send"],
  ["encrypted", byOpenSsl, "Http2Session#destroy", "send", "shutdown"],
  ["encrypted", byOpenSsl, "ServerHttp2Stream#respondWithFD", "pread"],
  ["encrypted", byOpenSsl, "ServerHttp2Stream#respondWithFile", "open", "fstat", "pread", "close"],
  ["onSocket", {}, "http2.connect", "exchange"],
  ["together", { before: 24 }, "http.ServerResponse#end", "sendMany"],
  ["together", { before: 24 }, "http.ClientRequest#end", "sendMany", "poll", "receive"],
  ["inOne", { before: 24 }, "WebSocket#send", "send"],
  ["onSocket", {}, "tls.connect", "exchange"],
  ["keptAlive", {}, "http.request http.get https.request https.get fetch", "exchange"],
  ["corked", {}, "net.Socket#write", "sendMany"],
  ["connections", {}, "http.Server#closeAllConnections https.Server#closeAllConnections", "hangUp"],
  ["connections", {}, "http.Server#closeIdleConnections https.Server#closeIdleConnections", "hangUp"],
  [
    "unconnected",
    { binding: null },
    `net.Socket#setNoDelay net.Socket#setKeepAlive net.Socket#getTypeOfService
     net.Socket#setTypeOfService http.ClientRequest#setNoDelay
     http.ClientRequest#setSocketKeepAlive`,
  ],
  ["noBody", {}, "Http2ServerResponse#end", "send"],
  ["unbound", {}, "dgram.Socket#send dgram.Socket#sendto", "socket", "bind", "sendDatagram"],
  ["options", {}, "dgram.Socket#bind dgram.Socket#bindSync", "socket", "setsockopt", "bind"],
  [
    "unbound",
    {},
    `dgram.Socket#addMembership dgram.Socket#dropMembership
     dgram.Socket#addSourceSpecificMembership dgram.Socket#dropSourceSpecificMembership`,
    "socket",
    "bind",
    "setsockopt",
  ],
  ["unbound", {}, "dgram.Socket#connect", "socket", "bind", "connectDatagram"],
  ["address", { binding: null, mechanism: "microtask" }, "dns.lookup dns.promises.lookup"],
  ["nameServer", {}, "dns.lookup dns.promises.lookup dns.lookupService dns.promises.lookupService", "askNames"],
  ["localAddress", {}, ofResolvers("resolve"), ...locally],
  ["localAddress", {}, ofResolvers("reverse"), "checkHosts", "readWhole", ...locally],
  [
    "hostsFile",
    {},
    `dns.reverse dns.Resolver#reverse dns.promises.reverse
     dns.promises.Resolver#reverse`,
    "checkHosts",
  ],
  ["queries", {}, "dns.Resolver#cancel dns.promises.Resolver#cancel", "hangUp"],
  ["systemStore", {}, "tls.getCACertificates", "readWhole"],
  [
    "attempts",
    { mechanism: "timer" },
    each("net.", "connect createConnection Socket#connect"),
    "socket",
    "connect",
    "hangUp",
    "poll",
  ],
  [
    "attempts",
    { mechanism: "timer" },
    "http.request http.get https.request https.get tls.connect",
    "socket",
    "connect",
    "hangUp",
    "exchange",
  ],
  ["socketOptions", {}, "net.connect net.createConnection", "socket", "setsockopt", "connect", "poll"],
  ["boundSocket", { since: 24 }, "net.connect net.createConnection", "connect", "poll"],
  ["boundSocket", { since: 24 }, "net.Server#listen", "listen"],
  ["path", byPipe, "net.BoundSocket", "socket", "bind"],
  ["path", byPipe, "net.BoundSocket#close", "pipeClose"],
  ["everyone", byPipe, "net.Server#listen", "pipeListen", "getsockname", "chmod"],
  ["notListening", soon, everyServer("close")],
  ["notListening", inJavaScript, each("net.Server#", "address ref unref")],
  ["clustered", byPipe, everyServer("close"), "sendMessage"],
  ["clustered", byPipe, "dgram.Socket#close", "sendMessage", "hangUp"],
  ["noDescriptor", inJavaScript, "net.Socket"],
  ["path", byPipe, "net.Socket", "kindOfFile", "getsockname", "getsockopt"],
  ["noData", {}, "net.Socket#end", "shutdown"],
  ["gathered", {}, "net.Socket#write", "send", "sendMany"],
  ["neverConnected", soon, "net.Socket#destroy net.Socket#resetAndDestroy"],
  ["neverConnected", inJavaScript, "net.Socket#address"],
  ["unconnected", inJavaScript, "net.Socket#ref net.Socket#unref"],
  ["unchanged", inJavaScript, each("net.Socket#", "setNoDelay setKeepAlive setTypeOfService")],
  ["known", inJavaScript, "net.Socket#address"],
  ["unchanged", inJavaScript, "http.ClientRequest#setNoDelay"],
  ["givenSocket", { mechanism: "synchronous" }, "dgram.Socket#bind", "getsockname"],
  ["neverBound", {}, "dgram.Socket#close"],
  ["unbound", {}, "dgram.Socket#connectSync", "socket", "bind", "connectDatagram"],
  ["onSocket", {}, "http.request http.get https.request https.get", "exchange"],
  ["untilUsed", atOnce, "http.createServer http2.createServer"],
  ["bytes", { since: 24 }, "http.ServerResponse#end", "sendMany"],
  ["bytes", { since: 24 }, "http.ClientRequest#end", "sendMany", "poll", "receive"],
  ["chunked", { since: 24 }, "http.ServerResponse#end", "sendMany"],
  ["chunked", { since: 24 }, "http.ClientRequest#end", "sendMany", "poll", "receive"],
  ["lengthKnown", { since: 24 }, "http.ServerResponse#write http.ClientRequest#write", "send"],
  ["compressed", { binding: "zlib", dependency: "zlib", mechanism: "threadPool" }, "fetch"],
  ["blobUrl", { binding: null, since: 24 }, "fetch"],
  ["aborted", soon, "fetch ClientHttp2Session#request"],
  ["path", byPipe, "http2.connect", "pipeConnect", "sendMessage", "poll", "pipeReceive"],
  ["localAddress", {}, "http2.connect", "socket", "bind", "connect", "exchange"],
  ["onDuplex", { binding: "js_stream" }, "http2.connect tls.connect tls.TLSSocket tls.TLSSocket#write"],
  ["noStreams", { mechanism: "eventLoop" }, "Http2Session#close", "send", "shutdown"],
  ["path", byPipe, "Http2Session#ref Http2Session#unref"],
  ["statCheck", {}, "ServerHttp2Stream#respondWithFD", "fstat", "pread"],
  ["encrypted", byOpenSsl, "http2.performServerHandshake", "setsockopt", "send", "receive"],
  ["givenContext", inJavaScript, "tls.Server#addContext"],
  ["closed", inJavaScript, ofTls()],
  ["first", {}, ofModules("resolve"), "readWhole", ...asking],
  ["first", {}, "dns.getServers dns.promises.getServers", "readWhole"],
  ["addrConfig", {}, "dns.lookup dns.promises.lookup", "addrConfig"],
];

/** What asks a name server, of the resolvers that have an address of their own. */
function ofResolvers(question: "resolve" | "reverse"): string {
  return ofModules(question, "Resolver#");
}

/** What asks a name server. */
function ofModules(question: "resolve" | "reverse", before = ""): string {
  const types = ["4", "6", "Any", "Caa", "Cname", "Mx", "Naptr", "Ns", "Ptr", "Soa", "Srv", "Tlsa", "Txt"];
  const methods = question === "reverse" ? [question] : [question, ...types.map((type) => `resolve${type}`)];
  const modules = ["dns", "dns.promises"];
  return modules.flatMap((module) => methods.map((method) => `${module}.${before}${method}`)).join(" ");
}

/** A method of the servers that listen. */
function everyServer(method: string): string {
  return ["net", "http", "https"].map((module) => `${module}.Server#${method}`).join(" ");
}

/** What sends frames of a session and waits for others. */
function ofHttp2(): string {
  return `Http2Session#goaway Http2Session#ping Http2Session#settings
    ClientHttp2Session#request ServerHttp2Session#altsvc ServerHttp2Session#origin
    Http2Stream#close Http2Stream#sendTrailers ServerHttp2Stream#additionalHeaders
    ServerHttp2Stream#pushStream ServerHttp2Stream#respond
    Http2ServerResponse#createPushResponse Http2ServerResponse#flushHeaders
    Http2ServerResponse#writeContinue Http2ServerResponse#writeEarlyHints
    Http2ServerResponse#writeInformation`;
}

/** What a response is sent with, beside its end. */
function ofResponse(name: string): string {
  const methods = ["flushHeaders", "write", "writeContinue", "writeEarlyHints", "writeInformation"];
  return methods.map((method) => `${name}#${method}`).join(" ");
}

/** What asks a connection over TLS for something. */
function ofTls(): string {
  return each(
    "tls.TLSSocket#",
    `enableTrace getCertificate getCipher getEphemeralKeyInfo getFinished getPeerCertificate getPeerFinished
     getPeerX509Certificate getProtocol getSession getSharedSigalgs getTLSTicket getX509Certificate isSessionReused
     setServername`,
  );
}
