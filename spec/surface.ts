/** The public surface: every name that src/index.ts and the rooms' indexes export, types included. */
import { existsSync } from "node:fs";
import ts from "typescript";
import { ROOMS } from "./house-rules.ts";

/** Where the frozen list lies. */
export const FROZEN = "fixtures/public-surface.json";

/** Names by entry, sorted; a name that exists for the compiler only is preceded by `type `. */
export function publicSurface(): Record<string, string[]> {
  const entries = ["index", ...ROOMS.map((room) => `${room}/index`)].filter((entry) => existsSync(`src/${entry}.ts`));
  // noLib: only names are wanted, and they do not depend on the standard library's types.
  const program = ts.createProgram(entries.map((entry) => `src/${entry}.ts`), {
    noLib: true, noEmit: true, allowImportingTsExtensions: true, types: [],
    target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext,
  });
  const checker = program.getTypeChecker();
  return Object.fromEntries(entries.map((entry) => [entry, exportsOf(checker, program.getSourceFile(`src/${entry}.ts`)!)]));
}

function exportsOf(checker: ts.TypeChecker, file: ts.SourceFile): string[] {
  const module = checker.getSymbolAtLocation(file);
  if (module === undefined) return [];
  return checker.getExportsOfModule(module).map((symbol) => {
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    const typeOnly = symbol.declarations?.some((d) => ts.isExportSpecifier(d) && (d.isTypeOnly || d.parent.parent.isTypeOnly)) ?? false;
    return target.flags & ts.SymbolFlags.Value && !typeOnly ? symbol.name : `type ${symbol.name}`;
  }).sort();
}
