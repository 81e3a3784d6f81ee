/** Elementary functions, generators, sums, steps of differential equations, small linear algebra. */
import { plain, twin, type Case, type Tools } from "./suite.ts";

const SPECIAL = [
  0, -0, NaN, Infinity, -Infinity, 5e-324, -5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, -1.7976931348623157e308, 1, -1, 0.5, -0.5, 2, 3, -3,
  709.782712893384, 709.7827128933841, -745.1332191019411, -745.1332191019412, -708.3964185322641, 1e-300, 1e300, 1e22, 4503599627370497.5, 9007199254740993,
  1.5707963267948966, 3.141592653589793, 0.7853981633974483, 0.4375, 0.6875, 1.1875, 2.4375, 0.84375, 1.25, 6, 28, 7.75, 30, 171.6, -2.5, -170.5, 1 - 2 ** -53, 1 + 2 ** -52,
];

/** Numbers of every size that matters, and the special ones. */
function everySize(tools: Tools): Float64Array {
  const scales = [2 ** -30, 2 ** -5, 1, 2, 8, 64, 1024, 2 ** 40];
  return Float64Array.from([...SPECIAL, ...scales.flatMap((scale, i) => Array.from(tools.numbers(`elementary ${i}`, 61, scale)))]);
}

const UNARY = [
  "exp", "expm1", "log", "log1p", "sin", "cos", "tan", "atan", "tanh", "sinh", "cosh", "cbrt", "erf", "erfc", "lgamma", "besselI0", "besselI0e", "besselI1", "besselI1e",
] as const;
const SINGLE = [
  "expf", "expm1f", "logf", "log1pf", "sinf", "cosf", "tanf", "atanf", "tanhf", "sinhf", "coshf", "cbrtf", "erff", "erfcf", "lgammaf", "besselI0f", "besselI0ef", "besselI1f", "besselI1ef",
] as const;

const functions: readonly Case[] = [
  ...UNARY.map((f) => twin(`elementary/${f}`, `${f} of f64 numbers`, { f, special: SPECIAL.map(String) }, (tools) => ({ y: tools.engram.kernels.mapInto(f, everySize(tools), undefined, tools.backend) }))),
  ...(["pow", "atan2"] as const).map((f) => twin(`elementary/${f}`, `${f}(x, y) of f64 numbers, each x with 7 numbers y`, { f }, (tools) => {
    const x = everySize(tools);
    const y = tools.given("elementary exponents", [0, 0.5, -1.5, 3, NaN, Infinity, 7.25]);
    const spread = Float64Array.from({ length: 7 * x.length }, (_, i) => x[Math.floor(i / 7)]);
    return { y: tools.engram.kernels.zipInto(f, spread, spread.map((_, i) => y[i % 7]), undefined, tools.backend) };
  })),
  twin("elementary/expf", "exp of f32 numbers", {}, (tools) => ({ y: tools.engram.kernels.expInto(Float32Array.from(everySize(tools)), undefined, tools.backend) })),
  plain("elementary/single", "f32 functions: the f64 result rounded once", { functions: SINGLE }, (tools) => {
    const x = Float32Array.from(everySize(tools));
    return Object.fromEntries(SINGLE.map((f) => [f, x.map((value) => tools.engram.numeric[f](value))]));
  }),
  twin("elementary/power", "x^n / n and max(x, 0)^n / n, f64 and f32", { degrees: [1, 2, 3, 7, 30] }, (tools, { degrees }) => {
    const x = everySize(tools);
    const power = tools.engram.kernels.powerInto;
    return Object.fromEntries(degrees.flatMap((n) => [false, true].flatMap((rectified) => [
      [`f64 ${n}${rectified ? " rectified" : ""}`, power(x, n, rectified, undefined, tools.backend)],
      [`f32 ${n}${rectified ? " rectified" : ""}`, power(Float32Array.from(x), n, rectified, undefined, tools.backend)],
    ])));
  }),
  plain("elementary/normal", "normal distribution: tail, distribution, quantile; volumes of balls", {}, (tools) => {
    const { numeric } = tools.engram;
    const p = tools.numbers("probabilities", 61).map((u) => (u + 1) / 2);
    return {
      tail: everySize(tools).map(numeric.normalTail), cdf: everySize(tools).map(numeric.normalCdf), quantile: [2 ** -1000, 2 ** -52, ...p.filter((v) => v > 0)].map(numeric.normalQuantile),
      volume: [1, 2, 3, 17, 100, 784].map(numeric.unitBallVolume), logVolume: [1, 2, 3, 17, 100, 784].map(numeric.logUnitBallVolume), factorial: [1, 3, 5, 17, 101].map(numeric.logDoubleFactorial),
    };
  }),
];

const generators: readonly Case[] = [
  plain("random/seeded", "xoroshiro128+: uniforms, normals, integers, signs, shuffles, forks", { seeds: [0, 1, -1, 4294967295, 9007199254740991] }, (tools, { seeds }) => {
    const draw = (n: number, f: () => number): Float64Array => Float64Array.from({ length: n }, f);
    return Object.fromEntries(seeds.flatMap((seed) => {
      const rng = tools.engram.seeded(seed);
      const order = Int32Array.from({ length: 17 }, (_, i) => i);
      rng.shuffle(order);
      const other = rng.fork(7);
      return [
        [`${seed} uniform`, draw(20, rng.uniform)], [`${seed} normal`, draw(33, rng.normal)], [`${seed} integer`, draw(20, () => rng.integer(1000003))], [`${seed} sign`, draw(9, rng.sign)],
        [`${seed} shuffle`, order], [`${seed} fork`, draw(9, other.normal)],
      ];
    }));
  }),
  plain("random/threefry", "Threefry-2x32-20 and the layout JAX drew in", { seeds: [0, 42, 4294967296] }, (tools, { seeds }) => {
    const { numeric } = tools.engram;
    return Object.fromEntries(seeds.flatMap((seed) => {
      const key = numeric.threefryKey(seed);
      return [
        [`${seed} block`, Uint32Array.from([0, 1, 4294967295].flatMap((x) => numeric.threefry2x32(key, x, 3)))], [`${seed} bits`, numeric.threefryBits(key, 17)],
        [`${seed} split`, Uint32Array.from(numeric.threefrySplit(key).flat())], [`${seed} uniform`, numeric.threefryUniform(key, 17)],
        [`${seed} counter`, Float64Array.from({ length: 9 }, (_, i) => numeric.counterUniform(seed, i * 1000000007))],
      ];
    }));
  }),
];

const others: readonly Case[] = [
  plain("numeric/sums", "sums in blocks of 256 joined in the fixed tree; medians; thresholds; whole powers", { sizes: [1, 255, 257, 1500] }, (tools, { sizes }) => {
    const { numeric } = tools.engram;
    const x = (n: number): Float64Array => tools.numbers(`sums ${n}`, n, 1024);
    const pair = [x(255), tools.numbers("foreign", 99, 1024)];
    return {
      sum: sizes.map((n) => numeric.blockSum(x(n))), mean: sizes.map((n) => numeric.blockMean(x(n))), median: sizes.map((n) => numeric.median(x(n))), quantile: sizes.map((n) => numeric.quantile(x(n), 0.3)),
      threshold: [numeric.thresholdAt(pair[0], 0.9), numeric.auroc(pair[0], pair[1])], norm: sizes.map((n) => numeric.norm(x(n))), l1: [numeric.l1Distance(x(255), x(257).subarray(0, 255))],
      power: Array.from(x(1), (z) => numeric.integerPower(z / 1024, 13)), half: [0.5, 1.5, 2.5, -0.5, -1.5].map(numeric.roundHalfEven),
    };
  }),
  plain("numeric/steps", "Euler, Runge-Kutta and adaptive steps of x' = -x + W tanh(x)", { n: 7, dt: 0.125, until: 2 }, (tools, { n, dt, until }) => {
    const { numeric } = tools.engram;
    const W = tools.numbers("flow W", n * n);
    const x0 = tools.numbers("flow x", n);
    const flow = (x: Float64Array): Float64Array => x.map((value, i) => x.reduce((sum, v, j) => sum + W[i * n + j] * numeric.tanh(v), -value));
    const { x } = numeric.integrate(flow, x0, until) as unknown as { x: Float64Array };
    return { euler: numeric.eulerStep(flow, x0, dt), rk4: numeric.rk4Step(flow, x0, dt), adaptive: x };
  }),
  plain("numeric/linear-algebra", "product, singular values, pseudo-inverse, eigenvalues (ml-matrix)", { rows: 7, columns: 5 }, (tools, { rows, columns }) => {
    const { numeric } = tools.engram;
    const A = numeric.denseOf(rows, columns, tools.numbers("matrix", rows * columns));
    const G = numeric.multiply(A, numeric.transpose(A));
    const { U, s, V } = numeric.svd(A);
    const { lambda, V: vectors } = numeric.symmetricEigen(G);
    return { product: G.data, U: U.data, s, V: V.data, inverse: numeric.pseudoInverse(A).data, lambda, vectors: vectors.data, rank: [numeric.rank(G)] };
  }),
];

export const ELEMENTARY: readonly Case[] = [...functions, ...generators, ...others];
