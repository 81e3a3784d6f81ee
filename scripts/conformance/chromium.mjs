// Debian's Chromium, headless, on pages served from this machine's loopback.
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { installed, load, NotRun } from "./install.mjs";
import { bundled } from "./project.mjs";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];

/** Opens a page of the given files (path: [type, text]) and hands it to `use`. @throws NotRun without a browser */
export async function withPage(cache, files, context, use) {
  const executablePath = [process.env.CHROMIUM, ...PLACES].find((path) => path !== undefined && existsSync(path));
  if (executablePath === undefined) throw new NotRun("no Chromium here; on Debian: apt-get install chromium (or name one in CHROMIUM)");
  const playwright = await load(await installed("playwright", cache), "playwright-core");
  const server = createServer((request, response) => {
    const [type, body] = files[new URL(request.url, "http://x").pathname] ?? ["text/plain", undefined];
    response.writeHead(body === undefined ? 404 : 200, { "content-type": type });
    response.end(body ?? "not here");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const browser = await (playwright.chromium ?? playwright.default.chromium).launch({ executablePath, args: ["--no-sandbox"] });
  try {
    const page = await (await browser.newContext(context)).newPage();
    const errors = [];
    page.on("pageerror", (error) => errors.push(error.message));
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    const result = await use(page);
    if (errors.length > 0) throw new Error(errors.join("; "));
    return { version: browser.version(), ...result };
  } finally {
    await browser.close();
    server.close();
  }
}

/** The suite on a page, in a locale and a time zone. */
export const chromium = (settings) => async ({ cache, project, esbuild }) => {
  const script = await bundled(esbuild, project, "page.mjs", { format: "esm", platform: "browser" });
  const files = { "/": ["text/html", '<!doctype html><meta charset="utf-8"><script type="module" src="/page.js"></script>'], "/page.js": ["text/javascript", script] };
  return withPage(cache, files, settings, async (page) => {
    await page.waitForFunction("globalThis.conformance !== undefined");
    return { report: JSON.parse(await page.evaluate("JSON.stringify(conformance())")) };
  });
};
