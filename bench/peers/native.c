/* The 128-bit C peer of the bench: the same work with SSE intrinsics. Commands on stdin, one a line; answers CPU seconds.
 *   read BYTES REPS            adds up a buffer with eight vectors (the bandwidth one core can read at)
 *   batch OP ROWS DIM CUES     OP dot|l1: scores of packed cues against packed panels of 32 rows, 4 x 8 register block
 */
#include <emmintrin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double cpu(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static float *buffer(size_t n) {
  float *p = aligned_alloc(128, (n * 4 + 127) / 128 * 128);
  for (size_t i = 0; i < n; i++) p[i] = (float)(i % 7) * 0.125f;
  return p;
}

static volatile float sink;

static double read_loop(const float *a, size_t n, int reps) {
  __m128 s[8];
  for (int j = 0; j < 8; j++) s[j] = _mm_setzero_ps();
  double start = cpu();
  for (int r = 0; r < reps; r++)
    for (size_t i = 0; i + 32 <= n; i += 32)
      for (int j = 0; j < 8; j++) s[j] = _mm_add_ps(s[j], _mm_load_ps(a + i + 4 * j));
  double seconds = cpu() - start;
  for (int j = 1; j < 8; j++) s[0] = _mm_add_ps(s[0], s[j]);
  sink = _mm_cvtss_f32(s[0]);
  return seconds;
}

#define STEP(OP)                                                             \
  for (int c = 0; c < 4; c++) {                                              \
    __m128 q = _mm_load1_ps(pq + c);                                         \
    a[c] = _mm_add_ps(a[c], OP(x0, q));                                      \
    b[c] = _mm_add_ps(b[c], OP(x1, q));                                      \
  }
#define L1(x, q) _mm_and_ps(_mm_sub_ps(x, q), magnitude)

static double batch(int l1, const float *x, const float *q, float *out, int rows, int dim, int cues) {
  const __m128 magnitude = _mm_castsi128_ps(_mm_set1_epi32(0x7fffffff));
  double start = cpu();
  for (int p = 0; p < rows / 32; p++)
    for (int k = 0; k < dim; k += 256) {
      int depth = dim - k < 256 ? dim - k : 256;
      for (int g = 0; g < cues / 4; g++)
        for (int part = 0; part < 32; part += 8) {
          const float *px = x + ((size_t)p * dim + k) * 32 + part, *pq = q + ((size_t)g * dim + k) * 4, *end = pq + depth * 4;
          __m128 a[4], b[4];
          for (int c = 0; c < 4; c++) a[c] = b[c] = _mm_setzero_ps();
          if (l1) for (; pq < end; pq += 4, px += 32) { __m128 x0 = _mm_load_ps(px), x1 = _mm_load_ps(px + 4); STEP(L1) }
          else for (; pq < end; pq += 4, px += 32) { __m128 x0 = _mm_load_ps(px), x1 = _mm_load_ps(px + 4); STEP(_mm_mul_ps) }
          for (int c = 0; c < 4; c++) {
            float *o = out + (size_t)(g * 4 + c) * rows + p * 32 + part;
            _mm_storeu_ps(o, k ? _mm_add_ps(_mm_loadu_ps(o), a[c]) : a[c]);
            _mm_storeu_ps(o + 4, k ? _mm_add_ps(_mm_loadu_ps(o + 4), b[c]) : b[c]);
          }
        }
    }
  return cpu() - start;
}

int main(void) {
  char line[256], op[16];
  float *a = NULL, *x = NULL, *q = NULL, *out = NULL;
  size_t size = 0;
  long shape[3] = {0, 0, 0};
  while (fgets(line, sizeof line, stdin)) {
    size_t bytes;
    int reps, rows, dim, cues;
    if (sscanf(line, "read %zu %d", &bytes, &reps) == 2) {
      if (bytes != size) { free(a); a = buffer(bytes / 4); size = bytes; read_loop(a, bytes / 4, 1); }
      printf("%.9f\n", read_loop(a, bytes / 4, reps));
    } else if (sscanf(line, "batch %15s %d %d %d", op, &rows, &dim, &cues) == 4) {
      if (shape[0] != rows || shape[1] != dim || shape[2] != cues) {
        free(x); free(q); free(out);
        x = buffer((size_t)rows * dim); q = buffer((size_t)cues * dim); out = buffer((size_t)cues * rows);
        shape[0] = rows; shape[1] = dim; shape[2] = cues;
        batch(0, x, q, out, rows, dim, cues);
      }
      printf("%.9f\n", batch(strcmp(op, "l1") == 0, x, q, out, rows, dim, cues));
    } else printf("-1\n");
    fflush(stdout);
  }
  return 0;
}
