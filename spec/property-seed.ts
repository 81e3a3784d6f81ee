/**
 * Loaded before every spec by scripts/test.mjs: property tests draw the same cases in every run, so that a run can be repeated.
 * `ENGRAM_SEED=2 npm test` draws others.
 */
import fc from "fast-check";

fc.configureGlobal({ seed: Number(process.env.ENGRAM_SEED ?? 1) });
