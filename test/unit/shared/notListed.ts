/** Whole modules that the catalogue leaves out, and why. */
export const modulesNotListed: Readonly<Record<string, string>> = {
  ...those("JavaScript alone", "assert assert/strict diagnostics_channel domain events path path/posix path/win32"),
  ...those("JavaScript alone", "punycode querystring stream/consumers stream/web"),
  ...those("JavaScript, on streams that it is given", "readline readline/promises repl test test/reporters"),
  ...those("another name of what another module exports", "constants inspector/promises sys util/types"),
};

/**
 * The functions of the other modules that have no entry, by the reason, parted by spaces; `Agent.*` is the class and all
 * that it has.
 */
export const notListed: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  fs: {
    "JavaScript alone": "Dirent.* Stats Dir Dir.prototype.entries",
    "made by createReadStream and createWriteStream": "ReadStream.* WriteStream.* FileReadStream.* FileWriteStream.*",
    "does what fs.write and fs.fsync do": "Utf8Stream.*",
    "for Node.js itself": "Dir.prototype.processReadResult Dir.prototype.readSyncRecursive",
    "macOS only, and deprecated": "lchmod lchmodSync",
  },
  "fs/promises": {
    "made by open": "FileHandle",
    "macOS only, and deprecated": "lchmod",
  },
  net: {
    "JavaScript alone": `BlockList.isBlockList SocketAddress.isSocketAddress SocketAddress.prototype.toJSON
      BoundSocket.prototype.address createServer isIP isIPv4 isIPv6 Server Server.prototype.getConnections
      getDefaultAutoSelectFamily setDefaultAutoSelectFamily getDefaultAutoSelectFamilyAttemptTimeout
      setDefaultAutoSelectFamilyAttemptTimeout`,
    "reads a field of the handle": "BoundSocket.prototype.fd",
    "says when data is read, which the event loop does":
      "Socket.prototype.pause Socket.prototype.resume Socket.prototype.read",
    "ends and destroys": "Socket.prototype.destroySoon",
    "a timer as of setTimeout, which keeps nothing alive": "Socket.prototype.setTimeout",
    "another name of Socket": "Stream.*",
  },
  dgram: { "made by createSocket": "Socket" },
  dns: { "JavaScript alone": "getDefaultResultOrder setDefaultResultOrder" },
  "dns/promises": { "JavaScript alone": "getDefaultResultOrder setDefaultResultOrder" },
  http: {
    "connects as net.connect does, and keeps the sockets in JavaScript": "Agent.*",
    "JavaScript alone": `ClientRequest ClientRequest.prototype.clearTimeout ClientRequest.prototype.onSocket IncomingMessage.*
      Server Server.prototype.setTimeout ServerResponse ServerResponse.prototype.assignSocket
      ServerResponse.prototype.detachSocket ServerResponse.prototype.writeHead ServerResponse.prototype.writeHeader
      validateHeaderName validateHeaderValue setMaxIdleHTTPParsers setGlobalProxyFromEnv CloseEvent MessageEvent.*`,
    "a timer as of setTimeout, which keeps nothing alive": "ClientRequest.prototype.setTimeout",
    "another name of destroy": "ClientRequest.prototype.abort",
    "what ClientRequest and ServerResponse have in common": "OutgoingMessage.*",
  },
  https: {
    "connects as tls.connect does, and keeps the sockets in JavaScript": "Agent.*",
    "JavaScript alone": "Server Server.prototype.setTimeout",
  },
  http2: {
    "JavaScript alone": `getUnpackedSettings Http2ServerRequest.* Http2ServerResponse Http2ServerResponse.prototype.setTrailer
      Http2ServerResponse.prototype.addTrailers Http2ServerResponse.prototype.getHeader
      Http2ServerResponse.prototype.getHeaderNames Http2ServerResponse.prototype.getHeaders
      Http2ServerResponse.prototype.hasHeader Http2ServerResponse.prototype.removeHeader
      Http2ServerResponse.prototype.setHeader Http2ServerResponse.prototype.appendHeader
      Http2ServerResponse.prototype.writeHead Http2ServerResponse.prototype.cork Http2ServerResponse.prototype.uncork
      Http2ServerResponse.prototype.setTimeout Http2Session.prototype.setTimeout Http2Stream.prototype.setTimeout`,
    "does what that of its stream does": "Http2ServerResponse.prototype.destroy",
    "made by connect, createServer and request": `ClientHttp2Session Http2Session ServerHttp2Session ClientHttp2Stream Http2Stream
      ServerHttp2Stream`,
    "does nothing any more": "Http2Stream.prototype.priority",
    "for tests of the protocol": "Http2Session.prototype.setNextStreamID",
  },
  tls: {
    "JavaScript alone": "convertALPNProtocols checkServerIdentity TLSSocket.prototype.disableRenegotiation Server",
  },
  crypto: {
    "known since the module was loaded": "getCiphers",
    "made by createCipheriv, createHash and their like": `Certificate Cipheriv Decipheriv DiffieHellman DiffieHellmanGroup ECDH
      Hash Hmac KeyObject Sign Verify`,
    "JavaScript alone": "KeyObject.from",
    "another name of toString": "X509Certificate.prototype.toJSON",
    "another name of randomBytes": "prng pseudoRandomBytes rng",
  },
  zlib: {
    "made by createGzip and its like": `Deflate.* Inflate.* Gzip.* Gunzip.* DeflateRaw.* InflateRaw.* Unzip.* BrotliCompress.*
      BrotliDecompress.* ZstdCompress.* ZstdDecompress.*`,
  },
  console: {
    "what console does, on streams that it is given": "Console.*",
    "of V8's inspector, not of a binding": "profile profileEnd timeStamp context createTask",
  },
  child_process: {
    "made by spawn": "ChildProcess",
    "for Node.js itself": "ChildProcess.prototype.spawn",
  },
  cluster: {
    "made by fork": "Worker",
    "JavaScript alone": "Worker.prototype.isDead Worker.prototype.isConnected setupPrimary setupMaster",
    "disconnects each worker": "disconnect",
  },
  worker_threads: {
    "made by MessageChannel": "MessagePort",
    "JavaScript alone": `markAsUncloneable markAsUntransferable isMarkedAsUntransferable setEnvironmentData
      getEnvironmentData`,
  },
  process: {
    "JavaScript alone": `ref unref finalization.register finalization.registerBeforeExit finalization.unregister openStdin
      hasUncaughtExceptionCaptureCallback emitWarning getBuiltinModule`,
    "for Node.js itself": "binding reallyExit",
  },
  os: { "known since the module was loaded": "arch endianness platform release type version machine" },
  timers: { "JavaScript alone, but for the last one": "clearImmediate" },
  stream: {
    "JavaScript alone": `isDestroyed isDisturbed isErrored isReadable isWritable Readable.* Writable.* Duplex.* Transform
      PassThrough duplexPair addAbortSignal destroy compose setDefaultHighWaterMark getDefaultHighWaterMark Stream.*`,
  },
  "timers/promises": {},
  "stream/promises": {},
  perf_hooks: {
    "of performance": "Performance.*",
    "JavaScript alone": `PerformanceEntry.* PerformanceMark.* PerformanceMeasure.* PerformanceObserver
      PerformanceObserver.prototype.takeRecords PerformanceObserverEntryList.* PerformanceResourceTiming.*
      performance.clearMarks performance.clearMeasures performance.clearResourceTimings performance.getEntries
      performance.getEntriesByName performance.getEntriesByType performance.setResourceTimingBufferSize
      performance.markResourceTiming`,
  },
  async_hooks: {
    "JavaScript alone": `AsyncLocalStorage executionAsyncId triggerAsyncId executionAsyncResource
      AsyncResource.prototype.emitDestroy AsyncResource.prototype.asyncId AsyncResource.prototype.triggerAsyncId
      AsyncResource.prototype.bind`,
  },
  globals: {
    "an export of node:buffer, node:crypto, node:perf_hooks, node:stream/web, node:url or node:worker_threads": `Buffer.* Crypto.*
      CryptoKey SubtleCrypto.* Performance.* PerformanceEntry.* PerformanceMark.* PerformanceMeasure.* PerformanceObserver
      PerformanceObserver.prototype.takeRecords PerformanceObserverEntryList.* PerformanceResourceTiming.* performance.*
      ReadableStream.* ReadableStreamDefaultReader.* ReadableStreamBYOBReader.* ReadableStreamBYOBRequest.*
      ReadableByteStreamController.* ReadableStreamDefaultController.* TransformStream.*
      TransformStreamDefaultController.* WritableStream.* WritableStreamDefaultController.*
      WritableStreamDefaultWriter.* ByteLengthQueuingStrategy CountQueuingStrategy TextEncoderStream TextDecoderStream
      URL.* URLSearchParams.* MessagePort`,
    "JavaScript alone": `DOMException AbortController.* AbortSignal AbortSignal.abort AbortSignal.any
      AbortSignal.prototype.throwIfAborted Event.* EventTarget CustomEvent TextEncoder FormData.* Headers.* Request.*
      Response.* MessageEvent.* CloseEvent Navigator`,
    "a timer as of setTimeout, which keeps nothing alive": "AbortSignal.timeout",
    "JavaScript alone, but for the last one": "clearImmediate",
  },
  vm: { "for Node.js itself": "createScript", "JavaScript alone": "isContext" },
  v8: {
    "only while a snapshot is built": `startupSnapshot.addDeserializeCallback startupSnapshot.addSerializeCallback
      startupSnapshot.setDeserializeMainFunction`,
    "JavaScript alone": "startupSnapshot.isBuildingSnapshot GCProfiler",
  },
  inspector: {
    "waits for a debugger, so that no test can see it": "waitForDebugger",
    "needs a thread that is not the main one": "Session.prototype.connectToMainThread",
    "JavaScript alone": "Session",
    "tells a debugger, if one asks for it by a flag of its own": `Network.requestWillBeSent Network.responseReceived
      Network.loadingFinished Network.loadingFailed Network.dataSent Network.dataReceived Network.webSocketCreated
      Network.webSocketClosed Network.webSocketHandshakeResponseReceived NetworkResources.put DOMStorage.domStorageItemAdded
      DOMStorage.domStorageItemRemoved DOMStorage.domStorageItemUpdated DOMStorage.domStorageItemsCleared
      DOMStorage.registerStorage`,
  },
  module: {
    "another name of the module": "Module.*",
    "JavaScript alone": `wrap isBuiltin registerHooks findSourceMap SourceMap.* getSourceMapsSupport`,
    "for Node.js itself": "runMain",
  },
  url: {
    "JavaScript alone":
      "Url.* resolve resolveObject URL.prototype.toString URL.prototype.toJSON URLSearchParams.* urlToHttpOptions",
  },
  buffer: {
    "JavaScript alone": `Buffer Buffer.of Buffer.isBuffer Buffer.isEncoding Buffer.prototype.inspect Buffer.prototype.toJSON
      Buffer.prototype.subarray Buffer.prototype.slice`,
    "fills and copies as V8's typed arrays do": "Buffer.concat Buffer.copyBytesFrom",
    "another name of toString, or of allocUnsafeSlow": "Buffer.prototype.toLocaleString SlowBuffer",
    "for Node.js itself, under toString and write": `${["ascii", "base64", "base64url", "latin1", "hex", "ucs2", "utf8"]
      .flatMap((encoding) => [`Buffer.prototype.${encoding}Slice`, `Buffer.prototype.${encoding}Write`])
      .join(" ")}`,
    "computes in JavaScript": numbers(),
  },
  string_decoder: { "JavaScript alone": "StringDecoder" },
  tty: {
    "JavaScript alone": "WriteStream.prototype.getColorDepth WriteStream.prototype.hasColors",
    "known since the last change of the window": "WriteStream.prototype.getWindowSize",
    "writes as net.Socket does": `WriteStream.prototype.cursorTo WriteStream.prototype.moveCursor
      WriteStream.prototype.clearLine WriteStream.prototype.clearScreenDown`,
  },
  util: {
    "JavaScript alone": `callbackify convertProcessSignalToExitCode debug debuglog deprecate format styleText formatWithOptions
      inherits isArray promisify stripVTControlCharacters toUSVString transferableAbortSignal transferableAbortController
      aborted types.isArrayBufferView types.isDataView types.isTypedArray types.isUint8Array types.isUint8ClampedArray
      types.isUint16Array types.isUint32Array types.isInt8Array types.isInt16Array types.isInt32Array
      types.isFloat16Array types.isFloat32Array types.isFloat64Array types.isBigInt64Array types.isBigUint64Array
      types.isKeyObject types.isCryptoKey parseArgs MIMEType.* MIMEParams.* diff TextEncoder`,
  },
  sqlite: { "made by prepare and createSession": "StatementSync Session" },
  trace_events: {},
  wasi: {
    "runs a program, which calls what the constructor made": `WASI.prototype.finalizeBindings WASI.prototype.start
      WASI.prototype.initialize`,
    "JavaScript alone": "WASI.prototype.getImportObject",
  },
  sea: {},
};

/** `readUInt32LE` and its like. */
function numbers(): string {
  const whole = ["BigInt64", "BigUInt64", "BigUint64", "Int16", "Int32", "Int", "UInt16", "UInt32", "UInt"];
  const kinds = [...whole, "Uint16", "Uint32", "Uint", "Float", "Double"].flatMap((kind) => [`${kind}LE`, `${kind}BE`]);
  return [...kinds, "Int8", "UInt8", "Uint8"]
    .flatMap((kind) => [`Buffer.prototype.read${kind}`, `Buffer.prototype.write${kind}`])
    .join(" ");
}

function those(reason: string, modules: string): Readonly<Record<string, string>> {
  return Object.fromEntries(modules.split(" ").map((module) => [module, reason]));
}
