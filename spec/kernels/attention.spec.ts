/** What the Energy Transformer's kernels add to the layers': softmax blocks, matrices turned, products of rows by fours and of lists; both twins, awkward sizes, special values. */
import t from "tap";
import { exp, seeded } from "../../src/numeric/index.ts";
import { foursBytes, layerHost, listBytes, packFoursTurned, PackedMatrix, sgemm, softmax } from "../../src/kernels/index.ts";
import type { LayerHost } from "../../src/kernels/index.ts";

const hosts = [layerHost(), layerHost("scalar")];
const same = (a: ArrayLike<number>, b: ArrayLike<number>): boolean => a.length === b.length && Array.from(a).every((x, i) => Object.is(x, b[i]));
const numbers = (n: number, seed: number): Float32Array => {
  const rng = seeded(seed);
  return Float32Array.from({ length: n }, () => rng.normal());
};

/** Places arrays in a host's arena and frees all afterwards. */
function within<T>(host: LayerHost, use: (place: (data: Float32Array) => number, room: (bytes: number) => number) => T): T {
  const held: number[] = [];
  const room = (bytes: number): number => {
    const at = host.arena.allocate(bytes);
    host.arena.f32.fill(NaN, at / 4, at / 4 + Math.ceil(bytes / 4)); // what nobody wrote shows
    held.push(at);
    return at;
  };
  const place = (data: Float32Array): number => {
    const at = room(4 * data.length);
    host.arena.f32.set(data, at / 4);
    return at;
  };
  try {
    return use(place, room);
  } finally {
    for (const at of held) host.arena.free(at);
  }
}

t.test("a block of scores: logits in f32, exponentials and sum in f64, quotients rounded once", async (t) => {
  const rows: [string, Float32Array][] = [1, 2, 3, 5, 8, 17, 64, 255, 256].map((n) => [`${n} numbers`, numbers(n, n)]);
  rows.push(["a NaN", Float32Array.of(1, NaN, 2)], ["infinity", Float32Array.of(1, Infinity, 2)], ["nothing but -infinity", Float32Array.of(-Infinity, -Infinity, -Infinity)], ["extremes", Float32Array.of(3e38, -3e38, 0, -0, 1e-40)]);
  for (const [name, x] of rows) {
    const n = x.length;
    for (const beta of [1, 0.125, 1e4]) {
      for (const hide of [undefined, Float32Array.from({ length: n }, (_, i) => (i % 3 === 1 ? -1e30 : 0))]) {
        const got = hosts.map((host) => within(host, (place, room) => {
          const [at, exps, result, out] = [place(x), room(8 * (n + 1)), room(16), room(4 * n)];
          host.exports.attend_f32(at, n, beta, hide === undefined ? 0 : place(hide), exps, result);
          host.exports.quotients_f32(exps, n, host.arena.f64[result / 8 + 1], out);
          return { exps: host.arena.f64.slice(exps / 8, exps / 8 + n), result: host.arena.f64.slice(result / 8, result / 8 + 2), p: host.arena.f32.slice(out / 4, out / 4 + n) };
        }));
        const what = `${name}, beta ${beta}${hide === undefined ? "" : ", some hidden"}`;
        t.ok(same(got[0].exps, got[1].exps) && same(got[0].result, got[1].result) && same(got[0].p, got[1].p), `${what}: twins`);
        const logits = Float64Array.from(x, (v, i) => Math.fround(beta * Math.fround(v + (hide?.[i] ?? 0))));
        const max = logits.reduce((a, b) => Math.max(a, b));
        t.ok(Object.is(got[0].result[0], max), `${what}: maximum`);
        if (max === -Infinity) t.ok(got[0].result[1] === 0, `${what}: no weight at all`);
        else {
          t.ok(same(got[0].exps, logits.map((l) => exp(l - max))), `${what}: exponentials`);
          t.ok(same(got[0].p, Float32Array.from(softmax(logits))), `${what}: weights of kernels/softmax.ts`);
        }
      }
    }
  }
});

t.test("turning, and rows by fours", async (t) => {
  for (const [rows, columns] of [[1, 1], [3, 5], [4, 4], [7, 17], [8, 64], [13, 3], [64, 257]]) {
    const x = numbers(rows * columns, rows);
    const at = (r: number, c: number): number => x[Math.min(r, rows - 1) * columns + c];
    for (const host of hosts) {
      within(host, (place, room) => {
        const [from, to, fours] = [place(x), room(4 * rows * columns), room(foursBytes(rows, columns))];
        host.exports.transpose_f32(from, 4 * columns, rows, columns, to, 4 * rows);
        t.ok(same(host.arena.f32.subarray(to / 4, to / 4 + x.length), Array.from(x, (_, i) => at(i % rows, Math.floor(i / rows)))), `${host.backend} ${rows} x ${columns} turned`);
        host.exports.packFours_f32(from, 4 * columns, rows, columns, fours);
        const wanted = Array.from({ length: foursBytes(rows, columns) / 4 }, (_, i) => at(4 * Math.floor(i / (4 * columns)) + (i % 4), Math.floor(i / 4) % columns));
        t.ok(same(host.arena.f32.subarray(fours / 4, fours / 4 + wanted.length), wanted), `${host.backend} ${rows} x ${columns} by fours`);
      });
    }
  }
});

t.test("products: the bits of sgemm; zeros skipped change none; residual and lower bound", async (t) => {
  for (const [m, k, n] of [[1, 1, 1], [3, 5, 7], [4, 8, 32], [5, 256, 33], [7, 257, 8], [17, 513, 64], [259, 300, 40]]) {
    const [A, B, R] = [numbers(m * k, m), numbers(k * n, n), numbers(m * n, k)];
    A.forEach((v, i) => {
      if (v < 0) A[i] = i % 5 === 0 ? -0 : 0;
    });
    const plain = sgemm(m, n, k, A, B);
    const wanted = plain.map((v, i) => v + R[i]);
    const turned = Float32Array.from({ length: k * n }, (_, i) => B[(i % k) * n + Math.floor(i / k)]);
    const width = 32 * Math.ceil(n / 32);
    for (const host of hosts) {
      within(host, (place, room) => {
        const [a, b, bT] = [place(A), place(B), place(turned)];
        const residual = place(Float32Array.from({ length: m * width }, (_, i) => (i % width < n ? R[Math.floor(i / width) * n + (i % width)] : 0)));
        const [out, fours, lists] = [room(4 * m * width), room(foursBytes(m, k)), room(listBytes(m))];
        const read = (): Float32Array => Float32Array.from({ length: m * n }, (_, i) => host.arena.f32[out / 4 + Math.floor(i / n) * width + (i % n)]);
        const to = { rows: m, out, outStride: 4 * width };
        const what = `${host.backend} ${m} x ${k} x ${n}`;
        for (const wide of [8, 32] as const) {
          for (const columns of [false, true]) {
            const W = new PackedMatrix(host, k, n, wide);
            if (columns) W.setColumns(bT, 4 * k, n);
            else W.setRows(b, 4 * n, n);
            for (const added of [0, residual]) {
              if (wide === 32) W.productOfLists(a, 4 * k, lists, { ...to, residual: added });
              else {
                host.exports.packFours_f32(a, 4 * k, m, k, fours);
                W.product(fours, { ...to, residual: added });
              }
              t.ok(same(read(), added === 0 ? plain : wanted), `${what}, panels of ${wide}, from ${columns ? "columns" : "rows"}${added === 0 ? "" : ", residual"}`);
            }
            if (wide === 8) {
              W.product(fours, to, 0);
              t.ok(same(read(), plain.map((v) => Math.max(v, 0))), `${what}: bounded`);
            }
            W.free();
          }
        }
        // A given as its turned self, its rows read to a multiple of four.
        if (k % 4 === 0 && m % 4 === 0) {
          const aT = place(Float32Array.from({ length: m * k }, (_, i) => A[(i % m) * k + Math.floor(i / m)]));
          const again = room(foursBytes(m, k));
          host.exports.packFours_f32(a, 4 * k, m, k, fours);
          packFoursTurned(host, aT, 4 * m, m, k, again);
          t.ok(same(host.arena.f32.subarray(again / 4, again / 4 + m * k), host.arena.f32.subarray(fours / 4, fours / 4 + m * k)), `${what}: turned by fours`);
        }
      });
    }
  }
  const lists = hosts.map((host) => within(host, (place, room) => {
    const [a, entries, bounds] = [place(Float32Array.of(0, -0, NaN, 1e-45, Infinity, 0)), room(8 * 7), room(8)];
    host.exports.nonzeros_f32(a, 24, 1, 6, entries, bounds);
    return Array.from({ length: 3 }, (_, i) => [new Uint32Array(host.arena.memory.buffer)[entries / 4 + 2 * i] / 128, host.arena.f32[entries / 4 + 2 * i + 1]]);
  }));
  for (const list of lists) t.same(list, [[2, NaN], [3, Math.fround(1e-45)], [4, Infinity]], "NaN is no zero, -0 is one");
});
