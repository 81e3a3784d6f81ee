import { gzipSync } from "node:zlib";
import t from "tap";
import { crc32, gunzip, gunzipPieces, inflateRaw } from "../../src/formats/gzip.ts";
import { sha256Hex } from "../../src/formats/sha256.ts";
import { readTar, type TarOptions } from "../../src/formats/tar.ts";
import { badCuts, expected, fixture, outcome, silentFlips, surviveNoise, tarOf } from "./hostile.ts";

const gz = fixture("two-members.gz");
const list = (bytes: Uint8Array, options?: TarOptions): [string, Uint8Array][] => [...readTar(bytes, options)].map(({ path, data }) => [path, data]);

t.test("gzip: Python's file of two members", async (t) => {
  t.equal(sha256Hex(gunzip(gz)), expected("two-members sha256"));
  t.equal(crc32(new TextEncoder().encode("123456789")) >>> 0, 0xcbf43926, "the check value of CRC-32");
});

t.test("gzip: damage is always noticed", async (t) => {
  // The first member ends at a boundary where the file may well end; that cut is a whole file of its own.
  const members = badCuts(gunzip, gz);
  t.equal(members.length, 1);
  t.equal(gunzip(gz.subarray(0, members[0])).length, 1000);
  t.same(silentFlips(gunzip, gz), []);
  surviveNoise(gunzip, gz);
  for (const more of [1, 3, 4, 8, 100]) t.equal(outcome(gunzip, Buffer.concat([gz, new Uint8Array(more)])), "refused", `${more} bytes after the end`);
  t.equal(outcome(gunzip, Uint8Array.of(0x1f, 0x8b)), "refused");
});

t.test("gzip: sizes around the step of the inflater", async (t) => {
  for (const size of [0, 1, 32767, 32768, 65535, 65536, 65537, 300001]) {
    const noise = Uint8Array.from({ length: size }, (_, i) => Math.imul(i + 1, 2654435761) >>> 13);
    for (const level of [0, 6]) t.ok(Buffer.from(gunzip(gzipSync(noise, { level }))).equals(noise), `${size} bytes, level ${level}`);
  }
});

t.test("gzip: a bomb is refused while inflating", async (t) => {
  const bomb = gzipSync(new Uint8Array(200_000_000));
  let pieces = 0;
  t.throws(() => { for (const piece of gunzipPieces(bomb, { limit: 1000 })) pieces += piece.length; }, { message: /at most 1000 bytes inflated/ });
  t.equal(pieces, 0);
  t.equal(gunzip(gzipSync(new Uint8Array(1000)), { limit: 1000 }).length, 1000);
  t.throws(() => gunzip(gzipSync(new Uint8Array(1001)), { limit: 1000 }), { message: /at most 1000/ });
  t.throws(() => inflateRaw(bomb.subarray(10, -8), 1000, "entry"), { message: /at most 1000/ });
});

t.test("gzip: headers and members without end do not hang it", async (t) => {
  const name = new Uint8Array(20_000_000).fill(65);
  name.set([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 0]);
  t.equal(outcome(gunzip, name), "refused", "a name of 20 MB");
  const empty = gzipSync(new Uint8Array(0));
  const many = Buffer.concat(Array.from({ length: 20_000 }, () => empty));
  t.ok(["refused", '["Uint8Array"]'].includes(outcome(gunzip, many)), "20,000 empty members");
});

t.test("tar: Python's three dialects", async (t) => {
  const twice = Uint8Array.from({ length: 512 }, (_, i) => i & 255);
  const common: [string, Uint8Array][] = [
    ["dir/empty.txt", new Uint8Array(0)],
    ["dir/512.bin", twice],
    ["dir/513.bin", Uint8Array.of(...twice, 33)],
    ["d".repeat(60) + "/" + "f".repeat(90), new TextEncoder().encode("prefix")],
  ];
  const long: [string, Uint8Array] = [expected("tar long path") as string, new TextEncoder().encode("long")];
  t.same(list(fixture("ustar.tar")), common);
  t.same(list(fixture("gnu.tar")), [...common, long]);
  t.same(list(fixture("pax.tar")), [...common, long]);
  t.same(list(gzipSync(fixture("pax.tar"))), [...common, long]);
  t.same(list(fixture("pax.tar"), { accept: (path) => path.endsWith("513.bin") }), [common[2]]);
});

t.test("tar: damage", async (t) => {
  for (const name of ["gnu.tar", "pax.tar"]) {
    const bytes = fixture(name);
    t.same(badCuts(list, bytes), [], name);
  }
  const bytes = fixture("ustar.tar").subarray(0, 4096);
  const whole = Buffer.concat([bytes.subarray(0, 1024), new Uint8Array(1024)]); // dir and dir/empty.txt
  t.same(silentFlips(list, whole).filter((bit) => bit < 1024 * 8), [], "header checksums notice every flip");
  surviveNoise(list, fixture("gnu.tar"));
  t.throws(() => list(fixture("ustar.tar"), { fileLimit: 512 }), { message: /513\.bin: expected at most 512 bytes, got 513/ });
});

t.test("tar: hostile paths, sizes and records", async (t) => {
  const data = Uint8Array.of(1, 2, 3);
  t.same(list(tarOf("./a/b", data)), [["a/b", data]]);
  for (const path of ["/etc/passwd", "../up", "a/../../up", "a/..", "C:/x", "a\\b", "a\nb", ""]) {
    t.throws(() => list(tarOf(path, data)), { message: /relative paths/ }, JSON.stringify(path));
  }
  for (const size of ["77777777777", "99999999999", "-0000000001", "base256"]) t.equal(outcome(list, tarOf("a", data, "0", size)), "refused", size);
  const pax = (text: string): Uint8Array => Buffer.concat([tarOf("x", new TextEncoder().encode(text), "x").subarray(0, 1024), tarOf("a", data)]);
  t.same(list(pax("10 path=z\n")), [["z", data]]);
  // global records stay for all files that follow, later ones replace earlier ones, a file's own come first
  const record = (type: "g" | "x", text: string): Uint8Array => tarOf("x", new TextEncoder().encode(text), type).subarray(0, 1024);
  const whole = Buffer.concat([record("g", "10 path=g\n"), tarOf("a", data).subarray(0, 1024), record("g", "10 path=h\n11 other=1\n"), tarOf("b", data).subarray(0, 1024), record("x", "10 path=z\n"), tarOf("c", data)]);
  t.same(list(whole).map(([path]) => path), ["g", "h", "z"]);
  for (const record of ["11 path=z\n", "0 path=z\n", "-1 path=z\n", "9999999 p=z\n", "10 path:z\n", "path=z\n", "11 size=-1\n", "18 path=/absolute\n"]) {
    t.equal(outcome(list, pax(record)), "refused", JSON.stringify(record));
  }
  t.equal(outcome(list, tarOf("x", data, "L", "00100000000")), "refused", "a long name of 16 MB");
  t.throws(() => [...readTar(gzipSync(tarOf("zeros", new Uint8Array(3_000_000))), { limit: 1_000_000 })], { message: /at most 1000000 bytes inflated/ });
});
