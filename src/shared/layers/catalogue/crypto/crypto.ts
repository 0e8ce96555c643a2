import type { CatalogueEntry } from "../../entry.ts";
import { entriesOf } from "../rows.ts";

export const cryptoEntries: readonly CatalogueEntry[] = [
  ...entriesOf(
    ["crypto", "crypto", "openssl", "synchronous"],
    [
      ["createHash", "algorithm-options"],
      ["Hash.prototype.update", "data-inputencoding"],
      ["Hash.prototype.digest", "encoding"],
      ["Hash.prototype.copy", "options"],
      ["getHashes", ""],
      ["hash", "algorithm-data-options"],
    ],
    { source: "crypto/crypto_hash.cc" },
  ),
  ...entriesOf(
    ["crypto", "crypto", "openssl", "synchronous"],
    [
      ["createHmac", "algorithm-key-options"],
      ["Hmac.prototype.update", "data-inputencoding"],
      ["Hmac.prototype.digest", "encoding"],
    ],
    { source: "crypto/crypto_hmac.cc" },
  ),
  ...entriesOf(
    ["crypto", "crypto", "openssl", "synchronous"],
    [
      ["createCipheriv", "algorithm-key-iv-options"],
      ["createDecipheriv", "algorithm-key-iv-options"],
      ["Cipheriv.prototype.update", "#cipherupdatedata-inputencoding-outputencoding"],
      ["Cipheriv.prototype.final", "#cipherfinaloutputencoding"],
      ["getCipherInfo", "nameornid-options"],
      ["privateDecrypt", "privatekey-buffer"],
      ["privateEncrypt", "privatekey-buffer"],
      ["publicDecrypt", "key-buffer"],
      ["publicEncrypt", "key-buffer"],
    ],
    { source: "crypto/crypto_cipher.cc" },
  ),
  ...entriesOf(
    ["crypto", "crypto", "openssl", "synchronous"],
    [
      ["createDiffieHellman", "prime-primeencoding-generator-generatorencoding"],
      ["getDiffieHellman", "groupname"],
      ["DiffieHellman.prototype.generateKeys", "encoding"],
      ["DiffieHellman.prototype.computeSecret", "otherpublickey-inputencoding-outputencoding"],
    ],
    { source: "crypto/crypto_dh.cc" },
  ),
  ...entriesOf(
    ["crypto", "crypto", "openssl", "synchronous"],
    [
      ["createECDH", "curvename"],
      ["ECDH.prototype.generateKeys", "encoding-format"],
      ["ECDH.prototype.computeSecret", "otherpublickey-inputencoding-outputencoding"],
      ["getCurves", ""],
    ],
    { source: "crypto/crypto_ec.cc" },
  ),
  ...entriesOf(
    ["crypto", "crypto", "openssl", "synchronous"],
    [
      ["createPrivateKey", "key"],
      ["createPublicKey", "key"],
      ["createSecretKey", "key-encoding"],
      ["KeyObject.prototype.equals", "otherkeyobject"],
    ],
    { source: "crypto/crypto_keys.cc" },
  ),
  ...entriesOf(
    ["crypto", "crypto", "openssl", "synchronous"],
    [
      ["createSign", "algorithm-options"],
      ["Sign.prototype.update", "data-inputencoding"],
      ["Sign.prototype.sign", "privatekey-outputencoding"],
      ["createVerify", "algorithm-options"],
      ["Verify.prototype.update", "data-inputencoding"],
      ["Verify.prototype.verify", "object-signature-signatureencoding"],
    ],
    { source: "crypto/crypto_sig.cc" },
  ),
];
