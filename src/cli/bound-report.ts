/** The report of `engram reproduce --all`: one page with the checks of every experiment and the way to its own page. */
import { checksTable, escapeXml, page, result, type Result } from "../report/index.ts";

/** @param folderOf where an experiment's page lies, relative to the report */
export function bind(results: readonly Result[], folderOf: (result: Result) => string): Uint8Array {
  const whole = result({
    experiment: "all", title: "Engram: all reproductions", seed: results[0]?.seed ?? 0,
    seconds: results.reduce((sum, { seconds }) => sum + seconds, 0), parameters: { experiments: results.map(({ experiment }) => experiment) },
    rows: [], checks: results.flatMap(({ experiment, checks }) => checks.map((check) => ({ ...check, name: `${experiment}: ${check.name}` }))),
  });
  const sections = results.map((one) => ({
    heading: one.title,
    parts: [`<p><a href="${escapeXml(encodeURI(`${folderOf(one)}/index.html`))}">${escapeXml(one.experiment)}</a>, ${one.seconds.toFixed(1)} s, seed ${one.seed}</p>`, checksTable(one.checks)],
  }));
  return page(whole, "Every experiment, its checks and its own page.", sections);
}
