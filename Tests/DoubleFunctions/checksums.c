// Prints a checksum over a million results of each double function: the same on every CPU. Half of the arguments are
// bit patterns of all doubles, half lie where the function is used.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "ck_elementary.h"

static uint64_t state;

static uint64_t next(void) {
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return state * 0x2545f4914f6cdd1d;
}

static double any(void) {
  uint64_t bits = next();
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

static double between(double low, double high) { return low + (high - low) * ((double)(next() >> 11) * 0x1p-53); }

static uint64_t mixed(uint64_t sum, double y) {
  uint64_t bits;
  memcpy(&bits, &y, sizeof bits);
  return (sum ^ bits) * 0x100000001b3;
}

static void print(const char *name, double (*function)(double), double low, double high) {
  uint64_t sum = 0xcbf29ce484222325;
  state = 0x9e3779b97f4a7c15;
  for (int i = 0; i < 500000; i++) {
    sum = mixed(sum, function(any()));
    sum = mixed(sum, function(between(low, high)));
  }
  printf("%s %016llx\n", name, (unsigned long long)sum);
}

int main(void) {
  print("exp", ck_exp, -746, 710);
  print("expm1", ck_expm1, -2, 2);
  print("log", ck_log, 0, 4);
  print("log1p", ck_log1p, -1, 3);
  print("sin", ck_sin, -10, 10);
  print("cos", ck_cos, -10, 10);
  print("tanh", ck_tanh, -4, 4);
  print("erf", ck_erf, -6, 6);
  print("lgamma", ck_lgamma, -30, 30);
  uint64_t sum = 0xcbf29ce484222325;
  state = 0x9e3779b97f4a7c15;
  for (int i = 0; i < 500000; i++) {
    double x = any();
    sum = mixed(sum, ck_pow(x, any()));
    x = between(0, 10);
    sum = mixed(sum, ck_pow(x, between(-50, 50)));
  }
  printf("pow %016llx\n", (unsigned long long)sum);
  return 0;
}
