// What methods of the objects of node:crypto do, one line each.
import crypto from "node:crypto";
import { identity, trying } from "./support.mjs";

const secret = Buffer.alloc(32, 1);
const text = Buffer.from("text");
const certificate = () => new crypto.X509Certificate(identity.cert);
const group = () => crypto.getDiffieHellman("modp14");

function keyed(own) {
  own.generateKeys();
  return own;
}

const gcm = () => crypto.createCipheriv("aes-256-gcm", secret, secret.subarray(16));
const ungcm = () => crypto.createDecipheriv("aes-256-gcm", secret, secret.subarray(16));
const uncbc = () => crypto.createDecipheriv("aes-256-cbc", secret, secret.subarray(16));
const dh = () => keyed(crypto.createDiffieHellman(group().getPrime()));
const ec = () => keyed(crypto.createECDH("secp256k1"));
const own = (before, run) => ({ before, run: (made) => void run(made) });
const spkac = "MIIBXjCByDCBnzANBgkqhkiG9w0BAQEFAAOBjQAwgYkCgYEA";

const getters = ["getGenerator", "getPrime", "getPrivateKey", "getPublicKey"];
const all = {
  "Cipheriv.prototype.getAuthTag": {
    before: () => {
      const cipher = gcm();
      cipher.final();
      return cipher;
    },
    run: (cipher) => void cipher.getAuthTag(),
  },
  "Cipheriv.prototype.setAAD": own(gcm, (cipher) => cipher.setAAD(text)),
  "Cipheriv.prototype.setAutoPadding": own(
    () => crypto.createCipheriv("aes-256-cbc", secret, secret.subarray(16)),
    (cipher) => cipher.setAutoPadding(false),
  ),
  "Decipheriv.prototype.final": own(uncbc, (decipher) => trying(() => decipher.final())),
  "Decipheriv.prototype.setAAD": own(ungcm, (decipher) => decipher.setAAD(text)),
  "Decipheriv.prototype.setAuthTag": own(ungcm, (decipher) => decipher.setAuthTag(secret.subarray(16))),
  "Decipheriv.prototype.setAutoPadding": own(uncbc, (decipher) => decipher.setAutoPadding(false)),
  "Decipheriv.prototype.update": own(uncbc, (decipher) => decipher.update(text)),
  "DiffieHellman.prototype.setPrivateKey": own(dh, (made) => made.setPrivateKey(made.getPrivateKey())),
  "DiffieHellman.prototype.setPublicKey": own(dh, (made) => made.setPublicKey(made.getPublicKey())),
  "DiffieHellmanGroup.prototype.computeSecret": own(
    () => keyed(group()),
    (made) => made.computeSecret(made.getPublicKey()),
  ),
  "DiffieHellmanGroup.prototype.generateKeys": own(group, (made) => made.generateKeys()),
  createDiffieHellmanGroup: () => void crypto.createDiffieHellmanGroup("modp14"),
  "ECDH.convertKey": own(ec, (made) => crypto.ECDH.convertKey(made.getPublicKey(), "secp256k1")),
  "ECDH.prototype.getPrivateKey": own(ec, (made) => made.getPrivateKey()),
  "ECDH.prototype.getPublicKey": own(ec, (made) => made.getPublicKey()),
  "ECDH.prototype.setPrivateKey": own(ec, (made) => made.setPrivateKey(made.getPrivateKey())),
  "ECDH.prototype.setPublicKey": own(ec, (made) => made.setPublicKey(made.getPublicKey())),
  "X509Certificate.prototype.checkEmail": own(certificate, (made) => made.checkEmail("ann@hitless.example")),
  "X509Certificate.prototype.checkIP": own(certificate, (made) => made.checkIP("127.0.0.1")),
  "X509Certificate.prototype.checkIssued": own(certificate, (made) => made.checkIssued(certificate())),
  "X509Certificate.prototype.checkPrivateKey": own(certificate, (made) =>
    made.checkPrivateKey(crypto.createPrivateKey(identity.key)),
  ),
  "KeyObject.prototype.toCryptoKey": own(
    () => crypto.createSecretKey(secret),
    (key) => key.toCryptoKey("AES-GCM", true, ["encrypt"]),
  ),
};
for (const getter of getters) {
  all[`DiffieHellman.prototype.${getter}`] = own(dh, (made) => made[getter]());
  all[`DiffieHellmanGroup.prototype.${getter}`] = own(
    () => keyed(group()),
    (made) => made[getter](),
  );
}
for (const name of ["exportChallenge", "exportPublicKey", "verifySpkac"]) {
  all[`Certificate.${name}`] = () => void crypto.Certificate[name](spkac);
  all[`Certificate.prototype.${name}`] = () => void new crypto.Certificate()[name](spkac);
}

export const objectSnippets = all;
