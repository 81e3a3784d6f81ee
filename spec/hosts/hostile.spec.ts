/**
 * Hosts that refuse: WebAssembly not there, its bytes damaged, modules that are not ours, memory that may not grow; two copies of the library
 * in one process; memories that are sent to other threads. Each in a process of its own, since the kernels are a process's only state.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import t from "tap";

const index = pathToFileURL("dist/src/index.js").href;

/** Runs code after `prepare`, with the library as `engram` and a memory of it as `memory`; what it prints is JSON. */
function inProcess(code: string, { prepare = "", flags = [] as string[], at = index } = {}): { [name: string]: unknown } {
  const whole = `${prepare}
    const engram = await import(${JSON.stringify(at)});
    const rows = (n, D, seed) => { const rng = engram.seeded(seed); return Array.from({ length: n }, () => Float64Array.from({ length: D }, () => rng.normal())); };
    const outcome = (f) => { try { return f(); } catch (error) { return error.name + ": " + error.message; } };
    ${code}`;
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, "--input-type=module", "-e", whole], { encoding: "utf8", env: { ...process.env, NODE_OPTIONS: "" }, maxBuffer: 1 << 26, timeout: 120_000 });
  if (status !== 0) throw new Error(`exit code ${status}: ${stderr.slice(-3000)}`);
  return JSON.parse(stdout) as { [name: string]: unknown };
}

const RECALL = `const memory = new engram.DenseMemory({ beta: 1 }); memory.store(rows(17, 5, 1));
  const { state, energies, key } = memory.recall(rows(1, 5, 2)[0]);
  console.log(JSON.stringify({ backend: engram.backendInUse(), own: memory.backend, key, numbers: [...state, ...energies] }));`;

/** Cuts what is compiled, wherever the library compiles it. */
const cut = (bytes: string): string => `{ const { Module } = WebAssembly; WebAssembly.Module = function (source) { return new Module(${bytes}); }; WebAssembly.compile = async (source) => new Module(${bytes}); }`;

t.test("refused and damaged WebAssembly: the scalar twin, the same bits", async (t) => {
  const wanted = inProcess(RECALL);
  t.equal(wanted.backend, "simd");
  const refusals: [string, { prepare?: string; flags?: string[] }][] = [
    ["no WebAssembly at all", { prepare: "delete globalThis.WebAssembly;" }],
    ["an engine without a compiler", { flags: ["--jitless"] }],
    ["compiling throws, as on workerd and under a content security policy", { prepare: 'WebAssembly.Module = function () { throw new WebAssembly.CompileError("disallowed by embedder"); };' }],
    ["instances are refused", { prepare: 'WebAssembly.Instance = function () { throw new RangeError("out of memory"); };' }],
    ...[0, 4, 8, 1000, 30000].map((n): [string, { prepare: string }] => [`the first ${n} bytes of the module`, { prepare: cut(`source.subarray(0, ${n})`) }]),
    ["all but the last byte", { prepare: cut("source.subarray(0, -1)") }],
    ["a flipped bit in the header", { prepare: cut("source.map((byte, i) => (i === 4 ? byte ^ 2 : byte))") }],
  ];
  for (const [name, host] of refusals) t.same(inProcess(RECALL, host), { ...wanted, backend: "scalar", own: "scalar" }, name);
  // Asynchronously, too: initKernels resolves to what is live and never rejects.
  t.same(inProcess("console.log(JSON.stringify([await engram.initKernels(), await engram.initKernels()]));", { prepare: cut("source.subarray(0, 100)") }), ["scalar", "scalar"]);
  t.same(inProcess("console.log(JSON.stringify([await engram.initKernels()]));"), ["simd"]);
});

t.test("useKernels takes the library's module, where compiling bytes is refused, and nothing else", async (t) => {
  const prepare = `import { readFileSync } from "node:fs"; const bytes = readFileSync("dist/kernels.wasm"); const { Module } = WebAssembly; const ours = new Module(bytes);
    const other = new Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
    const Refused = function () { throw new WebAssembly.CompileError("disallowed"); }; Refused.exports = Module.exports; WebAssembly.Module = Refused;`;
  const said = inProcess(`const before = new engram.DenseMemory({ beta: 1 }); before.store(rows(17, 5, 1));
    const refused = [undefined, null, 3, bytes, { }, other].map((module) => outcome(() => engram.useKernels(module)));
    const first = engram.backendInUse();
    engram.useKernels(ours);
    engram.useKernels("nothing is looked at once kernels are live");
    const after = new engram.DenseMemory({ beta: 1 }); after.store(rows(17, 5, 1));
    const cue = rows(1, 5, 2)[0];
    console.log(JSON.stringify({ refused, first, live: [engram.backendInUse(), before.backend, after.backend], same: JSON.stringify(before.recall(cue)) === JSON.stringify(after.recall(cue)) }));`, { prepare });
  for (const message of said.refused as string[]) t.match(message, /^EngramError: kernels: expected the WebAssembly\.Module of engram\/kernels\.wasm, got /);
  t.match((said.refused as string[])[5], /a module without memory/);
  t.equal(said.first, "scalar");
  t.same(said.live, ["simd", "scalar", "simd"], "a memory stays with the twin it began with");
  t.equal(said.same, true);
});

t.test("memory that may not grow: a clear error, and the store as it was", async (t) => {
  const code = `const memory = new engram.DenseMemory({ beta: 50 }); memory.store(rows(100, 16, 1));
    const cue = rows(1, 16, 2)[0], answer = () => JSON.stringify(memory.recall(cue));
    const before = [memory.size, answer(), Buffer.from(memory.toBytes()).toString("hex")];
    refuse(true);
    const message = outcome(() => memory.store(rows(9000, 256, 3).map((row) => row.subarray(0, 16)).concat(rows(200000, 16, 4))));
    const kept = JSON.stringify([memory.size, answer(), Buffer.from(memory.toBytes()).toString("hex")]) === JSON.stringify(before);
    refuse(false);
    memory.store(rows(20000, 16, 5));
    console.log(JSON.stringify({ message, kept, size: memory.size, backend: memory.backend, found: memory.recall(rows(20000, 16, 5)[7]).key }));`;
  const denied = inProcess(code, { prepare: `const grow = WebAssembly.Memory.prototype.grow;
    globalThis.refuse = (on) => { WebAssembly.Memory.prototype.grow = on ? () => { throw new RangeError("refused") } : grow; };` });
  t.match(denied.message, /^EngramError: kernel memory: expected room for \d+ more bytes, got a host that refuses to grow the memory\. Dispose/);
  t.same([denied.kept, denied.size, denied.backend, denied.found], [true, 20100, "simd", 107]);
  // The engine's own limit, 10 MB.
  const limited = inProcess(code, { prepare: "globalThis.refuse = () => {};", flags: ["--wasm-max-mem-pages=160"] });
  t.match(limited.message, /^EngramError: kernel memory: expected room for \d+ more bytes, got a host that refuses to grow the memory\. Dispose/);
  t.same([limited.kept, limited.size, limited.found], [true, 20100, 107]);
  // Even the first page: the memory cannot be made, so the scalar twin answers.
  const tiny = inProcess(RECALL, { flags: ["--wasm-max-mem-pages=0"] });
  t.ok(["simd", "scalar"].includes(tiny.backend as string));
  t.same(tiny.numbers, inProcess(RECALL).numbers);
});

t.test("two copies in one process live apart and read each other's files", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "engram-copy-"));
  try {
    cpSync("dist/src", join(folder, "dist/src"), { recursive: true });
    cpSync("package.json", join(folder, "package.json"));
    symlinkSync(join(process.cwd(), "node_modules"), join(folder, "node_modules"), "junction");
    const said = inProcess(`const other = await import(${JSON.stringify(pathToFileURL(join(folder, "dist/src/index.js")).href)});
      const one = new engram.UniversalMemory(); one.store(rows(300, 12, 1));
      const two = other.UniversalMemory.fromBytes(one.toBytes());
      two.store(rows(5000, 12, 2));
      const back = engram.UniversalMemory.fromBytes(two.toBytes());
      const cue = rows(1, 12, 3)[0];
      one.dispose();
      const error = (() => { try { other.seeded(.5); } catch (error) { return [error instanceof engram.EngramError, error instanceof other.EngramError, error.name]; } })();
      console.log(JSON.stringify({ apart: engram.UniversalMemory !== other.UniversalMemory, sizes: [two.size, back.size], same: JSON.stringify(two.recall(cue)) === JSON.stringify(back.recall(cue)), live: [engram.backendInUse(), other.backendInUse()], error }));`);
    t.same(said, { apart: true, sizes: [5300, 5300], same: true, live: ["simd", "simd"], error: [false, true, "EngramError"] });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

t.test("a memory goes to another thread as bytes; cloned as an object it says so", async (t) => {
  const said = inProcess(`import { Worker } from "node:worker_threads";
    const { DenseMemory, UniversalMemory, EntropicMemory, semantic, entropic } = engram;
    const memories = [new DenseMemory({ beta: 1 }), new UniversalMemory(), new EntropicMemory(), new engram.semantic.SemanticMemory({ encoder: engram.semantic.pixels }), new engram.entropic.HeteroMemory()];
    const refused = memories.flatMap((memory) => [outcome(() => structuredClone(memory)), outcome(() => new MessageChannel().port1.postMessage({ memory })), outcome(() => JSON.stringify(memory))]);
    const [memory] = memories;
    memory.store(rows(300, 12, 1));
    const bytes = memory.toBytes();
    const worker = new Worker(\`import { parentPort, workerData } from "node:worker_threads";
      import(workerData).then(({ DenseMemory }) => parentPort.on("message", ({ bytes, cue }) => parentPort.postMessage(JSON.stringify(DenseMemory.fromBytes(bytes).recall(cue)))));\`, { eval: true, workerData: ${JSON.stringify(index)} });
    const cue = rows(1, 12, 2)[0];
    const answer = new Promise((resolve) => worker.once("message", resolve));
    worker.postMessage({ bytes, cue }, [bytes.buffer]);
    const same = await answer === JSON.stringify(memory.recall(cue));
    await worker.terminate();
    // Shared memory: the file is read where it lies.
    const file = memory.toBytes(), shared = new Uint8Array(new SharedArrayBuffer(file.length));
    shared.set(file);
    console.log(JSON.stringify({ refused, same, moved: bytes.length, shared: JSON.stringify(DenseMemory.fromBytes(shared).recall(cue)) === JSON.stringify(memory.recall(cue)) }));`);
  const names = ["DenseMemory", "UniversalMemory", "EntropicMemory", "SemanticMemory", "HeteroMemory"];
  t.equal((said.refused as string[]).length, 3 * names.length);
  for (const [i, message] of (said.refused as string[]).entries()) t.match(message, new RegExp(`^EngramError: clone of a ${names[Math.floor(i / 3)]}: expected its bytes, .*toBytes`));
  t.same([said.same, said.moved, said.shared], [true, 0, true], "the other thread's answer has the same bits, and the bytes were moved, not copied");
});
