// What the C library has in newer versions than that of the oldest system that this must start on: glibc 2.34, of
// RHEL 9 and Amazon Linux 2023. A definition here comes before the library's.

#include <math.h>

// Its only change in 2.35 is that errno is not set. A double holds the square of every float.
float hypotf(float x, float y) {
  if (isinf(x) || isinf(y)) return INFINITY;
  return (float)__builtin_sqrt((double)x * x + (double)y * y);
}
