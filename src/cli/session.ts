/**
 * What every command shares: the terminal (stdout is data, stderr is progress and warnings), the exit status, and the
 * temporary files that have to go when the process is interrupted. One is made in main.ts and handed down.
 */
import { unlinkSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { SingleBar } from "cli-progress";

/** 0 recalled or accepted, 1 not recognised, not converged or a check failed; 2 and 130 are set in main.ts. */
export type Status = 0 | 1;

/** A running count; nothing is drawn unless stderr is a terminal. */
export interface Progress {
  /** @param done of `total`; @param what is being done now */
  update(done: number, what?: string): void;
  stop(): void;
}

/** Signals that end a command, with the exit code a shell would report for them. */
const ENDINGS: readonly (readonly [NodeJS.Signals, number])[] = [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]];

export class Session {
  status: Status = 0;
  /** Written but not yet renamed. */
  readonly temporaries: Set<string> = new Set();
  readonly #stopping: readonly (readonly [NodeJS.Signals, () => void])[];
  #data: string[] = [];
  #bar?: SingleBar;

  constructor() {
    this.#stopping = ENDINGS.map(([signal, code]) => [signal, () => this.#interrupted(code)]);
    this.#listen();
    // A reader that went away (`engram info | head -1`) and a full disk are reported by flush().
    process.stdout.on("error", () => {});
    process.stderr.on("error", () => {});
  }

  /** Data for stdout, kept until the command has ended well. */
  data(text: string): void {
    this.#data.push(text.endsWith("\n") ? text : `${text}\n`);
  }

  /** One JSON object as the data of this command; JSON has no infinities: they become strings, as in `result.json`. */
  json(value: unknown): void {
    this.data(JSON.stringify(value, plain, 2));
  }

  /** What was chosen or done, for the person watching. */
  note(text: string): void {
    this.#aside(`${printable(text)}\n`);
  }

  /** Something to know before trusting the result. */
  warn(text: string): void {
    this.#aside(`${this.paint("33", "warning:")} ${printable(text)}\n`);
  }

  /** Text in a colour, where stderr is a terminal that wants colours. */
  paint(code: string, text: string): string {
    return process.stderr.isTTY && wantsColour() ? `\u001b[${code}m${text}\u001b[0m` : text;
  }

  progress(label: string, total: number): Progress {
    if (!process.stderr.isTTY) return { update: () => {}, stop: () => {} };
    const bar = new SingleBar({
      stream: process.stderr, format: `${label} [{bar}] {value}/{total} {what}`, barsize: 24, clearOnComplete: true,
      barCompleteChar: "=", barIncompleteChar: " ", emptyOnZero: true,
      // A signal may end the process at any time: the terminal stays as it was.
      hideCursor: false, linewrap: true,
    });
    bar.start(total, 0, { what: "" });
    this.#bar = bar;
    return { update: (done, what = "") => bar.update(done, { what: short(printable(what)) }), stop: () => this.#stopBar() };
  }

  /**
   * Runs a long calculation that does not yield. JavaScript cannot answer a signal meanwhile, so the default action is
   * restored: the process ends at once (a shell reports 130). No temporary file exists at such a time.
   */
  async compute<T>(work: () => T | Promise<T>): Promise<T> {
    // A signal that came while JavaScript was busy waits in the event loop, and would be lost with the listener. The first turn
    // may begin behind the loop's look at signals, the second has looked.
    await setImmediate();
    await setImmediate();
    this.#unlisten();
    try {
      return await work();
    } finally {
      this.#listen();
    }
  }

  /** Writes the data; resolves when the system has taken it. */
  async flush(): Promise<void> {
    this.#stopBar();
    const text = this.#data.join("");
    this.#data = [];
    if (text === "") return;
    await new Promise<void>((resolve, reject) => {
      process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Takes away what was begun and not finished. */
  removeTemporaries(): void {
    this.#stopBar();
    for (const path of this.temporaries) {
      try {
        unlinkSync(path);
      } catch {
        // Already renamed or never made.
      }
    }
    this.temporaries.clear();
  }

  /** Stops listening, so that nothing holds on to this session. */
  close(): void {
    this.#stopBar();
    this.#unlisten();
  }

  #interrupted(code: number): void {
    this.removeTemporaries();
    // Node waits for a read that hangs (a pipe nobody writes to): a second signal then ends it at once.
    this.#unlisten();
    process.exit(code);
  }

  #listen(): void {
    for (const [signal, handler] of this.#stopping) process.on(signal, handler);
  }

  #unlisten(): void {
    for (const [signal, handler] of this.#stopping) process.removeListener(signal, handler);
  }

  /** Text on stderr that does not tear a progress bar apart. */
  #aside(text: string): void {
    if (this.#bar !== undefined && process.stderr.isTTY) {
      process.stderr.clearLine(0);
      process.stderr.cursorTo(0);
      // the bar goes on below, and its end clears that line
      text += "\u001b7";
    }
    process.stderr.write(text);
  }

  #stopBar(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }
}

function plain(_: string, value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return Array.from(value as Float64Array);
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

/** Without control characters, which names of files and damaged headers may hold and a terminal would obey. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, "\ufffd");
}

/** At most 30 characters, so that the bar stays on one line. */
function short(text: string): string {
  const letters = [...text];
  return letters.length <= 30 ? text : `...${letters.slice(-27).join("")}`;
}

/** NO_COLOR (no-color.org): any non-empty value. */
export function wantsColour(): boolean {
  const { NO_COLOR, TERM } = process.env;
  return (NO_COLOR === undefined || NO_COLOR === "") && TERM !== "dumb";
}
