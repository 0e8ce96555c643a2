import type { CatalogueEntry } from "../../entry.ts";
import { entriesOf } from "../rows.ts";

export const cryptoObjectsEntries: readonly CatalogueEntry[] = [
  ...entriesOf(
    ["crypto", "crypto", "openssl", "synchronous"],
    [
      ["Cipheriv.prototype.getAuthTag", "#ciphergetauthtag"],
      ["Cipheriv.prototype.setAAD", "#ciphersetaadbuffer-options"],
      ["Cipheriv.prototype.setAutoPadding", "#ciphersetautopaddingautopadding"],
      ["Decipheriv.prototype.final", "#decipherfinaloutputencoding"],
      ["Decipheriv.prototype.setAAD", "#deciphersetaadbuffer-options"],
      ["Decipheriv.prototype.setAuthTag", "#deciphersetauthtagbuffer-encoding"],
      ["Decipheriv.prototype.setAutoPadding", "#deciphersetautopaddingautopadding"],
      ["Decipheriv.prototype.update", "#decipherupdatedata-inputencoding-outputencoding"],
    ],
    { source: "crypto/crypto_cipher.cc" },
  ),
  ...entriesOf(
    ["crypto", "crypto", "openssl", "synchronous"],
    [
      ["DiffieHellman.prototype.getGenerator", "encoding"],
      ["DiffieHellman.prototype.getPrime", "encoding"],
      ["DiffieHellman.prototype.getPrivateKey", "encoding"],
      ["DiffieHellman.prototype.getPublicKey", "encoding"],
      ["DiffieHellman.prototype.setPrivateKey", "privatekey-encoding"],
      ["DiffieHellman.prototype.setPublicKey", "publickey-encoding"],
      ["DiffieHellmanGroup.prototype.computeSecret", null],
      ["DiffieHellmanGroup.prototype.generateKeys", null],
      ["DiffieHellmanGroup.prototype.getGenerator", null],
      ["DiffieHellmanGroup.prototype.getPrime", null],
      ["DiffieHellmanGroup.prototype.getPrivateKey", null],
      ["DiffieHellmanGroup.prototype.getPublicKey", null],
      ["createDiffieHellmanGroup", "name"],
    ],
    { source: "crypto/crypto_dh.cc" },
  ),
  ...entriesOf(
    ["crypto", "crypto", "openssl", "synchronous"],
    [
      ["ECDH.convertKey", "#static-method-ecdhconvertkeykey-curve-inputencoding-outputencoding-format"],
      ["ECDH.prototype.getPrivateKey", "encoding"],
      ["ECDH.prototype.getPublicKey", "encoding-format"],
      ["ECDH.prototype.setPrivateKey", "privatekey-encoding"],
      ["ECDH.prototype.setPublicKey", "publickey-encoding"],
    ],
    { source: "crypto/crypto_ec.cc" },
  ),
  ...entriesOf(
    ["crypto", "crypto", "openssl", "synchronous"],
    [
      ["X509Certificate.prototype.checkEmail", "#x509checkemailemail-options"],
      ["X509Certificate.prototype.checkIP", "#x509checkipip"],
      ["X509Certificate.prototype.checkIssued", "#x509checkissuedothercert"],
      ["X509Certificate.prototype.checkPrivateKey", "#x509checkprivatekeyprivatekey"],
    ],
    { source: "crypto/crypto_x509.cc" },
  ),
  ...entriesOf(
    ["crypto", "crypto", "openssl", "synchronous"],
    [
      ["Certificate.exportChallenge", null],
      ["Certificate.exportPublicKey", null],
      ["Certificate.verifySpkac", null],
      ["Certificate.prototype.exportChallenge", null],
      ["Certificate.prototype.exportPublicKey", null],
      ["Certificate.prototype.verifySpkac", null],
    ],
    { source: "crypto/crypto_spkac.cc" },
  ),
  ...entriesOf(
    ["crypto", "crypto", "openssl", "synchronous"],
    [["KeyObject.prototype.toCryptoKey", "algorithm-extractable-keyusages"]],
    { source: "crypto/crypto_keys.cc", since: 22 },
  ),
  ...entriesOf(["crypto", "crypto", "openssl", "synchronous"], [["setEngine", "engine-flags"]]),
  ...entriesOf(["crypto", "crypto", "openssl", "synchronous"], [["setFips", "bool"]], {
    source: "crypto/crypto_util.cc",
  }),
  ...entriesOf(["crypto", "crypto", "openssl", "synchronous"], [["randomUUIDv7", null]], {
    source: "crypto/crypto_random.cc",
    since: 24,
  }),
  ...entriesOf(
    ["crypto", "crypto", "openssl", "threadPool"],
    [
      ["encapsulate", null],
      ["decapsulate", null],
    ],
    { source: "crypto/crypto_kem.cc", callbackOptional: true, since: 24 },
  ),
  ...entriesOf(
    ["crypto", "crypto", "openssl", "threadPool"],
    [
      ["subtle.decapsulateBits", null],
      ["subtle.decapsulateKey", null],
      ["subtle.encapsulateBits", null],
      ["subtle.encapsulateKey", null],
    ],
    { source: "crypto/crypto_kem.cc", page: "webcrypto", since: 24 },
  ),
  ...entriesOf(["crypto", "crypto", "openssl", "microtask"], [["subtle.getPublicKey", null]], {
    source: "crypto/crypto_keys.cc",
    page: "webcrypto",
    since: 24,
  }),
];
