import crypto from "node:crypto";
import { objectSnippets } from "./cryptoObjects.mjs";
import { call, identity, internalBinding, tolerating, trying } from "./support.mjs";

const secret = Buffer.alloc(32, 1);
const text = Buffer.from("text");
const rsa = crypto.generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = rsa.privateKey.export({ type: "pkcs8", format: "pem" });
const publicPem = rsa.publicKey.export({ type: "spki", format: "pem" });
const elliptic = () => crypto.generateKeyPairSync("x25519");
const signature = crypto.sign("sha256", text, pem);
const certificate = () => new crypto.X509Certificate(identity.cert);
const group = () => crypto.getDiffieHellman("modp14");
const one = elliptic();
const other = elliptic();
const ownKeys = { privateKey: one.privateKey, publicKey: other.publicKey };
const argon = { message: text, nonce: secret, parallelism: 1, tagLength: 16, memory: 64, passes: 1 };

const { subtle } = crypto;
const aes = { name: "AES-GCM", iv: Buffer.alloc(12) };
const aesKey = await subtle.generateKey({ name: "AES-GCM", length: 128 }, true, [
  "encrypt",
  "decrypt",
  "wrapKey",
  "unwrapKey",
]);
const hmacKey = await subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, true, ["sign", "verify"]);
const passwordKey = await subtle.importKey("raw", secret, "PBKDF2", false, ["deriveBits", "deriveKey"]);
const derivation = { name: "PBKDF2", hash: "SHA-256", salt: secret, iterations: 10 };
const { publicKey } = await subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
/** Since Node.js 24. */
const kem = await tolerating(() =>
  subtle.generateKey("ML-KEM-768", true, ["encapsulateBits", "decapsulateBits", "encapsulateKey", "decapsulateKey"]),
);
const capsule = kem && (await subtle.encapsulateBits("ML-KEM-768", kem.publicKey));
const { ciphertext } = crypto.encapsulate?.(rsa.publicKey) ?? {};
const sealed = await subtle.encrypt(aes, aesKey, text);
const wrapped = await subtle.wrapKey("raw", aesKey, aesKey, aes);
const mac = await subtle.sign("HMAC", hmacKey, text);

/** For what needs no callback. */
const calledBack = (run, ...args) => ({ run: () => call(run, ...args), direct: () => void run(...args) });

/** For some bytes, and for none. */
const onBytes = (run) => ({
  run: () => void run(Buffer.alloc(16)),
  forms: { noBytes: { run: () => void run(Buffer.alloc(0)) } },
});

/** Of a certificate that has not been asked, and of one that has. */
const onceAsked = (run) => ({
  before: certificate,
  run: (own) => void run(own),
  forms: {
    known: {
      before: () => {
        const own = certificate();
        run(own);
        return own;
      },
      run: (own) => void run(own),
    },
  },
});

/** The same again. */
const twice = (run, form) => ({ run, forms: { [form]: { run } } });

/** The class of it is not exported. */
export const handles = { crypto: [internalBinding("crypto").parseX509(identity.cert)] };

export const snippets = {
  crypto: {
    argon2: () => call(crypto.argon2, "argon2id", argon),
    argon2Sync: () => void crypto.argon2Sync("argon2id", argon),
    checkPrime: () => call(crypto.checkPrime, 97n),
    checkPrimeSync: () => void crypto.checkPrimeSync(97n),
    createCipheriv: () => void crypto.createCipheriv("aes-256-cbc", secret, secret.subarray(16)),
    createDecipheriv: () => void crypto.createDecipheriv("aes-256-cbc", secret, secret.subarray(16)),
    "Cipheriv.prototype.update": {
      before: () => crypto.createCipheriv("aes-256-cbc", secret, secret.subarray(16)),
      run: (cipher) => void cipher.update(text),
    },
    "Cipheriv.prototype.final": {
      before: () => crypto.createCipheriv("aes-256-cbc", secret, secret.subarray(16)),
      run: (cipher) => void cipher.final(),
    },
    ...objectSnippets,
    createDiffieHellman: () => void crypto.createDiffieHellman(group().getPrime()),
    getDiffieHellman: () => void group(),
    "DiffieHellman.prototype.generateKeys": { before: group, run: (own) => void own.generateKeys() },
    "DiffieHellman.prototype.computeSecret": {
      before: () => {
        const own = group();
        own.generateKeys();
        return own;
      },
      run: (own) => void own.computeSecret(own.getPublicKey()),
    },
    createECDH: () => void crypto.createECDH("secp256k1"),
    "ECDH.prototype.generateKeys": {
      before: () => crypto.createECDH("secp256k1"),
      run: (own) => void own.generateKeys(),
    },
    "ECDH.prototype.computeSecret": {
      before: () => {
        const own = crypto.createECDH("secp256k1");
        own.generateKeys();
        return own;
      },
      run: (own) => void own.computeSecret(own.getPublicKey()),
    },
    diffieHellman: {
      ...calledBack(crypto.diffieHellman, ownKeys),
      forms: { noCallback: { run: () => void crypto.diffieHellman(ownKeys) } },
    },
    createHash: () => void crypto.createHash("sha256"),
    "Hash.prototype.update": { before: () => crypto.createHash("sha256"), run: (hash) => void hash.update(text) },
    "Hash.prototype.digest": { before: () => crypto.createHash("sha256"), run: (hash) => void hash.digest() },
    "Hash.prototype.copy": { before: () => crypto.createHash("sha256"), run: (hash) => void hash.copy() },
    hash: () => void crypto.hash("sha256", text),
    createHmac: () => void crypto.createHmac("sha256", secret),
    "Hmac.prototype.update": {
      before: () => crypto.createHmac("sha256", secret),
      run: (hmac) => void hmac.update(text),
    },
    "Hmac.prototype.digest": { before: () => crypto.createHmac("sha256", secret), run: (hmac) => void hmac.digest() },
    createPrivateKey: () => void crypto.createPrivateKey(pem),
    createPublicKey: () => void crypto.createPublicKey(publicPem),
    createSecretKey: () => void crypto.createSecretKey(secret),
    "KeyObject.prototype.equals": () => void rsa.publicKey.equals(rsa.publicKey),
    createSign: () => void crypto.createSign("sha256"),
    createVerify: () => void crypto.createVerify("sha256"),
    "Sign.prototype.update": { before: () => crypto.createSign("sha256"), run: (sign) => void sign.update(text) },
    "Sign.prototype.sign": { before: () => crypto.createSign("sha256"), run: (sign) => void sign.sign(pem) },
    "Verify.prototype.update": {
      before: () => crypto.createVerify("sha256"),
      run: (verify) => void verify.update(text),
    },
    "Verify.prototype.verify": {
      before: () => crypto.createVerify("sha256").update(text),
      run: (verify) => void verify.verify(publicPem, signature),
    },
    sign: calledBack(crypto.sign, "sha256", text, pem),
    verify: calledBack(crypto.verify, "sha256", text, publicPem, signature),
    generateKey: () => call(crypto.generateKey, "aes", { length: 128 }),
    generateKeySync: () => void crypto.generateKeySync("aes", { length: 128 }),
    generateKeyPair: () => call(crypto.generateKeyPair, "ec", { namedCurve: "P-256" }),
    generateKeyPairSync: () => void crypto.generateKeyPairSync("ec", { namedCurve: "P-256" }),
    generatePrime: () => call(crypto.generatePrime, 32),
    generatePrimeSync: () => void crypto.generatePrimeSync(32),
    getCipherInfo: () => void crypto.getCipherInfo("aes-256-cbc"),
    getCurves: twice(() => void crypto.getCurves(), "known"),
    getHashes: twice(() => void crypto.getHashes(), "known"),
    getFips: () => void crypto.getFips(),
    hkdf: () => call(crypto.hkdf, "sha256", secret, secret, text, 32),
    hkdfSync: () => void crypto.hkdfSync("sha256", secret, secret, text, 32),
    pbkdf2: () => call(crypto.pbkdf2, "password", secret, 10, 32, "sha256"),
    pbkdf2Sync: () => void crypto.pbkdf2Sync("password", secret, 10, 32, "sha256"),
    scrypt: () => call(crypto.scrypt, "password", secret, 32, { N: 16 }),
    scryptSync: () => void crypto.scryptSync("password", secret, 32, { N: 16 }),
    privateDecrypt: {
      before: () => crypto.publicEncrypt(publicPem, text),
      run: (encrypted) => void crypto.privateDecrypt(pem, encrypted),
    },
    privateEncrypt: () => void crypto.privateEncrypt(pem, text),
    publicDecrypt: {
      before: () => crypto.privateEncrypt(pem, text),
      run: (encrypted) => void crypto.publicDecrypt(publicPem, encrypted),
    },
    publicEncrypt: () => void crypto.publicEncrypt(publicPem, text),
    randomBytes: {
      ...calledBack(crypto.randomBytes, 16),
      forms: { noBytes: { run: () => call(crypto.randomBytes, 0) } },
    },
    randomFill: {
      run: () => call(crypto.randomFill, Buffer.alloc(16)),
      forms: { noBytes: { run: () => call(crypto.randomFill, Buffer.alloc(0)) } },
    },
    randomFillSync: onBytes((bytes) => crypto.randomFillSync(bytes)),
    randomInt: {
      ...calledBack(crypto.randomInt, 10),
      forms: { drawnAhead: { run: () => call(crypto.randomInt, 10) } },
    },
    randomUUID: {
      run: () => void crypto.randomUUID({ disableEntropyCache: true }),
      forms: { drawnAhead: { before: () => crypto.randomUUID(), run: () => void crypto.randomUUID() } },
    },
    getRandomValues: onBytes((bytes) => crypto.getRandomValues(bytes)),
    secureHeapUsed: () => void crypto.secureHeapUsed(),
    timingSafeEqual: () => void crypto.timingSafeEqual(secret, secret),
    X509Certificate: () => void certificate(),
    "X509Certificate.prototype.checkHost": { before: certificate, run: (own) => void own.checkHost("hitless.example") },
    "X509Certificate.prototype.verify": { before: certificate, run: (own) => void own.verify(own.publicKey) },
    "X509Certificate.prototype.toString": onceAsked((own) => own.toString()),
    "X509Certificate.prototype.toLegacyObject": { before: certificate, run: (own) => void own.toLegacyObject() },
    "subtle.digest": () => subtle.digest("SHA-256", text),
    "subtle.encrypt": () => subtle.encrypt(aes, aesKey, text),
    "subtle.decrypt": () => subtle.decrypt(aes, aesKey, sealed),
    "subtle.sign": () => subtle.sign("HMAC", hmacKey, text),
    "subtle.verify": () => subtle.verify("HMAC", hmacKey, mac, text),
    "subtle.generateKey": () => subtle.generateKey({ name: "AES-GCM", length: 128 }, true, ["encrypt"]),
    "subtle.importKey": () => subtle.importKey("raw", secret, "AES-GCM", true, ["encrypt"]),
    "subtle.exportKey": {
      run: () => subtle.exportKey("raw", aesKey),
      forms: { exported: { run: () => subtle.exportKey("spki", publicKey) } },
    },
    "subtle.deriveBits": {
      run: () => subtle.deriveBits(derivation, passwordKey, 128),
      forms: { noBytes: { run: () => subtle.deriveBits(derivation, passwordKey, 0) } },
    },
    "subtle.deriveKey": () =>
      subtle.deriveKey(derivation, passwordKey, { name: "AES-GCM", length: 128 }, true, ["encrypt"]),
    "subtle.wrapKey": () => subtle.wrapKey("raw", aesKey, aesKey, aes),
    encapsulate: calledBack(crypto.encapsulate, rsa.publicKey),
    decapsulate: calledBack(crypto.decapsulate, rsa.privateKey, ciphertext),
    randomUUIDv7: {
      run: () => void crypto.randomUUIDv7({ disableEntropyCache: true }),
      forms: { drawnAhead: { before: () => crypto.randomUUIDv7(), run: () => void crypto.randomUUIDv7() } },
    },
    setFips: { child: `require("node:crypto").setFips(false)` },
    setEngine: () => trying(() => crypto.setEngine("dynamic")),
    "subtle.decapsulateBits": () => subtle.decapsulateBits("ML-KEM-768", kem.privateKey, capsule.ciphertext),
    "subtle.decapsulateKey": () =>
      subtle.decapsulateKey("ML-KEM-768", kem.privateKey, capsule.ciphertext, "AES-GCM", true, ["encrypt"]),
    "subtle.encapsulateBits": () => subtle.encapsulateBits("ML-KEM-768", kem.publicKey),
    "subtle.encapsulateKey": () => subtle.encapsulateKey("ML-KEM-768", kem.publicKey, "AES-GCM", true, ["encrypt"]),
    "subtle.getPublicKey": () => subtle.getPublicKey(kem.privateKey, ["encapsulateBits"]),
    "subtle.unwrapKey": () => subtle.unwrapKey("raw", wrapped, aesKey, aes, "AES-GCM", true, ["encrypt"]),
  },
};
