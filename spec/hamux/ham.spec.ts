/** The HAM as a whole: fixture F5 and torch's trajectories, energy trees, weight sharing, batches, the guard, conditions, bad input. */
import t from "tap";
import { constant, dot, grad, mul, neg, square, sub, sum, variable, type Var } from "../../src/autodiff/index.ts";
import * as hamux from "../../src/hamux/index.ts";
import { attention, bias, conv, custom, dense, denseAM, HAM, layer, nary, normal, othersOnly, type RunOptions } from "../../src/hamux/index.ts";
import { EngramError, log, seeded } from "../../src/numeric/index.ts";
import { fill, golden, off } from "./samples.ts";

const f5 = (): HAM => new HAM({
  layers: { x: layer(5, hamux.layerNorm()), y: layer(3, hamux.softmax(), { tau: 2 }) },
  synapses: { W: dense(fill([5, 3], 0.1)), b: bias(fill(3, 0.4, 0.5)) },
  connections: [[["x", "y"], "W"], [["y"], "b"]],
});
const F5_START = { x: fill(5, 0.2, 2).data, y: fill(3, 0.9).data };
/** Exactly so many plain Euler steps of .1. */
const plain = (steps: number, more: RunOptions = {}): RunOptions => ({ steps, tolerance: 0, guard: false, ...more });

/** Three layers of three kinds, with everything: rows, tau, bias, masks, several synapses. The twin of `dynamics` in generate.py. */
const three = (precision: "f32" | "f64" = "f64"): HAM => new HAM({
  precision,
  layers: {
    a: layer([2, 3], hamux.layerNorm(), { bias: fill([2, 3], 0.6, 0.3) }),
    b: layer(4, hamux.tanh(2), { tau: 2, free: [1, 0, 1, 1] }),
    c: layer(3, hamux.softmax(), { tau: 0.5 }),
  },
  synapses: { ab: dense(fill([6, 4], 0.1)), bc: dense(fill([4, 3], 0.2)), memory: denseAM([fill([6, 5], 0.3), fill([3, 5], 0.9)], { hidden: hamux.softmax(1.5) }) },
  connections: [[["a", "b"], "ab"], [["b", "c"], "bc"], [["a", "c"], "memory"]],
});
const THREE_START = { a: fill([2, 3], 0.2, 2).data, b: fill(4, 0.9).data, c: fill(3, 0.4).data };

/** Every Lagrangian and synapse in one network on pictures. */
const everything = (seed: number): HAM => {
  const rng = seeded(seed);
  const w = (shape: number[], sd = 0.5): ReturnType<typeof normal> => normal(shape, rng, sd);
  return new HAM({
    layers: {
      picture: layer([6, 6, 2], hamux.spherical({ gamma: 2 })), maps: layer([2, 2, 3], hamux.sigmoid(1.5)), tokens: layer([4, 5], hamux.layerNorm()),
      label: layer(3, hamux.softmax(2)), free: layer(4, hamux.tanh()), ghost: layer(5, hamux.ghostMax()),
    },
    synapses: {
      see: conv(w([3, 2, 3, 3]), { pool: { kind: seed % 2 === 0 ? "max" : "avg", size: 2 } }), read: dense(w([12, 4])), mix: nary(w([3, 4, 5])),
      attend: attention(w([5, 2, 3]), w([5, 2, 3]), { mask: othersOnly(4) }), ask: attention(w([3, 2, 3]), w([5, 2, 3])), keep: denseAM(w([20, 7]), { normalised: true, hidden: hamux.softmax(3) }),
      rest: custom({ energy: ([x, y]) => mul(0.1, sum(square(sub(dot(x, x), dot(y, y))))) }), same: dense(w([4, 4])),
    },
    connections: [
      [["picture", "maps"], "see"], [["maps", "free"], "read"], [["label", "free", "ghost"], "mix"], [["tokens", "tokens"], "attend"], [["label", "tokens"], "ask"],
      [["tokens"], "keep"], [["label", "ghost"], "rest"], [["free", "free"], "same"],
    ],
  });
};

t.test("fixture F5", async (t) => {
  const ham = f5();
  const tree = ham.energyTree(F5_START);
  const near = (a: ArrayLike<number>, b: number[], what: string): void => void t.ok(off(a, b) < 1e-9, what);
  near([tree.layers.x + tree.layers.y], [-1.092158362], "neurons");
  near([tree.connections[0].energy + tree.connections[1].energy], [1.124584872], "synapses");
  near([tree.energy], [0.03242650983], "total");
  const slope = ham.dEdActivation(F5_START);
  near(slope.x, [-0.2115047657, 1.3546631078, 2.8220360031, 0.8725367284, 0.0842231684], "dE/dx");
  near(slope.y, [2.2978020358, 2.3064994636, 1.2304141537], "dE/dy");
  const run = ham.run(F5_START, plain(50));
  near([run.energies[10], run.energies[50]], [-3.528370589, -4.372599526], "energies");
  near(run.states.y, [1.1263210586, 2.9907629831, 3.4486023447], "y after 50 steps");
  t.ok(run.energies.every((E, i) => i === 0 || E < run.energies[i - 1]), "strictly falling");
  const clamped = ham.run(F5_START, plain(50, { free: { x: 0 } }));
  near([clamped.energies[50]], [-0.1003862367], "x clamped");
  near(clamped.activations.y, [0.2078532531, 0.2559675825, 0.5361791644], "y with x clamped");
  t.same(clamped.states.x, F5_START.x, "a clamped layer does not move");
});

t.test("zero states: -ln 8 and -ln 9", async (t) => {
  const rng = seeded(1);
  const ham = new HAM({
    layers: { input: layer(7, hamux.identity()), labels: layer(8, hamux.softmax()), hidden: layer(9, hamux.softmax()) },
    synapses: { one: dense(normal([7, 9], rng)), two: dense(normal([9, 8], rng)) }, connections: [[["input", "hidden"], "one"], [["hidden", "labels"], "two"]],
  });
  const { layers } = ham.energyTree({});
  t.same([layers.input, layers.labels, layers.hidden], [0, -log(8), -log(9)]);
  t.same(ham.states().input, new Float64Array(7));
});

t.test("trajectories are torch's: Euler and Runge-Kutta, tau, bias, masks, rows, shared hidden layer", async (t) => {
  for (const [method, steps, dt] of [["euler", 30, 0.1], ["rk4", 10, 0.2]] as const) {
    const { energies, end } = golden().dynamics[method];
    const run = three().run(THREE_START, plain(steps, { method, dt }));
    // Rounding grows with the steps; 1e-10 leaves a thousandfold room.
    t.ok(off(run.energies, energies) < 1e-10, `${method}: ${off(run.energies, energies)}`);
    for (const name of ["a", "b", "c"]) t.ok(off(run.states[name], end[name]) < 1e-10, `${method}, ${name}`);
    const single = three("f32").run(THREE_START, plain(steps, { method, dt }));
    t.ok(off(single.energies, energies) < 1e-4, "f32 follows");
  }
  const [fine, adaptive] = [three().run(THREE_START, plain(300, { method: "rk4", dt: 0.01 })), three().run(THREE_START, plain(3, { method: "adaptive", dt: 1 }))];
  // On its way a row of `a` has almost no variance; there the layer norm turns within sqrt(epsilon), and RK4 at .01 is good to 1e-6 only.
  for (const name of ["a", "b", "c"]) t.ok(off(adaptive.states[name], fine.states[name]) < 1e-5, "the adaptive pair reaches the same states at t = 3");
});

t.test("the leaves of the tree sum to the energy, which is the energy of graph; signals = x - b - dE/dxhat", async (t) => {
  for (const ham of [f5(), three(), everything(2), everything(3)]) {
    const states = ham.randomStates(seeded(5));
    const { energy, layers, connections } = ham.energyTree(states);
    t.equal([...Object.values(layers), ...connections.map((one) => one.energy)].reduce((sum, leaf) => sum + leaf, 0), energy);
    t.equal(ham.energy(states), energy);
    const xs = ham.vars([states]);
    t.equal(ham.graph.energy(ham.graph.activations(xs, ham.params), xs, ham.params).data[0], energy);
    t.same(connections.map(({ name }) => name), ham.graph.connections.map(([names, synapse]) => `${names.join(", ")}: ${synapse}`));
  }
  const [signals, slope] = [three().signals(THREE_START), three().dEdActivation(THREE_START)];
  t.ok(off(slope.b, THREE_START.b.map((x, i) => x - signals.b[i])) < 1e-15);
  const b = fill([2, 3], 0.6, 0.3).data;
  t.ok(off(slope.a, THREE_START.a.map((x, i) => x - b[i] - signals.a[i])) < 1e-15, "with its bias");
});

t.test("dE/dxhat is the derivative of the energy: along the states, dE/dx = H dE/dxhat", async (t) => {
  for (const ham of [f5(), three(), everything(2)]) {
    const states = ham.randomStates(seeded(7), 0.7);
    const xs = Object.fromEntries(Object.entries(ham.vars([states])).map(([name, x]) => [name, variable(x)]));
    const names = Object.keys(xs);
    const E = ham.graph.energy(ham.graph.activations(xs, ham.params), xs, ham.params);
    const whole = grad(sum(E), names.map((name) => xs[name]));
    const slope = ham.dEdActivation(states);
    const xhats = ham.graph.activations(xs, ham.params);
    const through = grad(names.map((name) => dot(xhats[name], constant(slope[name], xs[name].shape))).reduce((a, b) => sub(a, neg(b))), names.map((name) => xs[name]));
    names.forEach((name, i) => t.ok(off(whole[i].data, through[i].data) < 1e-9, name));
  }
});

t.test("a synapse named twice shares its weights; a layer named twice gets the sum over slots", async (t) => {
  const W = fill([3, 3], 0.3);
  const pair = new HAM({
    layers: { a: layer(3, hamux.identity()), b: layer(3, hamux.identity()), c: layer(3, hamux.identity()) }, synapses: { W: dense(W) }, connections: [[["a", "b"], "W"], [["b", "c"], "W"]],
  });
  t.same(Object.keys(pair.parameters), ["W.W"]);
  const states = { a: [1, 2, 3], b: [0.5, -1, 2], c: [1, 0, -1] };
  const { b } = pair.signals(states);
  for (let i = 0; i < 3; i++) {
    const wanted = [0, 1, 2].reduce((all, j) => all + W.data[3 * j + i] * states.a[j] + W.data[3 * i + j] * states.c[j], 0);
    t.ok(Math.abs(b[i] - wanted) < 1e-15, "from a through W, from c through W^T");
  }
  const loop = new HAM({ layers: { a: layer(3, hamux.identity()) }, synapses: { W: dense(W) }, connections: [[["a", "a"], "W"]] });
  const { a } = loop.signals({ a: states.a });
  for (let i = 0; i < 3; i++) t.ok(Math.abs(a[i] - [0, 1, 2].reduce((all, j) => all + (W.data[3 * i + j] + W.data[3 * j + i]) * states.a[j], 0)) < 1e-15, "W + W^T");
});

t.test("a batch gives the bits of the single calls, whatever the method, the guard and the company", async (t) => {
  for (const ham of [three(), three("f32"), everything(2)]) {
    const batch = Array.from({ length: 5 }, (_, i) => ham.randomStates(seeded(i), 0.5 + i));
    t.same(ham.activationsMany(batch), batch.map((one) => ham.activations(one)));
    t.same(ham.energyTreeMany(batch), batch.map((one) => ham.energyTree(one)));
    t.same(ham.dEdActivationMany(batch), batch.map((one) => ham.dEdActivation(one)));
    for (const options of [plain(4), { steps: 12, dt: 1.5 }, { steps: 3, method: "rk4" }, { steps: 2, method: "adaptive" }] as RunOptions[]) {
      t.same(ham.runMany(batch, options), batch.map((one) => ham.run(one, options)), JSON.stringify(options));
    }
  }
  t.same([f5().runMany([]), f5().activationsMany([]), f5().energyTreeMany([])], [[], [], []]);
});

t.test("the energy never rises under the guard, at any dt, in any network; plain small steps do not raise it either", async (t) => {
  for (const ham of [f5(), three(), everything(2), everything(3), everything(4)]) {
    for (const dt of [0.01, 0.1, 1, 30]) for (const method of ["euler", "rk4"] as const) {
      const { energies, raised, steps } = ham.run(ham.randomStates(seeded(9), 3), { dt, method, steps: 25 });
      const rises = energies.filter((E, i) => i > 0 && E > energies[i - 1] + 1e-11 * Math.max(1, Math.abs(E)));
      t.same([rises.length, raised], [0, 0], `dt ${dt}, ${method}, ${steps} steps`);
    }
    for (const dt of [0.001, 0.01]) t.equal(ham.run(ham.randomStates(seeded(9), 3), plain(10, { dt })).raised, 0, "the authors' own test");
  }
  t.ok(f5().run({ x: [1, -2, 3, -4, 5], y: [1, 2, 3] }, plain(30, { dt: 3.5 })).raised > 0, "without the guard a large step does raise it, and is counted");
  const demo = new HAM({ // the authors' descent demo
    layers: { x: layer(33, hamux.layerNorm()), y: layer(22, hamux.softmax()) }, synapses: { W: dense(normal([33, 22], seeded(3), 0.4)) }, connections: [[["x", "y"], "W"]],
  });
  t.equal(demo.run(demo.randomStates(seeded(4), 30), plain(50, { dt: 0.5 })).raised, 0);
});

t.test("converged is a rest of the activations: saturated neurons and tiny steps do not count as one", async (t) => {
  const decay = new HAM({ layers: { x: layer(2, hamux.tanh()) }, synapses: { b: bias(fill(2, 0.4, 0)) }, connections: [[["x"], "b"]] });
  const run = decay.run({ x: [1000, -1000] }, { steps: 5000 });
  t.ok(run.converged && run.steps > 100, `${run.steps} steps: tanh is flat at 1000, yet it is no rest`);
  t.ok(run.states.x.every((x) => Math.abs(x) < 1e-8));
  const isolated = new HAM({ layers: { x: layer(2, hamux.identity(), { tau: 2 }) }, synapses: {}, connections: [] });
  t.same(isolated.run({ x: [1, -3] }, plain(1, { dt: 0.5 })).states.x, Float64Array.of(0.75, -2.25), "dx/dt = -x / tau");
  const settled = three().run(THREE_START, { steps: 3000 });
  t.ok(settled.converged && settled.reason === undefined, String(settled.steps));
  const again = three().run(settled.states);
  t.same([again.converged, again.steps], [true, 0], "at rest from the start");
  t.same(three().run(THREE_START, { steps: 2 }).reason, "still moving after 2 steps");
  t.ok(three().run(settled.states, { tolerance: 0, steps: 7 }).steps === 7, "no tolerance: all steps");
});

t.test("an energy without a bottom: found beforehand, reported when it runs away", async (t) => {
  const make = (scale: number): HAM => new HAM({
    layers: { x: layer(3, hamux.identity()), y: layer(3, hamux.identity()) }, connections: [[["x", "y"], "W"]],
    synapses: { W: dense({ shape: [3, 3], data: Float64Array.of(scale, 0, 0, 0, 0.1, 0, 0, 0, 0.2) }) }, // largest singular value: scale
  });
  t.ok(make(0.9).conditions().guaranteed);
  const { guaranteed, bounded, warnings } = make(1.2).conditions();
  t.notOk(guaranteed || bounded.pass);
  t.match(warnings.join(), /not bounded below.*1000 out \(x, y\)/);
  const run = make(3).run({ x: [1, 0, 0], y: [1, 0, 0] }, { dt: 1, steps: 3000 });
  t.notOk(run.converged);
  t.match(run.reason, /no step lowers|not finite/);
  t.ok(run.energies.every(Number.isFinite) && run.states.x.every(Number.isFinite), "the last sound state");
});

t.test("conditions: convex, bounded, fed back; closed forms of custom synapses are the gradient", async (t) => {
  for (const ham of [f5(), three(), everything(2)]) {
    const found = ham.conditions();
    t.ok(found.guaranteed, JSON.stringify(found));
    t.same([found.warnings, found.bounded.reason], [[], "activations are bounded"]);
  }
  t.match(f5().conditions().convex.y.flat, /one number added/);
  const layers = { x: layer(4, hamux.lagrangian({ name: "bent", value: (x: Var) => sum(sub(mul(0.5, square(x)), mul(0.2, mul(square(x), square(x))))) })) };
  const bent = new HAM({ layers, synapses: { b: bias(fill(4, 1)) }, connections: [[["x"], "b"]] });
  t.match(bent.warnings, [/layer x: Lagrangian bent is not convex/]);
  t.notOk(bent.conditions().convex.x.pass);
  t.same(bent.run({ x: [0, 0, 0, 0] }, plain(1)).warnings, bent.warnings, "every run says so");
  const round = new HAM({ layers: { x: layer(60, hamux.lagrangian({ value: (x: Var) => mul(0.5, sum(square(x))) })) }, synapses: { b: bias(fill(60, 1)) }, connections: [[["x"], "b"]] });
  t.same(round.warnings, []);
  t.ok(round.conditions().guaranteed);
  const hidden = new HAM({ layers: { x: layer(4, hamux.tanh()) }, synapses: { s: denseAM(fill([4, 3], 1), { hidden: hamux.lagrangian({ value: (x: Var) => neg(sum(square(x))) }) }) }, connections: [[["x"], "s"]] });
  t.match(hidden.warnings, [/hidden layer of s/]);
  const lie = new HAM({ layers: { x: layer(3, hamux.tanh()) }, synapses: { s: custom({ energy: ([x]) => sum(square(x)), signals: ([x]) => [x] }) }, connections: [[["x"], "s"]] });
  const found = lie.conditions();
  t.ok(found.signals.s > 1 && !found.guaranteed && /signals of s differ/.test(found.warnings.join()), "a wrong sign is found");
  const oneWay = new HAM({ layers: f5().graph.layers, synapses: f5().graph.synapses, connections: [[["x", "y"], "W", { noFeedback: ["x"] }], [["y"], "b"]] });
  t.same(oneWay.conditions().feedback, { pass: false, without: ["x, y: W"] });
  t.notOk(oneWay.conditions().guaranteed);
  t.same(oneWay.signals(F5_START).x, new Float64Array(5), "x hears nothing");
  t.match(oneWay.run(F5_START, { steps: 1 }).warnings, [/no feedback into x/]);
  t.match(f5().run(F5_START, { steps: 1, free: { x: [1, 1, 0, 1, 1] } }).warnings, [/layer x is clamped in part/]);
  t.same(three().run(THREE_START, { steps: 1 }).warnings, [], "neurons of a tanh layer may be clamped one by one");
});

t.test("a layer that no connection reaches has signals of 0, also where its activation is beyond the precision", async (t) => {
  const ham = new HAM({ layers: { x: layer(2, hamux.repu(3)) }, synapses: {}, connections: [] });
  t.same(ham.signals({ x: [1e200, -1] }), { x: Float64Array.of(0, 0) });
  t.same(ham.dEdActivation({ x: [1e200, -1] }), { x: Float64Array.of(1e200, -1) });
});

t.test("parameters: replaced by name; learned through the dynamics", async (t) => {
  const ham = three();
  t.same(Object.keys(ham.parameters), ["a.gamma", "a.delta", "a.bias", "b.beta", "c.beta", "ab.W", "bc.W", "memory.W1", "memory.W2", "memory.hidden.beta"]);
  const other = ham.withParameters({ "b.beta": { shape: [], data: Float64Array.of(0.5) }, "memory.hidden.beta": { shape: [], data: Float64Array.of(3) } });
  t.same([other.parameters["b.beta"].data[0], other.parameters["ab.W"], ham.parameters["b.beta"].data[0]], [0.5, ham.parameters["ab.W"], 2]);
  t.same(other.graph.synapses.memory.hidden!.parameters.beta.data, Float64Array.of(3));
  t.not(other.energy(THREE_START), ham.energy(THREE_START));
  // d/dp of the energy after three steps, by the tape and by differences.
  for (const name of ["a.gamma", "b.beta", "a.bias", "memory.hidden.beta", "memory.W1"]) {
    const after = (p: Var): Var => {
      const params = { ...ham.params, [name]: p };
      let xs: Record<string, Var> = ham.vars([THREE_START]);
      for (let i = 0; i < 3; i++) xs = ham.graph.step(xs, params, 0.1);
      return sum(ham.graph.energy(ham.graph.activations(xs, params), xs, params));
    };
    const p = variable(ham.parameters[name]);
    const [g] = grad(after(p), [p]);
    const [up, down] = [1e-5, -1e-5].map((h) => after(constant(p.data.map((value, i) => (i === 0 ? value + h : value)), p.shape)).data[0]);
    t.ok(Math.abs(g.data[0] - (up - down) / 2e-5) < 1e-7, `${name}: ${g.data[0]}`);
  }
});

t.test("it reads aloud", async (t) => {
  t.equal(f5().describe(), "x: 5 neurons, layerNorm\ny: 3 neurons, softmax\nx and y through W\ny through b");
  t.match(new HAM({ layers: f5().graph.layers, synapses: f5().graph.synapses, connections: [[["x", "y"], "W", { noFeedback: ["x"] }]] }).describe(), /x and y through W, no feedback into x/);
});

t.test("bad input: names with the nearest, shapes by name, NaN, masks", async (t) => {
  const { layers, synapses } = f5().graph;
  const ham = f5();
  const wrong: [() => unknown, RegExp][] = [
    [() => new HAM({ layers, synapses, connections: [[["x", "yy"], "W"]] }), /x, yy: W, layer: expected one of x, y, got "yy". Did you mean "y"\?/],
    [() => new HAM({ layers, synapses, connections: [[["x", "y"], "w"]] }), /synapse: expected one of W, b, got "w". Did you mean "W"\?/],
    [() => new HAM({ layers, synapses, connections: [[["y", "x"], "W"]] }), /y, x: W: expected 2 layers of 5, 3 neurons, got y \[3\] and x \[5\]/],
    [() => new HAM({ layers, synapses, connections: [[["x", "y"], "W", { noFeedback: ["z"] }]] }), /noFeedback: expected one of x, y/],
    [() => new HAM({ layers, synapses, connections: [[[], "W"]] }), /at least one layer/], [() => new HAM({ layers: {}, synapses, connections: [] }), /at least one layer/],
    [() => new HAM({ layers: { "x.y": layers.x }, synapses, connections: [] }), /without a dot/], [() => new HAM({ layers: { W: layers.x }, synapses, connections: [] }), /names that no layer has/],
    [() => new HAM({ layers, synapses: { W: dense({ shape: [5, 3], data: new Float64Array(15).fill(NaN, 7, 8) }) }, connections: [] }), /parameter W.W, number 7: expected a finite number, got NaN/],
    [() => layer(3, hamux.tanh(), { bias: 5 as never }), /layer bias: expected 3 numbers, got 5/],
    [() => dense({ shape: [5, 3], data: new Float64Array(14) }), /dense W: expected 15 numbers for shape \[5, 3\], got 14/],
    [() => new HAM({ layers, synapses: { b: bias({ shape: [3], data: new Float64Array(2) }) }, connections: [] }), /parameter b.b: expected 3 numbers for shape \[3\], got 2/],
    [() => new HAM({ layers, synapses, connections: [], precision: "f16" as "f32" }), /one of f32, f64/],
    [() => ham.energy({ z: [1] }), /states, layer: expected one of x, y/], [() => ham.energy({ x: [1] }), /state of x: expected 5 numbers for shape \[5\], got 1/],
    [() => ham.energy({ x: [1, 2, NaN, 4, 5] }), /state of x, neuron 2/], [() => ham.run({}, { free: { z: 0 } }), /free, layer: expected one of x, y/],
    [() => ham.run({}, { free: { x: [1, 0] } }), /mask of x: expected 5 entries, or a single 0 or 1, got 2 entries/], [() => ham.run({}, { free: { x: [1, 1, 1, 1, 2] } }), /mask of x, entry 4/],
    [() => ham.run({}, { dt: 0 }), /dt/], [() => ham.run({}, { steps: 1.5 }), /steps/], [() => ham.run({}, { tolerance: -1 }), /tolerance/], [() => ham.run({}, { method: "eulr" as "euler" }), /Did you mean "euler"/],
    [() => ham.withParameters({ "W.V": fill([5, 3], 1) }), /Did you mean "W.W"\?/], [() => ham.withParameters({ "W.W": fill([3, 5], 1) }), /shape \[5, 3\], got \[3, 5\]/],
    [() => new HAM({ layers: { i: layer(2, hamux.identity()) }, synapses: { s: dense(fill([2, 2], 1)) }, connections: [[["i", "i"], "s"]] }).energy({ i: [1e200, -1e200] }), /energy of example 0: expected a number, got NaN/],
    [() => everything(2).withParameters({ "keep.W": { shape: [20, 7], data: new Float64Array(140) } }), /denseAM W, column 0/],
    [() => ham.withParameters({ "y.beta": { shape: [], data: Float64Array.of(-1) } }), /above 0, got -1/], [() => ham.conditions({ samples: 0 }), /samples/], [() => ham.conditions({ sd: -1 }), /sd/],
  ];
  for (const [call, message] of wrong) {
    t.throws(call, EngramError, String(message));
    t.throws(call, { message });
  }
});
