#!/usr/bin/env node
// Installs the heavy peers of the bench into .cache/peers (ignored by git), never into the project.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";

mkdirSync(".cache/peers", { recursive: true });
writeFileSync(".cache/peers/package.json", '{ "private": true }\n');
execFileSync("npm", ["install", "--prefix", ".cache/peers", "--no-audit", "--no-fund", "usearch@2", "onnxruntime-web@1"], { stdio: "inherit" });
// onnxruntime-node lies apart: with onnxruntime-web beside it the two share one registry of providers. The processor's library is in the package; its install
// script would download 200 MB for GPUs.
mkdirSync(".cache/peers/native", { recursive: true });
writeFileSync(".cache/peers/native/package.json", '{ "private": true }\n');
const install = (folder, ...names) => execFileSync("npm", ["install", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", ...names], { stdio: "inherit" });
install(".cache/peers/native", "onnxruntime-node@1");
install(".cache/peers", "@tensorflow/tfjs-core@4", "@tensorflow/tfjs-backend-wasm@4");
