#include "CCurlShims.h"

#include <string.h>
#include <zlib.h>

static size_t inflated(const uint8_t *bytes, size_t count, uint8_t *room, size_t capacity,
                       int window) {
  z_stream stream;
  memset(&stream, 0, sizeof stream);
  if (inflateInit2(&stream, window) != Z_OK) return 0;
  stream.next_in = (Bytef *)bytes;
  stream.avail_in = (uInt)count;
  stream.next_out = room;
  stream.avail_out = (uInt)capacity;
  // Truncated input gives the output up to the end of the input.
  (void)inflate(&stream, Z_SYNC_FLUSH);
  size_t length = capacity - stream.avail_out;
  inflateEnd(&stream);
  return length;
}

size_t hg_inflate(const uint8_t *bytes, size_t count, uint8_t *room, size_t capacity) {
  // gzip or zlib, by the first bytes; "deflate" is also sent without zlib's header (RFC 9110,
  // 8.4.1.2).
  size_t length = inflated(bytes, count, room, capacity, 15 + 32);
  return length ? length : inflated(bytes, count, room, capacity, -15);
}
