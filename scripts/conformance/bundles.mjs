// Ten lines of an application, bundled and run: the answer of the bundle is that of the library as it is installed.
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withPage } from "./chromium.mjs";
import { command, installed, load, NotRun } from "./install.mjs";
import { bundled } from "./project.mjs";

/** Compares answers; the row counts them. */
function compared(version, wanted, answers) {
  const differences = Object.entries(answers).filter(([, answer]) => answer !== wanted).map(([where, answer]) => `${where}: ${String(answer).slice(0, 200)}, installed ${wanted.slice(0, 200)}`);
  return { version, verdict: { passed: Object.keys(answers).length - differences.length, total: Object.keys(answers).length, backends: [wanted.split(" ")[1]], differences } };
}

const run = async (file, cwd) => (await command(process.execPath, [file], { cwd })).trim();

/** An empty folder without packages, so that a bundle stands on its own. */
function emptied(work, name) {
  const folder = join(work, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** The answer on a page of these files, or undefined where there is no browser. */
async function onPage(cache, files) {
  try {
    const { answer } = await withPage(cache, files, {}, async (page) => {
      await page.waitForFunction("globalThis.answer !== undefined");
      return { answer: await page.evaluate("globalThis.answer") };
    });
    return { Chromium: answer };
  } catch (error) {
    if (error instanceof NotRun) return {};
    throw error;
  }
}

const html = (src) => `<!doctype html><meta charset="utf-8"><script type="module" src="${src}"></script>`;

export const BUNDLES = [
  {
    id: "esbuild", name: "application bundled by esbuild",
    start: async ({ cache, work, project, esbuild }) => {
      const folder = emptied(work, "bundled-esbuild");
      const wanted = await run(join(project, "app.mjs"), project);
      const answers = {};
      for (const [name, options] of [["Node", { platform: "node" }], ["neutral", { platform: "neutral", mainFields: ["module", "main"] }], ["browser", { platform: "browser" }]]) {
        const text = await bundled(esbuild, project, "app.mjs", { format: "esm", ...options });
        writeFileSync(join(folder, `${name}.mjs`), text);
        answers[`${name}, run by Node`] = await run(join(folder, `${name}.mjs`), folder);
        if (name === "browser") Object.assign(answers, await onPage(cache, { "/": ["text/html", html("/app.js")], "/app.js": ["text/javascript", text] }));
      }
      return compared(esbuild.version, wanted, answers);
    },
  },
  {
    id: "vite", name: "application bundled by Vite",
    start: async ({ cache, work, project }) => {
      const { build, version } = await load(await installed("vite", cache), "vite");
      const wanted = await run(join(project, "app.mjs"), project);
      const folder = emptied(work, "bundled-vite");
      copyFileSync(join(project, "app.mjs"), join(project, "vite-app.mjs"));
      writeFileSync(join(project, "index.html"), html("/vite-app.mjs"));
      await build({ root: project, logLevel: "error", configFile: false, build: { outDir: folder, emptyOutDir: true, modulePreload: false } });
      const scripts = readdirSync(join(folder, "assets")).filter((name) => name.endsWith(".js"));
      const files = Object.fromEntries(scripts.map((name) => [`/assets/${name}`, ["text/javascript", readFileSync(join(folder, "assets", name), "utf8")]]));
      files["/"] = ["text/html", readFileSync(join(folder, "index.html"), "utf8")];
      const main = /src="\/(assets\/[^"]+)"/.exec(files["/"][1])[1];
      writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
      return compared(version, wanted, { "run by Node": await run(join(folder, main), folder), ...(await onPage(cache, files)) });
    },
  },
];
