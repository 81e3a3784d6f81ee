#!/usr/bin/env node
// Writes fixtures/public-surface.json, the list of exported names that spec/public-surface.spec.ts holds the library to.
// Run it after `npm run build`, when a change of the surface is wanted; the difference belongs in the change log.
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));
const { FROZEN, publicSurface } = await import(join(process.cwd(), "dist/spec/surface.js"));
const surface = publicSurface();
writeFileSync(FROZEN, `${JSON.stringify(surface, null, 1)}\n`);
console.log(`${FROZEN}: ${Object.entries(surface).map(([entry, names]) => `${entry} ${names.length}`).join(", ")}`);
