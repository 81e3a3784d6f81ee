/** A report out of a result, a page and further files: what every experiment ends with. */
import { page, type Result, resultJson, type Section } from "../report/index.ts";
import type { Report } from "./experiment.ts";

export interface PageParts {
  /** One or two sentences below the title. */
  readonly lead: string;
  readonly sections: readonly Section[];
  /** Further files by name: text (SVG, Markdown) or bytes (PNG). */
  readonly files?: readonly (readonly [string, string | Uint8Array])[];
}

/** `result.json`, `index.html` and the further files. */
export function reportOf(result: Result, { lead, sections, files = [] }: PageParts): Report {
  const bytes = (content: string | Uint8Array): Uint8Array => (typeof content === "string" ? new TextEncoder().encode(content) : content);
  return {
    result,
    files: new Map([
      ["result.json", bytes(resultJson(result))], ["index.html", page(result, lead, sections)],
      ...files.map(([name, content]): [string, Uint8Array] => [name, bytes(content)]),
    ]),
  };
}
