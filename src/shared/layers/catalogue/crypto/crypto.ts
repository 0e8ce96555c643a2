import type { CatalogueEntry } from "../../entry.ts";
import { entriesOf } from "../rows.ts";

const atOnce = ["crypto", "crypto", "openssl", "synchronous"] as const;

export const cryptoEntries: readonly CatalogueEntry[] = [
  ...entriesOf(
    atOnce,
    [
      ["createHash", "algorithm-options"],
      ["Hash#update", "data-inputencoding"],
      ["Hash#digest", "encoding"],
      ["Hash#copy", "options"],
      ["getHashes", ""],
      ["hash", "algorithm-data-options"],
    ],
    { source: "crypto/crypto_hash.cc" },
  ),
  ...entriesOf(
    atOnce,
    [
      ["createHmac", "algorithm-key-options"],
      ["Hmac#update", "data-inputencoding"],
      ["Hmac#digest", "encoding"],
    ],
    { source: "crypto/crypto_hmac.cc" },
  ),
  ...entriesOf(
    atOnce,
    [
      ["createCipheriv", "algorithm-key-iv-options"],
      ["createDecipheriv", "algorithm-key-iv-options"],
      ["Cipheriv#update", "#cipherupdatedata-inputencoding-outputencoding"],
      ["Cipheriv#final", "#cipherfinaloutputencoding"],
      ["getCipherInfo", "nameornid-options"],
      ["privateDecrypt", "privatekey-buffer"],
      ["privateEncrypt", "privatekey-buffer"],
      ["publicDecrypt", "key-buffer"],
      ["publicEncrypt", "key-buffer"],
    ],
    { source: "crypto/crypto_cipher.cc" },
  ),
  ...entriesOf(
    atOnce,
    [
      ["createDiffieHellman", "prime-primeencoding-generator-generatorencoding"],
      ["getDiffieHellman", "groupname"],
      ["DiffieHellman#generateKeys", "encoding"],
      ["DiffieHellman#computeSecret", "otherpublickey-inputencoding-outputencoding"],
    ],
    { source: "crypto/crypto_dh.cc" },
  ),
  ...entriesOf(
    atOnce,
    [
      ["createECDH", "curvename"],
      ["ECDH#generateKeys", "encoding-format"],
      ["ECDH#computeSecret", "otherpublickey-inputencoding-outputencoding"],
      ["getCurves", ""],
    ],
    { source: "crypto/crypto_ec.cc" },
  ),
  ...entriesOf(
    atOnce,
    [
      ["createPrivateKey", "key"],
      ["createPublicKey", "key"],
      ["createSecretKey", "key-encoding"],
      ["KeyObject#equals", "otherkeyobject"],
    ],
    { source: "crypto/crypto_keys.cc" },
  ),
  ...entriesOf(
    atOnce,
    [
      ["createSign", "algorithm-options"],
      ["Sign#update", "data-inputencoding"],
      ["Sign#sign", "privatekey-outputencoding"],
      ["createVerify", "algorithm-options"],
      ["Verify#update", "data-inputencoding"],
      ["Verify#verify", "object-signature-signatureencoding"],
    ],
    { source: "crypto/crypto_sig.cc" },
  ),
];
