/** The conformance suite in this process: both twins, the frozen hashes, every kernel; and that its judge and its check in Python can fail. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import * as engram from "../../src/index.ts";
import { kernels } from "../../src/kernels/host.ts";
import { CASES } from "../conformance/index.ts";
import { bytesOf, dtypeOf, judge, ruleNumber, ruleStart, runSuite, SUITE_VERSION, toolsFor, type HostReport, type Manifest } from "../conformance/suite.ts";

interface Frozen extends Manifest {
  readonly cases: readonly {
    readonly name: string; readonly about: string; readonly twins: boolean; readonly parameters: unknown;
    readonly inputs: readonly { readonly name: string; readonly kind: string; readonly range?: number; readonly count: number }[];
    readonly outputs: Readonly<Record<string, { readonly dtype: string; readonly count: number; readonly sha256: string }>>;
  }[];
}

const manifest = JSON.parse(readFileSync("fixtures/golden/manifest.json", "utf8")) as Frozen;
const { readSafetensors, sha256Hex } = engram.formats;

// Which kernels ran: every function of the instance is replaced by one that notes its name.
const live = kernels()!;
const used = new Set<string>();
const names = Object.entries(live.exports).filter(([name, value]) => typeof value === "function" && name !== "heapBase").map(([name]) => name);
(live as { exports: unknown }).exports = Object.fromEntries(Object.entries(live.exports).map(([name, value]: [string, unknown]) => [name, typeof value !== "function" ? value : (...inputs: number[]): unknown => {
  used.add(name);
  return Reflect.apply(value, undefined, inputs);
}]));

let report: HostReport;

t.test("every case has the frozen hashes, by the kernels and by their scalar twins", async (t) => {
  report = runSuite(engram, CASES);
  const { passed, total, differences, backends } = judge(manifest, report);
  t.same(differences, []);
  t.equal(passed, total);
  t.ok(total > 150, `${total} cases`);
  t.same(backends, ["simd", "scalar"]);
});

t.test("every kernel that the module exports is in the suite", async (t) => {
  t.ok(names.length > 60, `${names.length} kernels`);
  t.same(names.filter((name) => !used.has(name)), []);
});

t.test("the manifest is that of the cases: names, words, parameters, inputs", async (t) => {
  t.equal(manifest.version, SUITE_VERSION);
  t.same(manifest.cases.map(({ name, about, twins, parameters }) => ({ name, about, twins, parameters })), JSON.parse(JSON.stringify(CASES.map(({ name, about, twins, parameters }) => ({ name, about, twins, parameters })))));
  t.equal(new Set(CASES.map(({ name }) => name)).size, CASES.length, "every name once");
});

t.test("stored inputs are those of the rule, stored outputs have the hashes", async (t) => {
  const inputs = readSafetensors(readFileSync("fixtures/golden/inputs.safetensors")).tensors;
  let rule = 0;
  for (const { inputs: asked } of manifest.cases) {
    for (const { name, kind, range, count } of asked) {
      const held = inputs.get(`${name} ${kind} ${count} ${range ?? ""}`.trim());
      if (held === undefined || kind === "given") continue;
      const tools = toolsFor(engram, "simd");
      if (sha256Hex(bytesOf(held.data as Float64Array)) !== sha256Hex(bytesOf(kind === "numbers" ? tools.numbers(name, count, range) : tools.integers(name, count, range!) as never))) t.fail(`${name} ${kind}`);
      rule++;
    }
  }
  t.ok(rule > 500, `${rule} inputs`);
  const outputs = readSafetensors(readFileSync("fixtures/golden/outputs.safetensors")).tensors;
  t.ok(outputs.size > 700, `${outputs.size} outputs`);
  const wanted = new Map<string, { dtype: string; sha256: string }>(manifest.cases.flatMap(({ name, outputs: all }) => Object.entries(all).map(([output, one]): [string, typeof one] => [`${name}/${output}`, one])));
  t.same([...outputs].filter(([name, { data }]) => sha256Hex(bytesOf(data as Float64Array)) !== wanted.get(name)?.sha256 || dtypeOf(data as Float64Array) !== wanted.get(name)?.dtype).map(([name]) => name), []);
});

t.test("bytes: little-endian, one NaN, two zeros; the rule's first numbers", async (t) => {
  const payload = new Float64Array(new BigUint64Array([0xfff8dead0000beefn]).buffer);
  const single = new Float32Array(new Uint32Array([0xffc0beef]).buffer);
  t.same([...bytesOf(payload)], [0, 0, 0, 0, 0, 0, 0xf8, 0x7f]);
  t.same([...bytesOf(single)], [0, 0, 0xc0, 0x7f]);
  t.same([...bytesOf(Float32Array.of(-0, 1))], [0, 0, 0, 128, 0, 0, 128, 63]);
  t.same([...bytesOf(Uint16Array.of(258))], [2, 1]);
  t.same([...bytesOf(Int32Array.of(-2))], [254, 255, 255, 255]);
  t.equal(ruleStart("a") >>> 0, 0xe40c292c, "FNV-1a of `a`, from its authors' page");
  t.ok(Array.from({ length: 1000 }, (_, i) => ruleNumber(7, i)).every((u) => u >= -1 && u < 1 && Number.isInteger(u * 8388608)));
});

t.test("the judge finds a changed bit, what is missing, what is new, errors and other versions", async (t) => {
  const first = report.lines[0];
  const output = Object.keys(first.hashes!)[0];
  const altered = (change: (lines: HostReport["lines"]) => void, more: Partial<HostReport> = {}): readonly string[] => {
    const lines = structuredClone(report.lines);
    change(lines);
    return judge(manifest, { ...report, lines, ...more }).differences;
  };
  t.same(altered(() => undefined), []);
  t.match(altered((lines) => void ((lines[0].hashes as Record<string, string>)[output] = "0".repeat(64)))[0], new RegExp(`^${first.name}, simd: ${output} is 0000000000000000, frozen `));
  t.match(altered((lines) => void lines.shift())[0], /did not run/);
  t.match(altered((lines) => void lines.push({ name: "new", backend: "host", hashes: {} }))[0], /new host: not in the manifest/);
  t.match(altered((lines) => void (lines[0] = { name: first.name, backend: first.backend, error: "Error: out of memory" }))[0], /out of memory/);
  t.match(altered((lines) => void delete (lines[0].hashes as Record<string, string>)[output])[0], /outputs/);
  t.match(altered(() => undefined, { version: 99 })[0], /suite version 99/);
  t.ok(altered(() => undefined, { live: "scalar" }).length > 0, "a host without kernels has no lines of theirs");
  t.match(runSuite(engram, [{ name: "bad", about: "", parameters: {}, twins: false, run: () => { throw new Error("no"); } }]).lines[0].error, /Error: no/);
});

t.test("README.md: the table of hosts is of this suite, and nothing in it failed", async (t) => {
  const [, table] = /<!-- hosts -->\n([^]*)<!-- \/hosts -->/.exec(readFileSync("README.md", "utf8")) ?? [];
  const rows = (table ?? "").trim().split("\n").slice(2).map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
  t.ok(rows.length > 10, `${rows.length} hosts`);
  for (const [name, , kernels, same] of rows) {
    if (kernels.startsWith("not run: ")) continue;
    const [passed, total] = same.split(" of ").map(Number);
    t.ok(passed === total && (total === manifest.cases.length || name.startsWith("application")), `${name}: ${same}; after a change of the suite: npm run conformance -- --update`);
  }
});

t.test("the suite imports nothing that runs but itself", async (t) => {
  for (const file of readdirSync("spec/conformance")) {
    const imports = [...readFileSync(join("spec/conformance", file), "utf8").matchAll(/^import (type )?.*from "(.*)";/gm)].filter(([, type]) => type === undefined).map(([, , from]) => from);
    t.same(imports.filter((from) => !/^\.\/[a-z]+\.ts$/.test(from)), [], file);
  }
});

t.test("check.py: numpy agrees, and says so when a number is another", async (t) => {
  const python = ["python3", "/usr/bin/python3"].find((name) => {
    try {
      execFileSync(name, ["-c", "import numpy"], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  });
  if (python === undefined) return void t.pass("numpy", { skip: "no python3 with numpy here" });
  const run = (folder: string): { code: number; said: string } => {
    try {
      return { code: 0, said: execFileSync(python, [join(folder, "check.py")], { encoding: "utf8" }) };
    } catch (error) {
      return { code: (error as { status: number }).status, said: String((error as { stdout: string }).stdout) };
    }
  };
  const right = run("fixtures/golden");
  t.equal(right.code, 0, right.said);
  t.ok(Number(/(\d+) outputs computed anew/.exec(right.said)![1]) > 300, right.said);
  const folder = mkdtempSync(join(tmpdir(), "engram-golden-"));
  try {
    cpSync("fixtures/golden", folder, { recursive: true });
    const text = readFileSync(join(folder, "manifest.json"), "utf8");
    const { sha256 } = manifest.cases.find(({ name }) => name === "rows/f32/dot")!.outputs["17x64 many"];
    writeFileSync(join(folder, "manifest.json"), text.replace(sha256, "0".repeat(64)));
    const wrong = run(folder);
    t.equal(wrong.code, 1);
    t.match(wrong.said, /rows\/f32\/dot, 17x64 many: computed anew/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
