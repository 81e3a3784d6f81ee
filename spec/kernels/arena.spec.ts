import t from "tap";
import { createHash } from "node:crypto";
import { Arena } from "../../src/kernels/arena.ts";
import { exp } from "../../src/numeric/index.ts";
import { kernels } from "../../src/kernels/host.ts";
import { Rows } from "../../src/kernels/index.ts";
import { kernelBinary } from "../../src/kernels/binary.ts";

const fresh = (): { instance: WebAssembly.Instance; arena: Arena } => {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(kernelBinary() as Uint8Array<ArrayBuffer>));
  const { memory, heapBase } = instance.exports as unknown as { memory: WebAssembly.Memory; heapBase(): number };
  return { instance, arena: new Arena(memory, heapBase()) };
};

t.test("the module imports nothing and stays small", async (t) => {
  const binary = kernelBinary() as Uint8Array<ArrayBuffer>;
  t.same(WebAssembly.Module.imports(new WebAssembly.Module(binary)), []);
  t.ok(binary.length <= 100 * 1024, `${binary.length} bytes, at most 100 KB`);
});

t.test("blocks never overlap, are aligned, lie above the module's constants, and come back whole", async (t) => {
  const { instance, arena } = fresh();
  const base = (instance.exports as unknown as { heapBase(): number }).heapBase();
  const held: { at: number; bytes: number }[] = [];
  let state = 1;
  const next = (n: number): number => (state = (state * 48271) % 2147483647) % n;
  for (let i = 0; i < 2000; i++) {
    if (held.length > 0 && next(3) === 0) arena.free(held.splice(next(held.length), 1)[0].at);
    else {
      const bytes = 1 + next(50000);
      const at = arena.allocate(bytes);
      if (at % 64 !== 0 || at < base || at === 0) t.fail(`address ${at}`);
      if (held.some((other) => at < other.at + other.bytes && other.at < at + bytes)) t.fail(`overlap at ${at}`);
      held.push({ at, bytes });
    }
  }
  for (const { at } of held) arena.free(at);
  t.equal(arena.usedBytes, 0);
  const size = arena.memory.buffer.byteLength;
  arena.free(arena.allocate(size - base - 256));
  t.equal(arena.memory.buffer.byteLength, size, "all of it is one free span again");
  arena.free(12345);
  t.pass("freeing what is not held does nothing");
});

t.test("a first block of whole pages has room beside what lies below it", async (t) => {
  for (const pages of [1, 2, 192]) {
    const { arena } = fresh();
    const at = arena.allocate(pages * 65536);
    t.ok(at > 0 && at + pages * 65536 <= arena.memory.buffer.byteLength, `${pages} pages`);
  }
});

t.test("a block grows in place where there is room behind it, and nowhere else", async (t) => {
  const { arena } = fresh();
  const a = arena.allocate(1000);
  const b = arena.allocate(1000);
  const before = arena.usedBytes;
  t.notOk(arena.extend(a, 5000), "another block follows");
  t.notOk(arena.extend(12345, 64), "nothing is held there");
  t.equal(arena.usedBytes, before, "a refusal changes nothing");
  t.ok(arena.extend(a, 1024), "its own padding is room enough");
  arena.f64[b / 8] = 42;
  t.ok(arena.extend(b, 10 * 65536), "the last block: the memory grows");
  t.equal(arena.f64[b / 8], 42, "what stands in it stays");
  t.ok(b + 10 * 65536 <= arena.memory.buffer.byteLength);
  const c = arena.allocate(64);
  t.ok(c >= b + 10 * 65536, "no overlap");
  t.notOk(arena.extend(c, 5e9), "4 GiB is the end");
  arena.free(b);
  t.ok(arena.extend(a, 5 * 65536), "into what was freed");
  const d = arena.allocate(64);
  t.ok(d >= a + 5 * 65536 || d + 64 <= a);
  for (const address of [a, c, d]) arena.free(address);
  t.equal(arena.usedBytes, 0);
});

t.test("a store that grows at the end of the memory is not moved", async (t) => {
  const { arena } = kernels()!;
  const rows = new Rows(64);
  rows.reserve(1000);
  rows.append(new Float32Array(64 * 1000).fill(1));
  const size = arena.usedBytes;
  rows.append(new Float32Array(64 * 31).fill(2));
  t.ok(arena.usedBytes - size <= 64 * 4 * 1000, "no second copy stayed behind");
  t.same(Array.from(rows.sums()), [...new Array<number>(1000).fill(64), ...new Array<number>(31).fill(128)]);
  t.throws(() => rows.reserve(-1), { message: /whole number/ });
  rows.dispose();
});

t.test("addresses above 2 GiB work; beyond 4 GiB a clear error leaves the store intact", async (t) => {
  const { exports, arena } = kernels()!;
  const before = new Rows(3);
  before.append([1, 2, 3]);
  let held = 0;
  try {
    held = arena.allocate(2.2e9); // pages are touched only when written: the machine pays for what it uses
  } catch (error) {
    t.match(error, { name: "EngramError" });
    t.comment("this machine cannot reserve 2.2 GB; skipped");
    return;
  }
  const high = new Rows(2);
  high.append([3, 4, 5, 6]);
  const cue = arena.allocate(64);
  t.ok(cue > 2 ** 31, `address ${cue}`);
  t.same(Array.from(high.scores("dot", [1, 1])), [7, 11]);
  arena.f64[cue / 8] = 1;
  exports.exp_f64(cue, cue, 1);
  t.equal(arena.f64[cue / 8], exp(1));
  t.throws(() => arena.allocate(3e9), { name: "EngramError", message: /4 GiB|refuses/ });
  t.same(Array.from(before.row(0)), [1, 2, 3]);
  arena.free(held);
  arena.free(cue);
  high.dispose();
  before.dispose();
});

t.test("nothing is written below heapBase", async (t) => {
  const { exports, arena } = kernels()!;
  const constants = (): string => createHash("sha256").update(new Uint8Array(arena.memory.buffer, 0, exports.heapBase())).digest("hex");
  const before = constants();
  for (const precision of ["f32", "f64"] as const) {
    const rows = new Rows(33, { precision });
    rows.append(new Float64Array(33 * 300).map((_, i) => (i % 17) - 8));
    rows.scores("l1", new Float64Array(33 * 5), { visible: new Uint8Array(33).fill(1) });
    rows.scores("dot", new Float64Array(33 * 5));
    rows.softmaxPartial(new Float64Array(33), { op: "squaredL2", scale: -1 });
    rows.dispose();
  }
  t.equal(constants(), before);
});
