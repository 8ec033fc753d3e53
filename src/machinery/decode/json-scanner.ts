/** Where a text stops being JSON, in the words of Go's decoder. */
export class JsonSyntaxProblem extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** The deepest nesting that is read; Go's decoder has the same limit. */
const depthMax = 10_000;

/**
 * Walks a JSON text without building values: finds duplicate keys with their paths and the first syntax error. For the
 * rare cases; `JSON.parse` reads everything else.
 */
export class JsonScanner {
  private readonly text: string;
  private at = 0;
  private depth = 0;
  private readonly path: string[] = [];
  /** Paths of fields that occur more than once in their object, as upstream writes them: `spec.ports[0].name`. */
  readonly duplicates: string[] = [];
  /** Where a decoder comes upon each field, or upon it again. */
  readonly places = new Map<string, number>();

  constructor(text: string) {
    this.text = text;
  }

  /** Throws a JsonSyntaxProblem where the text is not one JSON value. */
  scan(): void {
    this.skipSpace();
    this.scanValue();
    this.skipSpace();
    if (this.at < this.text.length) this.fail('after top-level value');
  }

  private scanValue(): void {
    const char = this.text[this.at];
    if (char === '{') this.scanObject();
    else if (char === '[') this.scanList();
    else if (char === '"') this.scanString();
    else if (char === 't') this.scanWord('true');
    else if (char === 'f') this.scanWord('false');
    else if (char === 'n') this.scanWord('null');
    else if (char === '-' || isDigit(char)) this.scanNumber();
    else this.fail('looking for beginning of value');
  }

  private scanObject(): void {
    this.enter();
    const keys = new Set<string>();
    this.at++;
    this.skipSpace();
    if (this.text[this.at] === '}') {
      this.leave();
      return;
    }
    for (;;) {
      if (this.text[this.at] !== '"') this.fail('looking for beginning of object key string');
      const key = this.scanString();
      this.notePlace(key, keys.has(key));
      keys.add(key);
      this.skipSpace();
      if (this.text[this.at] !== ':') this.fail('after object key');
      this.at++;
      this.skipSpace();
      this.path.push(this.path.length === 0 ? key : `.${key}`);
      this.scanValue();
      this.path.pop();
      this.skipSpace();
      const next = this.text[this.at];
      if (next === '}') {
        this.leave();
        return;
      }
      if (next !== ',') this.fail('after object key:value pair');
      this.at++;
      this.skipSpace();
    }
  }

  private scanList(): void {
    this.enter();
    this.at++;
    this.skipSpace();
    if (this.text[this.at] === ']') {
      this.leave();
      return;
    }
    for (let index = 0; ; index++) {
      this.path.push(`[${index}]`);
      this.scanValue();
      this.path.pop();
      this.skipSpace();
      const next = this.text[this.at];
      if (next === ']') {
        this.leave();
        return;
      }
      if (next !== ',') this.fail('after array element');
      this.at++;
      this.skipSpace();
    }
  }

  private enter(): void {
    if (++this.depth > depthMax) throw new JsonSyntaxProblem('exceeded max depth', this.at);
  }

  private leave(): void {
    this.depth--;
    this.at++;
  }

  private notePlace(key: string, isDuplicate: boolean): void {
    const path = `${this.path.join('')}${this.path.length === 0 ? '' : '.'}${key}`;
    if (isDuplicate && !this.duplicates.includes(path)) {
      this.duplicates.push(path);
      this.places.set(path, this.at);
    } else if (!this.places.has(path)) this.places.set(path, this.at);
  }

  private scanString(): string {
    const start = this.at++;
    let hasEscape = false;
    for (;;) {
      const char = this.text[this.at];
      if (char === undefined) this.fail('in string literal');
      if (char === '"') break;
      if (char! < ' ') this.fail('in string literal');
      if (char === '\\') {
        hasEscape = true;
        this.scanEscape();
      } else this.at++;
    }
    this.at++;
    const raw = this.text.slice(start, this.at);
    return hasEscape ? (JSON.parse(raw) as string) : raw.slice(1, -1);
  }

  private scanEscape(): void {
    this.at++;
    const char = this.text[this.at];
    if (char === 'u') {
      for (let count = 0; count < 4; count++) {
        this.at++;
        if (!/[0-9a-fA-F]/.test(this.text[this.at] ?? '')) this.fail('in \\u hexadecimal character escape');
      }
    } else if (char === undefined || !'"\\/bfnrt'.includes(char)) this.fail('in string escape code');
    this.at++;
  }

  private scanWord(word: string): void {
    for (let index = 1; index < word.length; index++) {
      this.at++;
      if (this.text[this.at] !== word[index]) this.fail(`in literal ${word} (expecting '${word[index]}')`);
    }
    this.at++;
  }

  private scanNumber(): void {
    if (this.text[this.at] === '-') {
      this.at++;
      if (!isDigit(this.text[this.at])) this.fail('in numeric literal');
    }
    if (this.text[this.at] === '0') this.at++;
    else this.skipDigits();
    if (this.text[this.at] === '.') {
      this.at++;
      if (!isDigit(this.text[this.at])) this.fail('after decimal point in numeric literal');
      this.skipDigits();
    }
    if (this.text[this.at] === 'e' || this.text[this.at] === 'E') {
      this.at++;
      if (this.text[this.at] === '+' || this.text[this.at] === '-') this.at++;
      if (!isDigit(this.text[this.at])) this.fail('in exponent of numeric literal');
      this.skipDigits();
    }
  }

  private skipDigits(): void {
    while (isDigit(this.text[this.at])) this.at++;
  }

  private skipSpace(): void {
    for (;;) {
      const char = this.text[this.at];
      if (char !== ' ' && char !== '\n' && char !== '\t' && char !== '\r') return;
      this.at++;
    }
  }

  private fail(where: string): never {
    const char = this.text[this.at];
    if (char === undefined) throw new JsonSyntaxProblem('unexpected end of JSON input', this.at);
    throw new JsonSyntaxProblem(`invalid character ${quoteChar(char)} ${where}`, this.at);
  }
}

function isDigit(char: string | undefined): boolean {
  return char !== undefined && char >= '0' && char <= '9';
}

/** A character as Go's decoder quotes it. */
function quoteChar(char: string): string {
  if (char === "'") return "'\\''";
  if (char === '"') return "'\"'";
  const escaped = JSON.stringify(char).slice(1, -1);
  return `'${escaped.startsWith('\\u00') ? `\\x${escaped.slice(4)}` : escaped}'`;
}
