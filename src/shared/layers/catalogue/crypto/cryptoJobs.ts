import type { CatalogueEntry } from "../../entry.ts";
import { entriesOf } from "../rows.ts";

const atOnce = ["crypto", "crypto", "openssl", "synchronous"] as const;
const pooled = ["crypto", "crypto", "openssl", "threadPool"] as const;

export const cryptoJobsEntries: readonly CatalogueEntry[] = [
  ...entriesOf(pooled, [["diffieHellman", "options-callback"]], {
    callbackOptional: true,
    source: "crypto/crypto_dh.cc",
  }),
  ...entriesOf(
    pooled,
    [
      ["sign", "algorithm-data-key-callback"],
      ["verify", "algorithm-data-key-signature-callback"],
    ],
    { callbackOptional: true, source: "crypto/crypto_sig.cc" },
  ),
  ...entriesOf(
    pooled,
    [
      ["generateKey", "type-options-callback"],
      ["generateKeyPair", "type-options-callback"],
    ],
    { source: "crypto/crypto_keygen.cc" },
  ),
  ...entriesOf(
    atOnce,
    [
      ["generateKeySync", "type-options"],
      ["generateKeyPairSync", "type-options"],
    ],
    { source: "crypto/crypto_keygen.cc" },
  ),
  ...entriesOf(
    pooled,
    [
      ["checkPrime", "candidate-options-callback"],
      ["generatePrime", "size-options-callback"],
      ["randomFill", "buffer-offset-size-callback"],
    ],
    { source: "crypto/crypto_random.cc" },
  ),
  ...entriesOf(
    pooled,
    [
      ["randomBytes", "size-callback"],
      ["randomInt", "min-max-callback"],
    ],
    { callbackOptional: true, source: "crypto/crypto_random.cc" },
  ),
  ...entriesOf(
    atOnce,
    [
      ["checkPrimeSync", "candidate-options"],
      ["generatePrimeSync", "size-options"],
      ["randomFillSync", "buffer-offset-size"],
      ["randomUUID", "options"],
      ["getRandomValues", "typedarray"],
    ],
    { source: "crypto/crypto_random.cc" },
  ),
  ...entriesOf(pooled, [["argon2", "algorithm-parameters-callback"]], {
    since: 24,
    source: "crypto/crypto_argon2.cc",
  }),
  ...entriesOf(atOnce, [["argon2Sync", "algorithm-parameters"]], {
    since: 24,
    source: "crypto/crypto_argon2.cc",
  }),
  ...entriesOf(pooled, [["hkdf", "digest-ikm-salt-info-keylen-callback"]], {
    source: "crypto/crypto_hkdf.cc",
  }),
  ...entriesOf(atOnce, [["hkdfSync", "digest-ikm-salt-info-keylen"]], {
    source: "crypto/crypto_hkdf.cc",
  }),
  ...entriesOf(pooled, [["pbkdf2", "password-salt-iterations-keylen-digest-callback"]], {
    source: "crypto/crypto_pbkdf2.cc",
  }),
  ...entriesOf(atOnce, [["pbkdf2Sync", "password-salt-iterations-keylen-digest"]], {
    source: "crypto/crypto_pbkdf2.cc",
  }),
  ...entriesOf(pooled, [["scrypt", "password-salt-keylen-options-callback"]], {
    source: "crypto/crypto_scrypt.cc",
  }),
  ...entriesOf(atOnce, [["scryptSync", "password-salt-keylen-options"]], {
    source: "crypto/crypto_scrypt.cc",
  }),
  ...entriesOf(
    atOnce,
    [
      ["getFips", ""],
      ["secureHeapUsed", ""],
    ],
    { source: "crypto/crypto_util.cc" },
  ),
  ...entriesOf(atOnce, [["timingSafeEqual", "a-b"]], {
    source: "crypto/crypto_timing.cc",
  }),
  ...entriesOf(
    atOnce,
    [
      ["X509Certificate", "#new-x509certificatebuffer"],
      ["X509Certificate#checkHost", "#x509checkhostname-options"],
      ["X509Certificate#toLegacyObject", "#x509tolegacyobject"],
      ["X509Certificate#toString", "#x509tostring"],
      ["X509Certificate#verify", "#x509verifypublickey"],
    ],
    { source: "crypto/crypto_x509.cc" },
  ),
  ...entriesOf(pooled, [["subtle.digest", "#subtledigestalgorithm-data"]], {
    page: "webcrypto",
    source: "crypto/crypto_hash.cc",
  }),
  ...entriesOf(
    pooled,
    [
      ["subtle.encrypt", "#subtleencryptalgorithm-key-data"],
      ["subtle.decrypt", "#subtledecryptalgorithm-key-data"],
      ["subtle.wrapKey", "#subtlewrapkeyformat-key-wrappingkey-wrapalgo"],
      [
        "subtle.unwrapKey",
        "#subtleunwrapkeyformat-wrappedkey-unwrappingkey-unwrapalgo-unwrappedkeyalgo-extractable-keyusages",
      ],
    ],
    { page: "webcrypto", source: "crypto/crypto_aes.cc" },
  ),
  ...entriesOf(
    pooled,
    [
      ["subtle.sign", "#subtlesignalgorithm-key-data"],
      ["subtle.verify", "#subtleverifyalgorithm-key-signature-data"],
    ],
    { page: "webcrypto", source: "crypto/crypto_sig.cc" },
  ),
  ...entriesOf(pooled, [["subtle.generateKey", "#subtlegeneratekeyalgorithm-extractable-keyusages"]], {
    page: "webcrypto",
    source: "crypto/crypto_keygen.cc",
  }),
  ...entriesOf(
    pooled,
    [
      ["subtle.deriveBits", "#subtlederivebitsalgorithm-basekey-length"],
      ["subtle.deriveKey", "#subtlederivekeyalgorithm-basekey-derivedkeyalgorithm-extractable-keyusages"],
    ],
    { page: "webcrypto", source: "crypto/crypto_pbkdf2.cc" },
  ),
  ...entriesOf(
    ["crypto", "crypto", "openssl", "microtask"],
    [
      ["subtle.importKey", "#subtleimportkeyformat-keydata-algorithm-extractable-keyusages"],
      ["subtle.exportKey", "#subtleexportkeyformat-key"],
    ],
    { page: "webcrypto", source: "crypto/crypto_keys.cc" },
  ),
];
