/** Which engram this is, and which kernels are live. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../experiments/data.ts";
import { backendInUse } from "../kernels/index.ts";

export function version(): string {
  return (JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")) as { version: string }).version;
}

export function versionLine(): string {
  return `engram ${version()}, ${backendInUse()} kernels`;
}
