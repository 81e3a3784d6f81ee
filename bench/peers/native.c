/* The 128-bit C peer of the bench: the same work with 128-bit intrinsics. `REPS NAME ARGUMENTS` on stdin, one a line; answers CPU seconds.
 *   read BYTES              adds up a buffer with eight vectors: the rate one core can read at
 *   scores OP ROWS DIM      OP dot|squaredL2|l1: one cue against packed panels of 32 rows, eight accumulators
 *   batch OP ROWS DIM CUES  OP dot|l1: scores of packed cues against packed panels of 32 rows, 4 x 8 register block
 *   sgemm M N K             C = A B, row-major, packing included: the same block
 */
#include <immintrin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double cpu(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

/* Numbers in [0, 1), none of them subnormal, the same in every run. */
static float *buffer(size_t n) {
  float *p = aligned_alloc(128, (n * 4 + 127) / 128 * 128);
  unsigned state = 1;
  for (size_t i = 0; i < n; i++) p[i] = (float)((state = state * 1664525u + 1013904223u) >> 8) * 0x1p-24f;
  return p;
}

static volatile float sink;

static void read_loop(const float *a, size_t n) {
  __m128 s[8];
  for (int j = 0; j < 8; j++) s[j] = _mm_setzero_ps();
  for (size_t i = 0; i + 32 <= n; i += 32)
    for (int j = 0; j < 8; j++) s[j] = _mm_add_ps(s[j], _mm_load_ps(a + i + 4 * j));
  for (int j = 1; j < 8; j++) s[0] = _mm_add_ps(s[0], s[j]);
  sink = _mm_cvtss_f32(s[0]);
}

#define L1(x, q) _mm_and_ps(_mm_sub_ps(x, q), magnitude)
static inline __m128 l2_term(__m128 x, __m128 q) {
  __m128 d = _mm_sub_ps(x, q);
  return _mm_mul_ps(d, d);
}

#define ONE(OP)                                                              \
  for (int i = 0; i < depth; i++, x += 32) {                                 \
    __m128 c = _mm_load1_ps(q + k + i);                                      \
    for (int j = 0; j < 8; j++) a[j] = _mm_add_ps(a[j], OP(_mm_load_ps(x + 4 * j), c)); \
  }

static void scores(char op, const float *x, const float *q, float *out, int rows, int dim) {
  const __m128 magnitude = _mm_castsi128_ps(_mm_set1_epi32(0x7fffffff));
  for (int p = 0; p < rows / 32; p++, out += 32) {
    __m128 t[8];
    for (int j = 0; j < 8; j++) t[j] = _mm_setzero_ps();
    for (int k = 0; k < dim; k += 256) {
      int depth = dim - k < 256 ? dim - k : 256;
      __m128 a[8];
      for (int j = 0; j < 8; j++) a[j] = _mm_setzero_ps();
      if (op == 'd') ONE(_mm_mul_ps)
      else if (op == '2') ONE(l2_term)
      else ONE(L1)
      for (int j = 0; j < 8; j++) t[j] = _mm_add_ps(t[j], a[j]);
    }
    for (int j = 0; j < 8; j++) _mm_storeu_ps(out + 4 * j, t[j]);
  }
}

#define STEP(OP)                                                             \
  for (int c = 0; c < 4; c++) {                                              \
    __m128 q = _mm_load1_ps(pq + c);                                         \
    a[c] = _mm_add_ps(a[c], OP(x0, q));                                      \
    b[c] = _mm_add_ps(b[c], OP(x1, q));                                      \
  }

/* out[cue][row], `stride` floats a cue; rows a multiple of 32, cues of 4. */
static void batch(int l1, const float *x, const float *q, float *out, int rows, int dim, int cues, int stride) {
  const __m128 magnitude = _mm_castsi128_ps(_mm_set1_epi32(0x7fffffff));
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
            float *o = out + (size_t)(g * 4 + c) * stride + p * 32 + part;
            _mm_storeu_ps(o, k ? _mm_add_ps(_mm_loadu_ps(o), a[c]) : a[c]);
            _mm_storeu_ps(o + 4, k ? _mm_add_ps(_mm_loadu_ps(o + 4), b[c]) : b[c]);
          }
        }
    }
}

/* x, q: room for the packed factors. n a multiple of 32, m of 4. */
static void sgemm(const float *A, const float *B, float *C, float *x, float *q, int m, int n, int k) {
  for (int p = 0; p < n / 32; p++)
    for (int l = 0; l < k; l++) memcpy(x + ((size_t)p * k + l) * 32, B + (size_t)l * n + p * 32, 128);
  for (int g = 0; g < m / 4; g++)
    for (int l = 0; l < k; l++)
      for (int c = 0; c < 4; c++) q[((size_t)g * k + l) * 4 + c] = A[(size_t)(g * 4 + c) * k + l];
  batch(0, x, q, C, n, k, m, n);
}

int main(void) {
  char line[256], op[16];
  float *held[5] = {NULL};
  char shape[256] = "";
  while (fgets(line, sizeof line, stdin)) {
    size_t bytes;
    int reps, skip, m, n, k;
    if (sscanf(line, "%d %n", &reps, &skip) != 1) return 1;
    const char *job = line + skip;
    int fresh = strcmp(job, shape) != 0;
    if (fresh) {
      for (int i = 0; i < 5; i++) { free(held[i]); held[i] = NULL; }
      strcpy(shape, job);
    }
    double start = 0;
    if (sscanf(job, "read %zu", &bytes) == 1) {
      if (fresh) held[0] = buffer(bytes / 4);
      start = cpu();
      for (int r = 0; r < reps; r++) read_loop(held[0], bytes / 4);
    } else if (sscanf(job, "scores %15s %d %d", op, &n, &k) == 3) {
      if (fresh) { held[0] = buffer((size_t)n * k); held[1] = buffer(k); held[2] = buffer(n); }
      start = cpu();
      char which = strcmp(op, "dot") == 0 ? 'd' : strcmp(op, "squaredL2") == 0 ? '2' : '1';
      for (int r = 0; r < reps; r++) scores(which, held[0], held[1], held[2], n, k);
    } else if (sscanf(job, "batch %15s %d %d %d", op, &n, &k, &m) == 4) {
      if (fresh) { held[0] = buffer((size_t)n * k); held[1] = buffer((size_t)m * k); held[2] = buffer((size_t)m * n); }
      start = cpu();
      for (int r = 0; r < reps; r++) batch(strcmp(op, "l1") == 0, held[0], held[1], held[2], n, k, m, n);
    } else if (sscanf(job, "sgemm %d %d %d", &m, &n, &k) == 3) {
      if (fresh) {
        held[0] = buffer((size_t)m * k); held[1] = buffer((size_t)k * n); held[2] = buffer((size_t)m * n);
        held[3] = buffer((size_t)k * n); held[4] = buffer((size_t)m * k);
      }
      start = cpu();
      for (int r = 0; r < reps; r++) sgemm(held[0], held[1], held[2], held[3], held[4], m, n, k);
    } else { printf("-1\n"); fflush(stdout); continue; }
    printf("%.9f\n", cpu() - start);
    fflush(stdout);
  }
  return 0;
}
