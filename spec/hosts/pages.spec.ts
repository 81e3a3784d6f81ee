/** Hosts that take a bundle: a page in Chromium, workerd, the edge runtime; and an application bundled by esbuild and by Vite. */
import { hostsAgree } from "./verdicts.ts";

hostsAgree("pages", ["chromium", "chromium-turkish", "workerd", "edge-vm", "esbuild", "vite"], ["esbuild"]);
