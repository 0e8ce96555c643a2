import type { CatalogueEntry } from "../../entry.ts";
import { entriesOf } from "../rows.ts";

export const cryptoJobsEntries: readonly CatalogueEntry[] = [
  ...entriesOf(["crypto", "crypto", "openssl", "threadPool"], [["diffieHellman", "options-callback"]], {
    callbackOptional: true,
    source: "crypto/crypto_dh.cc",
  }),
  ...entriesOf(
    ["crypto", "crypto", "openssl", "threadPool"],
    [
      ["sign", "algorithm-data-key-callback"],
      ["verify", "algorithm-data-key-signature-callback"],
    ],
    { callbackOptional: true, source: "crypto/crypto_sig.cc" },
  ),
  ...entriesOf(
    ["crypto", "crypto", "openssl", "threadPool"],
    [
      ["generateKey", "type-options-callback"],
      ["generateKeyPair", "type-options-callback"],
    ],
    { source: "crypto/crypto_keygen.cc" },
  ),
  ...entriesOf(
    ["crypto", "crypto", "openssl", "synchronous"],
    [
      ["generateKeySync", "type-options"],
      ["generateKeyPairSync", "type-options"],
    ],
    { source: "crypto/crypto_keygen.cc" },
  ),
  ...entriesOf(
    ["crypto", "crypto", "openssl", "threadPool"],
    [
      ["checkPrime", "candidate-options-callback"],
      ["generatePrime", "size-options-callback"],
      ["randomFill", "buffer-offset-size-callback"],
    ],
    { source: "crypto/crypto_random.cc" },
  ),
  ...entriesOf(
    ["crypto", "crypto", "openssl", "threadPool"],
    [
      ["randomBytes", "size-callback"],
      ["randomInt", "min-max-callback"],
    ],
    { callbackOptional: true, source: "crypto/crypto_random.cc" },
  ),
  ...entriesOf(
    ["crypto", "crypto", "openssl", "synchronous"],
    [
      ["checkPrimeSync", "candidate-options"],
      ["generatePrimeSync", "size-options"],
      ["randomFillSync", "buffer-offset-size"],
      ["randomUUID", "options"],
      ["getRandomValues", "typedarray"],
    ],
    { source: "crypto/crypto_random.cc" },
  ),
  ...entriesOf(["crypto", "crypto", "openssl", "threadPool"], [["argon2", "algorithm-parameters-callback"]], {
    since: 24,
    source: "crypto/crypto_argon2.cc",
  }),
  ...entriesOf(["crypto", "crypto", "openssl", "synchronous"], [["argon2Sync", "algorithm-parameters"]], {
    since: 24,
    source: "crypto/crypto_argon2.cc",
  }),
  ...entriesOf(["crypto", "crypto", "openssl", "threadPool"], [["hkdf", "digest-ikm-salt-info-keylen-callback"]], {
    source: "crypto/crypto_hkdf.cc",
  }),
  ...entriesOf(["crypto", "crypto", "openssl", "synchronous"], [["hkdfSync", "digest-ikm-salt-info-keylen"]], {
    source: "crypto/crypto_hkdf.cc",
  }),
  ...entriesOf(
    ["crypto", "crypto", "openssl", "threadPool"],
    [["pbkdf2", "password-salt-iterations-keylen-digest-callback"]],
    { source: "crypto/crypto_pbkdf2.cc" },
  ),
  ...entriesOf(
    ["crypto", "crypto", "openssl", "synchronous"],
    [["pbkdf2Sync", "password-salt-iterations-keylen-digest"]],
    { source: "crypto/crypto_pbkdf2.cc" },
  ),
  ...entriesOf(["crypto", "crypto", "openssl", "threadPool"], [["scrypt", "password-salt-keylen-options-callback"]], {
    source: "crypto/crypto_scrypt.cc",
  }),
  ...entriesOf(["crypto", "crypto", "openssl", "synchronous"], [["scryptSync", "password-salt-keylen-options"]], {
    source: "crypto/crypto_scrypt.cc",
  }),
  ...entriesOf(
    ["crypto", "crypto", "openssl", "synchronous"],
    [
      ["getFips", ""],
      ["secureHeapUsed", ""],
    ],
    { source: "crypto/crypto_util.cc" },
  ),
  ...entriesOf(["crypto", "crypto", "openssl", "synchronous"], [["timingSafeEqual", "a-b"]], {
    source: "crypto/crypto_timing.cc",
  }),
  ...entriesOf(
    ["crypto", "crypto", "openssl", "synchronous"],
    [
      ["X509Certificate", "#new-x509certificatebuffer"],
      ["X509Certificate.prototype.checkHost", "#x509checkhostname-options"],
      ["X509Certificate.prototype.toLegacyObject", "#x509tolegacyobject"],
      ["X509Certificate.prototype.toString", "#x509tostring"],
      ["X509Certificate.prototype.verify", "#x509verifypublickey"],
    ],
    { source: "crypto/crypto_x509.cc" },
  ),
  ...entriesOf(["crypto", "crypto", "openssl", "threadPool"], [["subtle.digest", "#subtledigestalgorithm-data"]], {
    page: "webcrypto",
    source: "crypto/crypto_hash.cc",
  }),
  ...entriesOf(
    ["crypto", "crypto", "openssl", "threadPool"],
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
    ["crypto", "crypto", "openssl", "threadPool"],
    [
      ["subtle.sign", "#subtlesignalgorithm-key-data"],
      ["subtle.verify", "#subtleverifyalgorithm-key-signature-data"],
    ],
    { page: "webcrypto", source: "crypto/crypto_sig.cc" },
  ),
  ...entriesOf(
    ["crypto", "crypto", "openssl", "threadPool"],
    [["subtle.generateKey", "#subtlegeneratekeyalgorithm-extractable-keyusages"]],
    { page: "webcrypto", source: "crypto/crypto_keygen.cc" },
  ),
  ...entriesOf(
    ["crypto", "crypto", "openssl", "threadPool"],
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
