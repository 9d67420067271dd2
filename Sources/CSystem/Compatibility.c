// Functions that the C library has only in newer versions than glibc 2.34, the version of RHEL 9
// and Amazon Linux 2023 on which this must start. A definition here precedes the library's.

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#ifdef __GLIBC__
#include <sys/random.h>

// In 2.35 it only stopped setting errno. A double can hold the square of every float.
float hypotf(float x, float y) {
  if (isinf(x) || isinf(y)) return INFINITY;
  return (float)__builtin_sqrt((double)x * x + (double)y * y);
}

// It is new in 2.36. Archives of libexpat and of the C++ library that were built with that version
// need it. As there, random numbers come from the kernel, and without them the process does not
// continue.
void arc4random_buf(void *buffer, size_t length) {
  char *rest = buffer;
  while (length > 0) {
    ssize_t count = getrandom(rest, length, 0);
    if (count < 0 && errno != EINTR) abort();
    if (count > 0) {
      rest += count;
      length -= (size_t)count;
    }
  }
}

uint32_t arc4random(void) {
  uint32_t number;
  arc4random_buf(&number, sizeof number);
  return number;
}
#endif
