/**
 * The rules of the house (ARCHITECTURE.md) that a machine can check, on the syntax tree: which room imports which,
 * nothing that differs between hosts, no work or mutable state at import, files that fit two screens.
 */
import ts from "typescript";

/** Rooms from the ground up; a room imports only itself and rooms before it. */
export const ROOMS = [
  "numeric", "kernels", "formats", "images", "dense", "universal", "encoders", "semantic", "entropic", "autodiff", "hamux", "transformer", "report", "experiments", "cli",
] as const;

/** Rooms for every host: no Node modules in them. */
const EVERY_HOST = ["numeric", "formats", "dense", "universal", "encoders", "semantic", "entropic", "autodiff", "hamux", "transformer", "report"];

/** What stays exact on every engine; everything else on Math does not, or is random. */
const EXACT_MATH = ["abs", "ceil", "clz32", "floor", "fround", "imul", "max", "min", "round", "sign", "sqrt", "trunc", "PI", "E", "LN2", "LN10", "LOG2E", "LOG10E", "SQRT2", "SQRT1_2"];

const MAX_LINES = 260;

/**
 * Every breach of the rules in one file of src/, as `path:line: what`.
 * @param path relative to the root, with forward slashes, e.g. `src/dense/energy.ts`
 * @param packages the runtime dependencies
 */
export function breaches(path: string, text: string, packages: readonly string[]): string[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
  const room = path.split("/").length > 2 ? path.split("/")[1] : "index";
  const found: string[] = [];
  const report = (node: ts.Node, what: string): void => {
    found.push(`${path}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}: ${what}`);
  };
  const lines = text.trimEnd().split("\n").length;
  if (lines > MAX_LINES && !path.endsWith(".generated.ts")) found.push(`${path}:1: ${lines} lines, more than ${MAX_LINES}`);
  for (const statement of file.statements) {
    if (ts.isExpressionStatement(statement) && room !== "cli") report(statement, "work at import");
    if (ts.isVariableStatement(statement) && !(statement.declarationList.flags & ts.NodeFlags.Const) && room !== "kernels") {
      report(statement, "global mutable state");
    }
  }
  const visit = (node: ts.Node): void => {
    const specifier = importSpecifier(node);
    if (specifier !== undefined) {
      const complaint = checkImport(path, room, specifier, packages);
      if (complaint !== undefined) report(node, complaint);
    }
    if (ts.isEnumDeclaration(node)) report(node, "enum");
    if (ts.isExportAssignment(node) || (ts.canHaveModifiers(node) && ts.getModifiers(node)?.some((m) => m.kind === ts.SyntaxKind.DefaultKeyword))) report(node, "default export");
    const complaint = checkExpression(node, room);
    if (complaint !== undefined) report(node, complaint);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function importSpecifier(node: ts.Node): string | undefined {
  if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier !== undefined) return (node.moduleSpecifier as ts.StringLiteral).text;
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) return ts.isStringLiteral(node.arguments[0]) ? node.arguments[0].text : "a computed name";
  return undefined;
}

function checkImport(path: string, room: string, specifier: string, packages: readonly string[]): string | undefined {
  // The door to WebAssembly: #kernels is chosen by the host's condition in package.json, the module lies in dist/.
  if (room === "kernels" && (specifier === "#kernels" || /^\.\.\/\.\.\/kernels\.wasm(\?module)?$/.test(specifier))) return undefined;
  if (specifier.startsWith("node:")) return EVERY_HOST.includes(room) ? `${room} imports ${specifier}: this room runs on every host` : undefined;
  if (!specifier.startsWith(".")) {
    const name = specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
    return packages.includes(name) ? undefined : `imports ${specifier}, which is no runtime dependency`;
  }
  const parts = path.split("/").slice(0, -1);
  for (const step of specifier.split("/")) {
    if (step === "..") parts.pop();
    else if (step !== ".") parts.push(step);
  }
  if (parts[0] !== "src") return room === "cli" && parts.join("/") === "package.json" ? undefined : `imports ${specifier}, outside src/`;
  if (room === "index") return undefined;
  const [own, other] = [ROOMS.indexOf(room as "cli"), ROOMS.indexOf(parts[1] as "cli")];
  if (own < 0) return `the room ${room} is not in the list of rooms`;
  return other >= 0 && other <= own ? undefined : `${room} imports ${specifier}: not a room before it`;
}

function checkExpression(node: ts.Node, room: string): string | undefined {
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
    const [object, property] = [node.expression.text, node.name.text];
    if (object === "Math" && !EXACT_MATH.includes(property)) return `Math.${property}: take it from numeric`;
    if (room !== "cli" && (object === "console" || (object === "Date" && property === "now") || (object === "performance" && property === "now"))) return `${object}.${property}`;
  }
  if (ts.isElementAccessExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === "Math") return "Math by a computed name";
  if (ts.isNewExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === "Date" && room !== "cli") return "new Date";
  if (ts.isBinaryExpression(node)) {
    const operator = node.operatorToken.kind;
    const power = operator === ts.SyntaxKind.AsteriskAsteriskToken || operator === ts.SyntaxKind.AsteriskAsteriskEqualsToken;
    // Exact everywhere: squares, and powers of two. Engines differ in the last bit of others, of x ** 3 too.
    const isTwo = (side: ts.Expression): boolean => ts.isNumericLiteral(side) && side.text === "2";
    if (power && !isTwo(node.right) && !isTwo(node.left)) return "** other than a square or a power of two: multiply, or take pow from numeric";
  }
  return undefined;
}
