import type { CatalogueEntry } from "../../entry.ts";
import { entriesOf } from "../rows.ts";

const atOnce = ["crypto", "crypto", "openssl", "synchronous"] as const;
const pooled = ["crypto", "crypto", "openssl", "threadPool"] as const;

export const cryptoObjectsEntries: readonly CatalogueEntry[] = [
  ...entriesOf(
    atOnce,
    [
      ["Cipheriv#getAuthTag", "#ciphergetauthtag"],
      ["Cipheriv#setAAD", "#ciphersetaadbuffer-options"],
      ["Cipheriv#setAutoPadding", "#ciphersetautopaddingautopadding"],
      ["Decipheriv#final", "#decipherfinaloutputencoding"],
      ["Decipheriv#setAAD", "#deciphersetaadbuffer-options"],
      ["Decipheriv#setAuthTag", "#deciphersetauthtagbuffer-encoding"],
      ["Decipheriv#setAutoPadding", "#deciphersetautopaddingautopadding"],
      ["Decipheriv#update", "#decipherupdatedata-inputencoding-outputencoding"],
    ],
    { source: "crypto/crypto_cipher.cc" },
  ),
  ...entriesOf(
    atOnce,
    [
      ["DiffieHellman#getGenerator", "encoding"],
      ["DiffieHellman#getPrime", "encoding"],
      ["DiffieHellman#getPrivateKey", "encoding"],
      ["DiffieHellman#getPublicKey", "encoding"],
      ["DiffieHellman#setPrivateKey", "privatekey-encoding"],
      ["DiffieHellman#setPublicKey", "publickey-encoding"],
      "DiffieHellmanGroup#computeSecret",
      "DiffieHellmanGroup#generateKeys",
      "DiffieHellmanGroup#getGenerator",
      "DiffieHellmanGroup#getPrime",
      "DiffieHellmanGroup#getPrivateKey",
      "DiffieHellmanGroup#getPublicKey",
      ["createDiffieHellmanGroup", "name"],
    ],
    { source: "crypto/crypto_dh.cc" },
  ),
  ...entriesOf(
    atOnce,
    [
      ["ECDH.convertKey", "#static-method-ecdhconvertkeykey-curve-inputencoding-outputencoding-format"],
      ["ECDH#getPrivateKey", "encoding"],
      ["ECDH#getPublicKey", "encoding-format"],
      ["ECDH#setPrivateKey", "privatekey-encoding"],
      ["ECDH#setPublicKey", "publickey-encoding"],
    ],
    { source: "crypto/crypto_ec.cc" },
  ),
  ...entriesOf(
    atOnce,
    [
      ["X509Certificate#checkEmail", "#x509checkemailemail-options"],
      ["X509Certificate#checkIP", "#x509checkipip"],
      ["X509Certificate#checkIssued", "#x509checkissuedothercert"],
      ["X509Certificate#checkPrivateKey", "#x509checkprivatekeyprivatekey"],
    ],
    { source: "crypto/crypto_x509.cc" },
  ),
  ...entriesOf(
    atOnce,
    [
      "Certificate.exportChallenge",
      "Certificate.exportPublicKey",
      "Certificate.verifySpkac",
      "Certificate#exportChallenge",
      "Certificate#exportPublicKey",
      "Certificate#verifySpkac",
    ],
    { source: "crypto/crypto_spkac.cc" },
  ),
  ...entriesOf(atOnce, [["KeyObject#toCryptoKey", "algorithm-extractable-keyusages"]], {
    source: "crypto/crypto_keys.cc",
    since: 22,
  }),
  ...entriesOf(atOnce, [["setEngine", "engine-flags"]]),
  ...entriesOf(atOnce, [["setFips", "bool"]], {
    source: "crypto/crypto_util.cc",
  }),
  ...entriesOf(atOnce, ["randomUUIDv7"], {
    source: "crypto/crypto_random.cc",
    since: 24,
  }),
  ...entriesOf(pooled, ["encapsulate", "decapsulate"], {
    source: "crypto/crypto_kem.cc",
    callbackOptional: true,
    since: 24,
  }),
  ...entriesOf(
    pooled,
    ["subtle.decapsulateBits", "subtle.decapsulateKey", "subtle.encapsulateBits", "subtle.encapsulateKey"],
    { source: "crypto/crypto_kem.cc", page: "webcrypto", since: 24 },
  ),
  ...entriesOf(["crypto", "crypto", "openssl", "microtask"], ["subtle.getPublicKey"], {
    source: "crypto/crypto_keys.cc",
    page: "webcrypto",
    since: 24,
  }),
];
