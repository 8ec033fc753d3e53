const none: readonly string[] = [];

/** Kubernetes: beyond so many characters in all, each warning is cut to so many. */
const totalLengthMax = 4096;
const itemLengthMax = 256;

/** Values for a response's `Warning` headers. Kubernetes: the recorder of `endpoints/filters/warning.go`. */
export class WarningHeaders {
  readonly #texts = new Set<string>();
  #values: string[] = [];
  #length = 0;
  #isTruncating = false;

  get values(): readonly string[] {
    return this.#texts.size === 0 ? none : this.#values;
  }

  /** Each text once. */
  add(text: string): void {
    if (text === '' || (this.#isTruncating && this.#length >= totalLengthMax) || this.#texts.has(text)) return;
    this.#texts.add(text);
    if (this.#isTruncating || this.#length + lengthOf(text) <= totalLengthMax) this.#write(text);
    else this.#startTruncating();
  }

  #startTruncating(): void {
    this.#isTruncating = true;
    this.#length = 0;
    this.#values = [];
    for (const text of this.#texts) this.#write(text);
  }

  #write(text: string): void {
    const said = this.#isTruncating ? [...text].slice(0, itemLengthMax).join('') : text;
    const value = formatWarning(said);
    if (value === undefined) return;
    this.#length += lengthOf(said);
    this.#values.push(value);
  }
}

function lengthOf(text: string): number {
  return text.length <= itemLengthMax ? text.length : [...text].length;
}

/**
 * As RFC 7234 has it: `299 - "text"`, quotes and backslashes escaped. The text's UTF-8 bytes stand as one character each,
 * which is how headers are written. Kubernetes: a text with control characters is not told at all.
 */
function formatWarning(text: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\x00-\x1f\x7f-\x9f]/.test(text) || !text.isWellFormed()) return undefined;
  const quoted = text.replace(/["\\]/g, '\\$&');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all that is not ASCII
  return `299 - "${/^[\x00-\x7f]*$/.test(quoted) ? quoted : toBytes(quoted)}"`;
}

function toBytes(text: string): string {
  return encodeURIComponent(text).replace(/%([0-9A-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
