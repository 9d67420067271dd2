#ifndef CCRYPTO_H
#define CCRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// SHA-256, Ed25519 and Base64 with OpenSSL's libcrypto, which libcurl loads anyway.

typedef struct hg_sha256 hg_sha256;

// NULL if there is no memory, the only possible error.
hg_sha256 *hg_sha256_new(void);
hg_sha256 *hg_sha256_copy(const hg_sha256 *hash);
void hg_sha256_free(hg_sha256 *hash);
void hg_sha256_add(hg_sha256 *hash, const void *bytes, size_t count);
// The hash of the bytes added so far; more may be added afterwards.
bool hg_sha256_result(const hg_sha256 *hash, uint8_t result[32]);

// Ed25519, RFC 8032. A private key is its seed of 32 bytes. False if the library failed, or the key is invalid.
typedef enum { HG_PRIVATE_KEY, HG_PUBLIC_KEY } hg_key;

bool hg_ed25519_new(uint8_t seed[32]);
bool hg_ed25519_public(const uint8_t seed[32], uint8_t key[32]);
bool hg_ed25519_sign(const uint8_t seed[32], const void *bytes, size_t count, uint8_t signature[64]);
bool hg_ed25519_verify(const uint8_t key[32], const void *signature, size_t signature_count, const void *bytes,
                       size_t count);

// Reads the first PEM block, which must be an unencrypted key of this kind: no password is asked for.
bool hg_ed25519_read(hg_key kind, const char *pem, size_t count, uint8_t raw[32]);
// Writes PKCS #8, or a SubjectPublicKeyInfo, in PEM with a zero at its end; returns the length without it, 0 if there is no
// room.
size_t hg_ed25519_write(hg_key kind, const uint8_t raw[32], char *pem, size_t room);
// Writes a SubjectPublicKeyInfo in DER; returns the length, 0 if there is no room.
size_t hg_ed25519_write_der(const uint8_t key[32], uint8_t *der, size_t room);

// Base64 with padding (RFC 4648, section 4). Writes four characters for each three bytes, and a zero.
void hg_base64_write(const uint8_t *bytes, size_t count, char *text);
// Writes three bytes for each four characters, more than the text has if it is padded; returns their number, -1 if the text
// has other characters.
int64_t hg_base64_read(const char *text, size_t count, uint8_t *bytes);

#endif
