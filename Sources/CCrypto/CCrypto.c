#include "CCrypto.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

// MARK: - SHA-256

// It is only ever pointed at: the context of OpenSSL.
static EVP_MD_CTX *context_of(const hg_sha256 *hash) { return (EVP_MD_CTX *)hash; }

hg_sha256 *hg_sha256_new(void) {
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  if (context && EVP_DigestInit_ex(context, EVP_sha256(), NULL)) return (hg_sha256 *)context;
  EVP_MD_CTX_free(context);
  return NULL;
}

hg_sha256 *hg_sha256_copy(const hg_sha256 *hash) {
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  if (context && EVP_MD_CTX_copy_ex(context, context_of(hash))) return (hg_sha256 *)context;
  EVP_MD_CTX_free(context);
  return NULL;
}

void hg_sha256_free(hg_sha256 *hash) { EVP_MD_CTX_free(context_of(hash)); }

void hg_sha256_add(hg_sha256 *hash, const void *bytes, size_t count) {
  EVP_DigestUpdate(context_of(hash), bytes, count);
}

bool hg_sha256_result(const hg_sha256 *hash, uint8_t result[32]) {
  hg_sha256 *copy = hg_sha256_copy(hash);
  bool is_done = copy && EVP_DigestFinal_ex(context_of(copy), result, NULL);
  hg_sha256_free(copy);
  return is_done;
}

// MARK: - Ed25519

static EVP_PKEY *private_key(const uint8_t seed[32]) {
  return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, 32);
}

static EVP_PKEY *public_key(const uint8_t key[32]) {
  return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key, 32);
}

static bool take_seed(EVP_PKEY *key, uint8_t seed[32]) {
  size_t count = 32;
  return key && EVP_PKEY_id(key) == EVP_PKEY_ED25519 && EVP_PKEY_get_raw_private_key(key, seed, &count) && count == 32;
}

static bool take_public(EVP_PKEY *key, uint8_t raw[32]) {
  size_t count = 32;
  return key && EVP_PKEY_id(key) == EVP_PKEY_ED25519 && EVP_PKEY_get_raw_public_key(key, raw, &count) && count == 32;
}

bool hg_ed25519_new(uint8_t seed[32]) {
  EVP_PKEY *key = NULL;
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_id(EVP_PKEY_ED25519, NULL);
  bool is_made = context && EVP_PKEY_keygen_init(context) > 0 && EVP_PKEY_keygen(context, &key) > 0;
  is_made = is_made && take_seed(key, seed);
  EVP_PKEY_free(key);
  EVP_PKEY_CTX_free(context);
  return is_made;
}

bool hg_ed25519_public(const uint8_t seed[32], uint8_t raw[32]) {
  EVP_PKEY *key = private_key(seed);
  bool is_taken = take_public(key, raw);
  EVP_PKEY_free(key);
  return is_taken;
}

bool hg_ed25519_sign(const uint8_t seed[32], const void *bytes, size_t count, uint8_t signature[64]) {
  EVP_PKEY *key = private_key(seed);
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  size_t length = 64;
  bool is_signed = key && context && EVP_DigestSignInit(context, NULL, NULL, NULL, key) > 0 &&
                   EVP_DigestSign(context, signature, &length, bytes, count) > 0 && length == 64;
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(key);
  return is_signed;
}

bool hg_ed25519_verify(const uint8_t raw[32], const void *signature, size_t signature_count, const void *bytes,
                       size_t count) {
  EVP_PKEY *key = public_key(raw);
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  bool is_good = key && context && EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) > 0 &&
                 EVP_DigestVerify(context, signature, signature_count, bytes, count) == 1;
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(key);
  return is_good;
}

// MARK: - PEM

// Without it OpenSSL would ask at the terminal.
static int no_password(char *buffer, int size, int is_writing, void *context) {
  (void)buffer, (void)size, (void)is_writing, (void)context;
  return -1;
}

bool hg_ed25519_read_private(const char *pem, size_t count, uint8_t seed[32]) {
  BIO *text = count <= INT32_MAX ? BIO_new_mem_buf(pem, (int)count) : NULL;
  EVP_PKEY *key = text ? PEM_read_bio_PrivateKey(text, NULL, no_password, NULL) : NULL;
  bool is_read = take_seed(key, seed);
  EVP_PKEY_free(key);
  BIO_free(text);
  return is_read;
}

bool hg_ed25519_read_public(const char *pem, size_t count, uint8_t raw[32]) {
  BIO *text = count <= INT32_MAX ? BIO_new_mem_buf(pem, (int)count) : NULL;
  EVP_PKEY *key = text ? PEM_read_bio_PUBKEY(text, NULL, no_password, NULL) : NULL;
  bool is_read = take_public(key, raw);
  EVP_PKEY_free(key);
  BIO_free(text);
  return is_read;
}

static size_t take_text(BIO *text, char *pem, size_t room) {
  char *bytes = NULL;
  long count = BIO_get_mem_data(text, &bytes);
  if (count <= 0 || (size_t)count >= room) return 0;
  memcpy(pem, bytes, (size_t)count);
  pem[count] = '\0';
  return (size_t)count;
}

size_t hg_ed25519_write_private(const uint8_t seed[32], char *pem, size_t room) {
  BIO *text = BIO_new(BIO_s_mem());
  EVP_PKEY *key = private_key(seed);
  bool is_written = text && key && PEM_write_bio_PKCS8PrivateKey(text, key, NULL, NULL, 0, NULL, NULL);
  size_t count = is_written ? take_text(text, pem, room) : 0;
  EVP_PKEY_free(key);
  BIO_free(text);
  return count;
}

size_t hg_ed25519_write_public(const uint8_t raw[32], char *pem, size_t room) {
  BIO *text = BIO_new(BIO_s_mem());
  EVP_PKEY *key = public_key(raw);
  size_t count = text && key && PEM_write_bio_PUBKEY(text, key) ? take_text(text, pem, room) : 0;
  EVP_PKEY_free(key);
  BIO_free(text);
  return count;
}

size_t hg_ed25519_write_der(const uint8_t raw[32], uint8_t *der, size_t room) {
  EVP_PKEY *key = public_key(raw);
  uint8_t *bytes = NULL;
  int count = key ? i2d_PUBKEY(key, &bytes) : 0;
  bool has_room = count > 0 && (size_t)count <= room;
  if (has_room) memcpy(der, bytes, (size_t)count);
  OPENSSL_free(bytes);
  EVP_PKEY_free(key);
  return has_room ? (size_t)count : 0;
}
