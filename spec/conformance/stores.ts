/** The kernels of stored rows, matrix products and tables of counters, on the sizes around lanes, panels and blocks. */
import { twin, type Case, type Tools } from "./suite.ts";

const SIZES = [[1, 1], [3, 5], [8, 7], [17, 64], [33, 3], [257, 9], [5, 257]] as const;
const OPS = ["dot", "squaredL2", "l1", "hamming"] as const;
type Precision = "f32" | "f64";

/** N x D rows of the rule in a store, and 5 cues. */
function withRows(tools: Tools, precision: Precision, N: number, D: number, use: (rows: InstanceType<Tools["engram"]["kernels"]["Rows"]>, cues: Float64Array, visible: Uint8Array) => void): void {
  const rows = new tools.engram.kernels.Rows(D, { precision, backend: tools.backend });
  rows.append(tools.numbers(`rows ${N}x${D}`, N * D, 2));
  use(rows, tools.numbers(`cues ${D}`, 5 * D, 2), Uint8Array.from({ length: D }, (_, k) => (k % 3 === 1 ? 0 : 1)));
  rows.dispose();
}

const perPrecision = (precision: Precision): readonly Case[] => [
  ...OPS.map((op) => twin(`rows/${precision}/${op}`, `raw scores ${op}: one cue, five cues, with coordinates k = 1 mod 3 hidden`, { op, precision, sizes: SIZES }, (tools, { sizes }) => {
    const out: Record<string, ArrayLike<number>> = {};
    for (const [N, D] of sizes) {
      withRows(tools, precision, N, D, (rows, cues, visible) => {
        out[`${N}x${D} one`] = rows.scores(op, cues.subarray(0, D));
        out[`${N}x${D} many`] = rows.scores(op, cues);
        out[`${N}x${D} masked`] = rows.scores(op, cues, { visible });
      });
    }
    return out;
  })),
  twin(`rows/${precision}/sums`, "row sums, squared norms, centred norms, cosine, Pearson, overlap, masked too", { precision, sizes: SIZES }, (tools, { sizes }) => {
    const { cosineScores, overlapScores, pearsonScores } = tools.engram.kernels;
    const out: Record<string, ArrayLike<number>> = {};
    for (const [N, D] of sizes) {
      withRows(tools, precision, N, D, (rows, cues, visible) => {
        for (const [what, mask] of [["all", undefined], ["masked", visible]] as const) {
          const name = `${N}x${D} ${what}`;
          Object.assign(out, {
            [`${name} sums`]: rows.sums(mask), [`${name} norms`]: rows.squaredNorms(mask), [`${name} centred`]: rows.centredSquaredNorms(mask),
            [`${name} cosine`]: cosineScores(rows, cues, { visible: mask }), [`${name} pearson`]: pearsonScores(rows, cues, { visible: mask }), [`${name} overlap`]: overlapScores(rows, cues, { visible: mask }),
          });
        }
      });
    }
    return out;
  }),
  twin(`rows/${precision}/softmax`, "the fused softmax recall (log-sum-exp and mean of rows), and weighted sums", { precision, sizes: [...SIZES, [700, 3]], scale: -0.7 }, (tools, { sizes, scale }) => {
    const out: Record<string, ArrayLike<number>> = {};
    for (const [N, D] of sizes) {
      withRows(tools, precision, N, D, (rows, cues) => {
        const weights = tools.numbers(`weights ${N}`, N).map((w, i) => (i % 7 === 2 ? 0 : w));
        const states = rows.softmaxManyPartial(cues, { op: "squaredL2", scale, bias: weights }).map((tree) => tools.engram.kernels.finishSoftmax(tree)!);
        out[`${N}x${D} lse`] = states.map(({ lse }) => lse);
        out[`${N}x${D} mean`] = Float64Array.from(states.flatMap(({ mean }) => Array.from(mean)));
        out[`${N}x${D} sum`] = rows.weightedSum(weights);
      });
    }
    return out;
  }),
];

export const STORES: readonly Case[] = [
  ...perPrecision("f32"), ...perPrecision("f64"),
  twin("arrays/softmax", "softmax and log-sum-exp of logits in three sizes of spread; NaN and infinities", { sizes: [1, 5, 300, 3000], scales: [1, 32, 1024] }, (tools, { sizes, scales }) => {
    const { logSumExp, softmax } = tools.engram.kernels;
    const all = sizes.flatMap((n) => scales.map((scale) => [`${n} x ${scale}`, tools.numbers(`logits ${n}`, n, scale)] as const));
    const bad = [NaN, Infinity, -Infinity].map((value) => [`with ${value}`, tools.given(`logits with ${value}`, [1, 2, value, 0.5, -3])] as const);
    return Object.fromEntries([...all, ...bad].flatMap(([name, logits]) => [[name, softmax(logits, undefined, tools.backend)], [`${name} lse`, [logSumExp(logits, tools.backend)]]]));
  }),
  twin("arrays/products", "matrix products in f32 and f64", { sizes: [[1, 1, 1], [3, 5, 7], [17, 33, 257], [4, 8, 64]] }, (tools, { sizes }) => {
    const { dgemm, sgemm } = tools.engram.kernels;
    return Object.fromEntries(sizes.flatMap(([m, n, k]) => {
      const [A, B] = [tools.numbers(`A ${m}x${k}`, m * k), tools.numbers(`B ${k}x${n}`, k * n)];
      return [
        [`f32 ${m}x${n}x${k}`, sgemm(m, n, k, Float32Array.from(A), Float32Array.from(B), undefined, tools.backend)], [`f64 ${m}x${n}x${k}`, dgemm(m, n, k, A, B, undefined, tools.backend)],
      ];
    }));
  }),
  ...(["u16", "u32", "f64"] as const).map((kind) => twin(`cells/${kind}`, "counting levels up to a cap, looking cells up, drawing levels", { kind, sizes: [[1, 1], [5, 16], [17, 48], [64, 3]], cap: 3 }, (tools, { sizes, cap }) => {
    const out: Record<string, ArrayLike<number>> = {};
    for (const [n, m] of sizes) {
      const cells = new tools.engram.kernels.Cells(n, m, { kind, backend: tools.backend });
      const cues = Uint16Array.from(tools.integers(`cues ${n} of ${m}`, 9 * n, m + 1), (level) => (level === m ? tools.engram.kernels.NO_LEVEL : level));
      const K = tools.numbers(`kernel ${m}`, (m + 1) * m).map((u) => Math.max(0, u));
      const least = Uint32Array.from(tools.integers(`least ${n}`, n, 3));
      if (kind === "f64") cells.set(tools.numbers(`cells ${n}x${m}`, n * m).map(Math.abs));
      else {
        cells.count(cues, cap);
        const { weights, misses, hidden } = cells.look(cues, least);
        Object.assign(out, { [`${n}x${m} cells`]: cells.view.slice(), [`${n}x${m} undefined`]: cells.undefinedRow.slice(), [`${n}x${m} weights`]: weights, [`${n}x${m} misses`]: misses, [`${n}x${m} hidden`]: hidden });
      }
      // Nine cues are drawn from the cells themselves, three hundred through a table of running sums.
      const many = new Uint16Array(300 * n);
      for (let c = 0; c < 300; c++) many.set(cues.subarray((c % 9) * n, (c % 9 + 1) * n), c * n);
      for (const [what, asked] of [["few", cues], ["many", many]] as const) {
        out[`${n}x${m} drawn, ${what}`] = cells.draw(asked, K, Uint32Array.from({ length: asked.length / n }, (_, c) => 11 * c), [7, 0xfffffff0]).levels;
      }
      cells.dispose();
    }
    return out;
  })),
  twin("rows/bytes", "squared distances of rows of bytes, in whole numbers: of a cue, of all to their nearest", { sizes: [[1, 1], [9, 3], [17, 64], [300, 7]] }, (tools, { sizes }) => (
    Object.fromEntries(sizes.flatMap(([N, dim]) => {
      const rows = new tools.engram.kernels.ByteRows(Uint8Array.from(tools.integers(`bytes ${N}x${dim}`, N * dim, 256)), dim, { backend: tools.backend });
      const distances = rows.distances(Uint8Array.from(tools.integers(`byte cue ${dim}`, dim, 256)));
      const { squared, index } = N > 1 ? rows.nearest() : { squared: new Int32Array(0), index: new Int32Array(0) };
      rows.dispose();
      return [[`${N}x${dim} distances`, distances], [`${N}x${dim} nearest`, squared], [`${N}x${dim} index`, index]];
    }))
  )),
];
