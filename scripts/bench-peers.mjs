#!/usr/bin/env node
// Installs the heavy peers of the bench into .cache/peers (ignored by git), never into the project.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";

mkdirSync(".cache/peers", { recursive: true });
writeFileSync(".cache/peers/package.json", '{ "private": true }\n');
execFileSync("npm", ["install", "--prefix", ".cache/peers", "--no-audit", "--no-fund", "usearch@2", "onnxruntime-web@1"], { stdio: "inherit" });
