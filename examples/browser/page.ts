/**
 * The page: it shows pictures and asks the worker. All recalling happens there, so the page answers every click meanwhile.
 * The build is two entries: `esbuild page.ts worker.ts --bundle --format=esm --outdir=site`, with index.html and album.engram beside them.
 */
import type { Answer } from "../recall.ts";

/** What the worker says: ready, an answer, or what was wrong. */
export type Said = { readonly ready: string } | { readonly id: number; readonly answer: Answer } | { readonly id?: number; readonly error: string };

const worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
const waiting = new Map<number, (said: Said) => void>();
const element = <T extends Element>(selector: string): T => document.querySelector<T>(selector)!;
const say = (text: string): void => void (element("#said").textContent = text);
let asked = 0;

worker.addEventListener("message", ({ data }: MessageEvent<Said>) => {
  if ("ready" in data) say(`Ready, ${data.ready} kernels.`);
  else if (data.id === undefined) say((data as { error: string }).error);
  else waiting.get(data.id)?.(data);
});
// A name, not a link: the worker fetches the album itself, and the page never holds it.
worker.postMessage({ album: new URL("album.engram", import.meta.url).href });

/** Asks the worker; the bytes of the picture go over without a copy. */
export function recall(png: Uint8Array): Promise<Said> {
  const id = asked++;
  return new Promise((resolve) => {
    waiting.set(id, (said) => {
      waiting.delete(id);
      resolve(said);
    });
    worker.postMessage({ id, png }, [png.buffer]);
  });
}

const show = (selector: string, png: Uint8Array): void => void (element<HTMLImageElement>(selector).src = URL.createObjectURL(new Blob([png as BlobPart], { type: "image/png" })));

element<HTMLInputElement>("input").addEventListener("change", async ({ target }) => {
  const file = (target as HTMLInputElement).files?.[0];
  if (file === undefined) return;
  const png = new Uint8Array(await file.arrayBuffer());
  show("#cue", png);
  say("Recalling.");
  const said = await recall(png);
  if ("answer" in said) {
    show("#recalled", said.answer.png);
    say(`${said.answer.key}, weight ${said.answer.weight.toFixed(3)}`);
  } else if ("error" in said) say(said.error);
});
