/**
 * A Cloudflare worker that recalls a picture from a POSTed PNG:
 *
 *   curl --data-binary @damaged.png https://.../            the recalled picture
 *   curl --data-binary @damaged.png https://.../ -D -       and, in its headers, which one it is and how sure the memory is
 *
 * This one compares pixels. `semantic.ts` beside it compares features of the encoder that ships with engram.
 */
import { EngramError } from "engram";
import album from "./album.engram";
import { type Answer, openAlbum } from "../recall.ts";

let recall: ((png: Uint8Array) => Answer) | undefined;

const handler: { fetch(request: Request): Promise<Response> } = {
  async fetch(request) {
    if (request.method !== "POST") return new Response("POST a PNG picture, whole or damaged.\n", { status: 405, headers: { allow: "POST" } });
    try {
      recall ??= openAlbum(new Uint8Array(album)); // once for all requests of this isolate
      const { key, weight, converged, png } = recall(new Uint8Array(await request.arrayBuffer()));
      return new Response(png as BodyInit, { headers: { "content-type": "image/png", "x-key": encodeURIComponent(key), "x-weight": String(weight), "x-converged": String(converged) } });
    } catch (error) {
      if (!(error instanceof EngramError)) throw error;
      return Response.json({ error: error.message }, { status: 400 }); // a bad picture, not a broken worker
    }
  },
};
export default handler;
