/** The Web Worker: it opens the album once and answers one picture after the other. A picture it cannot read is an answer, too. */
import { backendInUse } from "engram/kernels";
import { type Answer, openAlbum } from "../recall.ts";
import type { Said } from "./page.ts";

type Asked = { readonly album: string } | { readonly id: number; readonly png: Uint8Array };

let recall: ((png: Uint8Array) => Answer) | undefined;

async function answer(asked: Asked): Promise<Said> {
  if ("album" in asked) {
    const response = await fetch(asked.album);
    if (!response.ok) return { error: `${asked.album}: ${response.status}` };
    recall = openAlbum(new Uint8Array(await response.arrayBuffer()));
    return { ready: backendInUse() };
  }
  return recall === undefined ? { id: asked.id, error: "The album is not open yet." } : { id: asked.id, answer: recall(asked.png) };
}

addEventListener("message", async ({ data }: MessageEvent<Asked>) => {
  const said = await answer(data).catch((error: Error): Said => ({ id: "id" in data ? data.id : undefined, error: error.message }));
  postMessage(said, { transfer: "answer" in said ? [said.answer.png.buffer as ArrayBuffer] : [] });
});
