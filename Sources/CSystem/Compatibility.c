// What the C library has in newer versions than that of the oldest system that this must start on: glibc 2.34, of
// RHEL 9 and Amazon Linux 2023. A definition here comes before the library's.

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#ifdef __GLIBC__
#include <sys/random.h>

// Its only change in 2.35 is that errno is not set. A double holds the square of every float.
float hypotf(float x, float y) {
  if (isinf(x) || isinf(y)) return INFINITY;
  return (float)__builtin_sqrt((double)x * x + (double)y * y);
}

// Of 2.36. Archives of libexpat and of the C++ library that were built with it ask for them; as there, random numbers are
// the kernel's, and a process without them does not go on.
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
