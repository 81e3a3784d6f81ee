/**
 * `lsr-hybrid`: what to do with a cue outside every support of LSR. The paper (arXiv 2506.10801) names two remedies and tests none; the
 * designs are proposed in section 14 of the notes. There is no published number to meet: the checks are what is proven or derived.
 *
 *   d, M     uniform patterns in the unit cube, at two sharpnesses: all of them minima ("kept"), or three interacting on average (L34)
 *   measured from how far each remedy brings a cue home, at what cost in steps; how far patterns move and how many minima there are
 *            against the weight lambda of the hybrid's tail; LSR alone and LSE alone beside them, at the same beta
 */
import { seeded } from "../numeric/index.ts";
import { type Check, check, figure, formatNumber, formatPercent, htmlTable, lineChart, paragraph, result } from "../report/index.ts";
import type { Context, Experiment, Report } from "./experiment.ts";
import { lineOf, planeOf } from "./lsr-hybrid-pictures.ts";
import { cuesAt, methodsOf, moved, type Moved, type Recalls, recalls, references, type Sharpness, world } from "./lsr-hybrid-trials.ts";
import { reportOf } from "./report-files.ts";
import { mean } from "./uhn-sweep.ts";

export const lsrHybrid: Experiment = { name: "lsr-hybrid", title: "Cues outside every support: three remedies for LSR", needsData: false, run };

const SHARPNESS: readonly Sharpness[] = ["kept", "interacting"];
const RECALLED = [1e-6, 1e-3, 0.1] as const;
const LAMBDAS = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10] as const;
const DISTANCES = [0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 5] as const; // of n_mu
const METHODS = methodsOf(RECALLED);

interface Recalled extends Recalls {
  readonly d: number;
  readonly M: number;
  readonly sharpness: Sharpness;
  readonly t: number;
}
interface Tail extends Moved {
  readonly d: number;
  readonly M: number;
  readonly sharpness: Sharpness;
}
interface Counts {
  readonly lsr: { kept: number; novel: number; complete: boolean };
  readonly lse: { kept: number; novel: number };
}

function run(context: Context): Report {
  const start = context.now();
  const { quick, seed } = context;
  const sizes = quick ? [{ d: 8, M: 15 }] : [{ d: 2, M: 12 }, { d: 8, M: 25 }, { d: 32, M: 60 }];
  const [draws, per] = quick ? [2, 2] : [5, 4];
  const [found, tails]: [Recalled[], Tail[]] = [[], []];
  const counts = new Map<string, Counts>();
  sizes.forEach(({ d, M }, i) => SHARPNESS.forEach((sharpness, j) => {
    context.progress(`d = ${d}, M = ${M}, ${sharpness}`, (2 * i + j) / (2 * sizes.length));
    const worlds = Array.from({ length: draws }, (_, draw) => world(d, M, sharpness, seeded(seed).fork(1000 * d + 10 * draw)));
    for (const t of DISTANCES) {
      const cues = worlds.map((here, draw) => cuesAt(here, t, per, seeded(seed).fork(77 * d + draw)));
      for (const method of METHODS) found.push({ d, M, sharpness, t, ...sum(worlds.map((here, draw) => recalls(here, method, cues[draw]))) });
    }
    const known = worlds.map((here, draw) => references(here, seeded(seed).fork(500 + draw)));
    counts.set(`${d} ${sharpness}`, { lsr: { kept: mean(known.map(({ kept }) => kept)), novel: mean(known.map(({ novel }) => novel)), complete: known.every(({ complete }) => complete) }, lse: { kept: mean(known.map(({ lse }) => lse.kept)), novel: mean(known.map(({ lse }) => lse.novel)) } });
    for (const lambda of LAMBDAS) tails.push({ d, M, sharpness, ...average(worlds.map((here, draw) => moved(here, lambda, known[draw]))) });
    for (const { rows } of worlds) rows.dispose();
  }));
  const done = result({
    experiment: lsrHybrid.name, title: lsrHybrid.title, seed, seconds: context.now() - start,
    parameters: { quick, sizes, draws, "cues per pattern and distance": per, "distances / n_mu": DISTANCES, lambdas: LAMBDAS },
    rows: [
      ...found.map((row) => ({ part: "recall", ...row })), ...tails.map((row) => ({ part: "tail", ...row })),
      ...[...counts].map(([key, { lsr, lse }]) => ({ part: "minima", setting: key, "LSR kept": lsr.kept, "LSR novel": lsr.novel, "all of them": lsr.complete, "LSE kept": lse.kept, "LSE novel": lse.novel })),
    ],
    checks: checksOf(found, tails),
  });
  const settings = sizes.flatMap(({ d, M }) => SHARPNESS.map((sharpness) => ({ d, M, sharpness })));
  const radii = settings.map((at) => [`home-${at.d}-${at.sharpness}.svg`, homeChart(found, at.d, at.sharpness)] as const);
  const [shifts, novels, line] = [shiftChart(tails), novelChart(tails), lineOf([1e-3, 0.1])];
  const planes = [1e-3, 0.1].map((lambda) => [`plane-${lambda}.svg`, planeOf(lambda)] as const);
  return reportOf(done, {
    lead: lead(found, tails),
    files: [...radii, ["shift.svg", shifts], ["novel.svg", novels], ["line.svg", line], ...planes],
    sections: [
      { heading: "From how far a cue comes home", parts: [
        ...radii.map(([, chart], i) => figure(chart, `d = ${settings[i].d}, M = ${settings[i].M}, ${settings[i].sharpness === "kept" ? "every pattern is a minimum of LSR" : "three patterns interact on average"}. Home: within a tenth of the distance n_mu to its nearest neighbour.`)),
        htmlTable({ columns: ["d", "setting", "cue at", "method", "home", "exactly", "accepted", "steps"], rows: found.filter(({ t }) => t === 0.8 || t === 1.5).map((r) => [r.d, r.sharpness, `${r.t} n`, r.method, formatPercent(r.home / r.cues), formatPercent(r.exact / r.cues), formatPercent(r.accepted / r.cues), r.steps]) }),
        paragraph("The nearest stored pattern is what geometry allows; (b) and (c) follow the weighted mean of all patterns and lose where many are about as near. (a) starts with a support that holds the nearest pattern and, in high dimension, nearly all others as well: the mean it settles in is near none of them, and raising beta ends in an emergent memory, or outside."),
      ] },
      { heading: "What the tail costs", parts: [
        figure(shifts, "Largest distance of the hybrid's rests from LSR's kept patterns, in units of r_s. It is proportional to lambda until basins merge. LSR, and with it nearest, (a) and (b), are exact: 0."),
        figure(novels, "Minima that lie at no pattern (farther than 0.2 r_s), mean over draws, as found by descents from every pattern, up to 200 emergent minima of LSR and 200 random starts: a lower bound."),
        htmlTable({ columns: ["d", "setting", "LSR: kept", "novel (exact)", "LSE: kept", "novel (found)"], rows: settings.map(({ d, sharpness }) => {
          const { lsr, lse } = counts.get(`${d} ${sharpness}`)!;
          return [d, sharpness, lsr.kept, lsr.complete ? lsr.novel : `more than ${formatNumber(lsr.novel)}`, lse.kept, lse.novel];
        }) }),
        htmlTable({ columns: ["d", "setting", "lambda", "largest shift / r_s", "mean", "share of the bound", "protected minima", "found", "kept", "novel"], rows: tails.map((r) => [r.d, r.sharpness, r.lambda, r.largest, r.mean, r.ofBound, r.covered, r.survived, r.kept, r.novel]) }),
      ] },
      { heading: "Landscapes", parts: [
        figure(line, "LSR ends at its supports; the hybrid follows it inside and LSE outside, lower by the logarithm of lambda. The jump of slope at a support's edge stays."),
        ...planes.map(([, chart]) => figure(chart, "Points: where descents from a grid end.")),
      ] },
    ],
  });
}

function sum(parts: readonly Recalls[]): Recalls {
  const total = (f: (one: Recalls) => number): number => parts.reduce((so, one) => so + f(one), 0);
  return { method: parts[0].method, cues: total((p) => p.cues), accepted: total((p) => p.accepted), home: total((p) => p.home), exact: total((p) => p.exact), steps: mean(parts.map((p) => p.steps)), raised: total((p) => p.raised) };
}

function average(parts: readonly Moved[]): Moved {
  const over = (f: (one: Moved) => number): number => mean(parts.map(f));
  const most = (f: (one: Moved) => number): number => Math.max(...parts.map(f));
  return {
    lambda: parts[0].lambda, largest: most((p) => p.largest), mean: over((p) => p.mean), ofBound: most((p) => p.ofBound),
    covered: parts.reduce((so, p) => so + p.covered, 0), survived: parts.reduce((so, p) => so + p.survived, 0), kept: over((p) => p.kept), novel: over((p) => p.novel),
  };
}

/** Everything here is proven (hybrid.ts, far.ts) or follows from what a remedy does. */
function checksOf(found: readonly Recalled[], tails: readonly Tail[]): Check[] {
  const of = (name: string): Recalled[] => found.filter(({ method }) => method === name);
  const alone = of("LSR alone");
  const remedies = METHODS.slice(1, 4).map(({ name }) => name);
  const hybrids = found.filter(({ method }) => method.startsWith("(c)"));
  const exactness = [...alone, ...remedies.flatMap(of)].filter(({ sharpness }) => sharpness === "kept");
  const small = tails.filter(({ lambda, sharpness }) => lambda <= 1e-4 && sharpness === "kept");
  const growth = small.filter(({ lambda }) => lambda === 1e-5).map((tail) => {
    const next = small.find(({ d, lambda }) => d === tail.d && lambda === 1e-4)!;
    return next.largest / tail.largest;
  });
  return [
    ...remedies.map((name) => check({ name: `cues LSR brings home and "${name}" does not`, measured: of(name).reduce((so, row, i) => so + Math.max(0, alone[i].home - row.home), 0), expected: 0, relation: "equals", origin: "derived: a supported cue is recalled as before" })),
    check({ name: "answers of LSR and its remedies at a pattern that are not the pattern, exactly", measured: exactness.reduce((so, { home, exact }) => so + home - exact, 0), expected: 0, relation: "equals", origin: "derived: end points are LSR's minima" }),
    check({ name: "steps at which the hybrid's energy rose", measured: hybrids.reduce((so, { raised }) => so + raised, 0), expected: 0, relation: "equals", origin: "derived: kappa is convex and falling (L30)" }),
    check({ name: "hybrid recalls that did not end", measured: hybrids.reduce((so, { cues, accepted }) => so + cues - accepted, 0), expected: 0, relation: "equals", origin: "derived: finite everywhere" }),
    check({ name: "protected minima of LSR that were not found within lambda M / (|K| sqrt(e beta))", measured: tails.reduce((so, { covered, survived }) => so + covered - survived, 0), expected: 0, relation: "equals", origin: "derived (hybrid.ts)" }),
    check({ name: "largest share of the proven shift that was used", measured: Math.max(...tails.map(({ ofBound }) => ofBound)), expected: 1, relation: "at most", origin: "derived (hybrid.ts)" }),
    ...growth.map((ratio, i) => check({ name: `growth of the shift for ten times lambda, 1e-5 to 1e-4, d = ${small.filter(({ lambda }) => lambda === 1e-5)[i].d}`, measured: ratio, expected: 10, tolerance: 0.2, origin: "derived: linear in lambda (notes, section 14); the next order is lambda itself" })),
  ];
}

/** The largest distance up to which at least 90 % come home. */
function radius(rows: readonly Recalled[]): number {
  let reached = 0;
  for (const { t, home, cues } of rows) {
    if (home < 0.9 * cues) break;
    reached = t;
  }
  return reached;
}

function lead(found: readonly Recalled[], tails: readonly Tail[]): string {
  const d = found.some((row) => row.d === 8) ? 8 : found[0].d;
  const of = (method: string): Recalled[] => found.filter((row) => row.method === method && row.d === d && row.sharpness === "kept");
  const [alone, nearest, a, b, c, lse] = ["LSR alone", METHODS[1].name, METHODS[2].name, METHODS[3].name, METHODS[5].name, "LSE alone"].map((name) => ({ r: radius(of(name)), at: of(name).find(({ t }) => t === 0.8)! }));
  const share = ({ at }: { at: Recalled }): string => formatPercent(at.home / at.cues);
  const tail = tails.find((row) => row.d === d && row.sharpness === "kept" && row.lambda === 1e-3)!;
  return `In ${d} dimensions, cues at 0.8 of the distance to the nearest neighbour: LSR alone brings home ${share(alone)}, a step to the nearest pattern ${share(nearest)}, (a) adaptive beta ${share(a)}, (b) LSE then LSR ${share(b)}, (c) the hybrid at lambda = .001 ${share(c)}, LSE alone ${share(lse)}. ` +
    `The first four answer with the stored pattern to the last bit; the hybrid has one energy everywhere and pays with patterns moved by up to ${formatNumber(tail.largest)} r_s, in proportion to lambda, and an answer for every cue, known or not. 90 % come home from up to ${[alone, nearest, a, b, c, lse].map(({ r }) => formatNumber(r)).join(", ")} of that distance, in the same order.`;
}

function homeChart(found: readonly Recalled[], d: number, sharpness: Sharpness): string {
  return lineChart({
    title: `Cues brought home, d = ${d}, ${sharpness}`, xLabel: "distance of the cue / n", yLabel: "share of cues", yDomain: [0, 1],
    series: METHODS.map(({ name }) => {
      const own = found.filter((row) => row.d === d && row.sharpness === sharpness && row.method === name);
      return { name, x: own.map(({ t }) => t), y: own.map(({ home, cues }) => home / cues), dashed: name.endsWith("alone") };
    }),
  });
}

function tailSeries(tails: readonly Tail[], of: (row: Tail) => number): { name: string; x: number[]; y: number[] }[] {
  const names = [...new Set(tails.map(({ d, sharpness }) => `d = ${d}, ${sharpness}`))];
  return names.map((name) => {
    const own = tails.filter((row) => `d = ${row.d}, ${row.sharpness}` === name && of(row) > 0);
    return { name, x: own.map(({ lambda }) => lambda), y: own.map(of) };
  }).filter(({ x }) => x.length > 0);
}

function shiftChart(tails: readonly Tail[]): string {
  return lineChart({ title: "How far the tail moves the patterns", xLabel: "lambda", yLabel: "largest shift / r_s", xScale: "log", yScale: "log", series: tailSeries(tails, ({ largest }) => largest) });
}

function novelChart(tails: readonly Tail[]): string {
  return lineChart({ title: "Novel minima", xLabel: "lambda", yLabel: "novel minima", xScale: "log", series: tailSeries(tails, ({ novel }) => novel + 1e-9) });
}
