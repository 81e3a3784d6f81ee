/**
 * A small strict reader of XML (and of our HTML, whose void elements are named): what a browser would forgive is an error here. Written
 * from the grammar of XML 1.0, not from our writer.
 */
export interface Node {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly (Node | string)[];
}

const VOID = new Set(["meta", "img"]);
const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };

/** The root element. @throws Error where the text is not well-formed */
export function parse(source: string, html = false): Node {
  let at = 0;
  const fail = (why: string): never => {
    throw new Error(`${why} at ${at}: ${JSON.stringify(source.slice(Math.max(0, at - 40), at + 40))}`);
  };
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(source);
    if (found !== null) at = pattern.lastIndex;
    return found;
  };
  const text = (raw: string): string => {
    // Char of XML 1.0; in u mode a lone surrogate is a character of its own.
    if (/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(raw)) fail("a character XML forbids");
    return raw.replace(/&([^;]*;)?/g, (whole, name?: string) => ENTITIES[(name ?? "").slice(0, -1)] ?? fail(`entity ${whole}`));
  };
  const element = (): Node => {
    const name = (match(/<([a-zA-Z][\w-]*)/y) ?? fail("no element"))[1];
    const attributes = new Map<string, string>();
    for (let found = match(/ ([a-zA-Z][\w:-]*)="([^"<]*)"/y); found !== null; found = match(/ ([a-zA-Z][\w:-]*)="([^"<]*)"/y)) {
      if (attributes.has(found[1])) fail(`attribute ${found[1]} twice`);
      attributes.set(found[1], text(found[2]));
    }
    if (match(/\/>/y) !== null || (html && VOID.has(name) && match(/>/y) !== null)) return { name, attributes, children: [] };
    if (match(/>/y) === null) fail("no end of tag");
    const children: (Node | string)[] = [];
    for (;;) {
      const raw = match(/[^<]+/y);
      if (raw !== null) children.push(text(raw[0]));
      else if (match(/<\//y) !== null) break;
      else children.push(element());
    }
    if ((match(/([a-zA-Z][\w-]*)>/y) ?? fail("no end tag"))[1] !== name) fail(`end of another element than ${name}`);
    return { name, attributes, children };
  };
  if (html && match(/<!doctype html>\n/y) === null) fail("no doctype");
  const root = element();
  if (!/^\n$/.test(source.slice(at))) fail("something after the end");
  return root;
}

/** All elements of some name (or all), in document order. */
export function all(root: Node, name?: string): Node[] {
  const below = root.children.flatMap((child) => (typeof child === "string" ? [] : all(child, name)));
  return name === undefined || root.name === name ? [root, ...below] : below;
}

/** The text inside, without titles (tooltips). */
export function textOf(node: Node): string {
  return node.children.map((child) => (typeof child === "string" ? child : child.name === "title" ? "" : textOf(child))).join("");
}

export function number(node: Node, attribute: string): number {
  const value = node.attributes.get(attribute);
  if (value === undefined || !/^-?\d+(\.\d{1,2})?$/.test(value)) throw new Error(`${attribute}="${value}" of <${node.name}> is no coordinate`);
  return Number(value);
}

/** Points of a path of M, L, h, v and Z with absolute M and L; one list per M. */
export function points(d: string): [number, number][][] {
  const out: [number, number][][] = [];
  for (const [, command, x, y] of d.matchAll(/([ML])(-?[\d.]+),(-?[\d.]+)/g)) {
    if (command === "M") out.push([]);
    out[out.length - 1].push([Number(x), Number(y)]);
  }
  return out;
}

/** Nothing in a document may be fetched or run. */
export function isSelfContained(root: Node): boolean {
  return all(root).every(({ name, attributes, children }) => {
    const values = [...attributes].filter(([key]) => key !== "xmlns" && key !== "alt" && key !== "aria-label").map(([, value]) => value);
    const style = name === "style" ? children.join("") : "";
    return !["script", "link", "iframe", "object", "embed", "foreignObject", "use", "image"].includes(name)
      && ![...attributes.keys()].some((key) => key.startsWith("on") || key === "href" || key === "xlink:href")
      && ![...values, style].some((value) => /url\(|@import|https?:|javascript:/i.test(value))
      && (attributes.get("src") ?? "data:").startsWith("data:");
  });
}

/** Names as no decent person would choose them. */
export const HOSTILE: readonly string[] = [
  "", " ", "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "a & b &amp; c &#39; &nope;", "]]> <!-- <![CDATA[", "null\u0000bell\u0007esc\u001b[31m del\u007f c1\u0085", "lone \ud800 and \udc00",
  "\ufffe\uffff", "line\nbreak\ttab\r", "öß漢字🦊", "x".repeat(3000), "constructor", "__proto__", "| pipe \\ `code` *bold* [link](http://e)",
];
