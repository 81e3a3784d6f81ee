/** The browser example in headless Chromium: the answers of Node, and a page that lives on while its Web Worker recalls. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as esbuild from "esbuild";
import t from "tap";
import { openAlbum } from "../../examples/recall.ts";
import { project, script, withAlbum } from "./started.ts";

interface Page { setInputFiles(selector: string, path: string): Promise<void>; waitForFunction(code: string): Promise<unknown>; evaluate<T>(code: string): Promise<T> }
type WithPage = <T extends object>(cache: string, files: Record<string, [string, string | Uint8Array]>, context: object, use: (page: Page) => Promise<T>) => Promise<T>;

t.test("a page recalls in a Web Worker", { timeout: 600_000 }, async (t) => {
  const folder = await project("browser");
  withAlbum(folder, 1000);
  const { outputFiles } = await esbuild.build({
    entryPoints: ["page", "worker"].map((name) => join(folder, "examples/browser", `${name}.ts`)), outdir: join(folder, "out"), bundle: true, write: false, format: "esm", platform: "browser", logLevel: "error",
  });
  const scripts = Object.fromEntries(outputFiles.map(({ path, text }): [string, [string, string]] => [path.slice(path.lastIndexOf("/")), ["text/javascript", text]]));
  const album = readFileSync(join(folder, "examples/worker/album.engram"));
  const files: Record<string, [string, string | Uint8Array]> = { "/": ["text/html", readFileSync(join(folder, "examples/browser/index.html"), "utf8")], "/album.engram": ["application/octet-stream", album], ...scripts };
  const status = 'document.querySelector("#said").textContent';
  try {
    await (await script<WithPage>("chromium.mjs", "withPage"))(join(process.cwd(), ".cache"), files, {}, async (page) => {
      await page.waitForFunction(`${status}.startsWith("Ready")`);
      t.equal(await page.evaluate(status), "Ready, simd kernels.");
      await page.setInputFiles("input", join(folder, "damaged.png"));
      await page.waitForFunction(`${status}.includes("weight")`);
      const wanted = openAlbum(album)(readFileSync(join(folder, "damaged.png")));
      t.equal(await page.evaluate(status), `${wanted.key}, weight ${wanted.weight.toFixed(3)}`);
      const shown = await page.evaluate<string>('fetch(document.querySelector("#recalled").src).then((r) => r.arrayBuffer()).then((b) => Array.from(new Uint8Array(b)).join())');
      t.equal(shown, Array.from(wanted.png).join(), "the picture is Node's to the last byte");

      // Forty recalls are asked for at once. While the worker answers one after the other, the page's own timers run: more of them than of
      // answers could not happen on a page that recalls itself, where none runs before the last.
      const beats = await page.evaluate<{ before: number; answers: number }>(`(async () => {
        const png = new Uint8Array(await (await fetch(document.querySelector("#cue").src)).arrayBuffer());
        const worker = new Worker("/worker.js", { type: "module" });
        const said = () => new Promise((resolve) => worker.addEventListener("message", ({ data }) => resolve(data), { once: true }));
        worker.postMessage({ album: location.origin + "/album.engram" });
        await said();
        let answers = 0, before = 0;
        const all = new Promise((resolve) => worker.addEventListener("message", () => { if (++answers === 40) resolve(); }));
        const timer = setInterval(() => { if (answers < 40) before++; }, 1);
        for (let id = 0; id < 40; id++) worker.postMessage({ id, png });
        await all;
        clearInterval(timer);
        worker.terminate();
        return { before, answers };
      })()`);
      t.equal(beats.answers, 40);
      t.ok(beats.before > 3, `${beats.before} beats of the page before the last answer`);

      await page.setInputFiles("input", join(folder, "package.json"));
      await page.waitForFunction(`${status}.startsWith("cue: expected")`);
      t.match(await page.evaluate(status), /got/, "what is no PNG is refused in words");
      return {};
    });
  } catch (error) {
    if ((error as Error).constructor.name !== "NotRun") throw error;
    t.pass("Chromium", { skip: (error as Error).message });
  }
});
