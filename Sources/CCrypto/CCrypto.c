#include "CCrypto.h"

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

// MARK: - SHA-256

// The type is never defined: a pointer to it is a pointer to OpenSSL's context.
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

static EVP_PKEY *key_of(hg_key kind, const uint8_t raw[32]) {
  return kind == HG_PRIVATE_KEY ? EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, raw, 32)
                                : EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, raw, 32);
}

static bool take_raw(EVP_PKEY *key, hg_key kind, uint8_t raw[32]) {
  size_t count = 32;
  if (!key || EVP_PKEY_id(key) != EVP_PKEY_ED25519) return false;
  int is_taken = kind == HG_PRIVATE_KEY ? EVP_PKEY_get_raw_private_key(key, raw, &count)
                                        : EVP_PKEY_get_raw_public_key(key, raw, &count);
  return is_taken && count == 32;
}

bool hg_ed25519_new(uint8_t seed[32]) {
  EVP_PKEY *key = NULL;
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_id(EVP_PKEY_ED25519, NULL);
  bool is_made = context && EVP_PKEY_keygen_init(context) > 0 && EVP_PKEY_keygen(context, &key) > 0;
  is_made = is_made && take_raw(key, HG_PRIVATE_KEY, seed);
  EVP_PKEY_free(key);
  EVP_PKEY_CTX_free(context);
  return is_made;
}

bool hg_ed25519_public(const uint8_t seed[32], uint8_t raw[32]) {
  EVP_PKEY *key = key_of(HG_PRIVATE_KEY, seed);
  bool is_taken = take_raw(key, HG_PUBLIC_KEY, raw);
  EVP_PKEY_free(key);
  return is_taken;
}

bool hg_ed25519_sign(const uint8_t seed[32], const void *bytes, size_t count, uint8_t signature[64]) {
  EVP_PKEY *key = key_of(HG_PRIVATE_KEY, seed);
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
  EVP_PKEY *key = key_of(HG_PUBLIC_KEY, raw);
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  bool is_good = key && context && EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) > 0 &&
                 EVP_DigestVerify(context, signature, signature_count, bytes, count) == 1;
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(key);
  return is_good;
}

// MARK: - PEM

// Without a callback, OpenSSL would ask for a password at the terminal.
static int no_password(char *buffer, int size, int is_writing, void *context) {
  (void)buffer, (void)size, (void)is_writing, (void)context;
  return -1;
}

bool hg_ed25519_read(hg_key kind, const char *pem, size_t count, uint8_t raw[32]) {
  BIO *text = count <= INT32_MAX ? BIO_new_mem_buf(pem, (int)count) : NULL;
  EVP_PKEY *key = NULL;
  if (text) {
    key = kind == HG_PRIVATE_KEY ? PEM_read_bio_PrivateKey(text, NULL, no_password, NULL)
                                 : PEM_read_bio_PUBKEY(text, NULL, no_password, NULL);
  }
  bool is_read = take_raw(key, kind, raw);
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

size_t hg_ed25519_write(hg_key kind, const uint8_t raw[32], char *pem, size_t room) {
  BIO *text = BIO_new(BIO_s_mem());
  EVP_PKEY *key = key_of(kind, raw);
  int is_written = 0;
  if (text && key) {
    is_written = kind == HG_PRIVATE_KEY ? PEM_write_bio_PKCS8PrivateKey(text, key, NULL, NULL, 0, NULL, NULL)
                                        : PEM_write_bio_PUBKEY(text, key);
  }
  size_t count = is_written ? take_text(text, pem, room) : 0;
  EVP_PKEY_free(key);
  BIO_free(text);
  return count;
}

size_t hg_ed25519_write_der(const uint8_t raw[32], uint8_t *der, size_t room) {
  EVP_PKEY *key = key_of(HG_PUBLIC_KEY, raw);
  uint8_t *bytes = NULL;
  int count = key ? i2d_PUBKEY(key, &bytes) : 0;
  bool has_room = count > 0 && (size_t)count <= room;
  if (has_room) memcpy(der, bytes, (size_t)count);
  OPENSSL_free(bytes);
  EVP_PKEY_free(key);
  return has_room ? (size_t)count : 0;
}

// MARK: - Base64

void hg_base64_write(const uint8_t *bytes, size_t count, char *text) {
  // OpenSSL counts in `int`; parts of a multiple of three bytes have no padding.
  const size_t part = 3 << 12;
  while (count > part) {
    text += EVP_EncodeBlock((unsigned char *)text, bytes, (int)part);
    bytes += part;
    count -= part;
  }
  EVP_EncodeBlock((unsigned char *)text, bytes, (int)count);
}

int64_t hg_base64_read(const char *text, size_t count, uint8_t *bytes) {
  return count <= INT_MAX ? EVP_DecodeBlock(bytes, (const unsigned char *)text, (int)count) : -1;
}
