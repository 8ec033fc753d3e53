import type { IncomingHttpHeaders } from 'node:http';

export interface FuzzRequest {
  readonly method: string;
  /** With the query, as it goes over the wire. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: Uint8Array | undefined;
  /** The connection is cut after so many milliseconds; nobody expects an answer. */
  readonly abortAfterMs?: number | undefined;
  /** The answer may go on for long: enough is read after so many milliseconds. */
  readonly readForMs?: number | undefined;
  /** Only prepares what comes next: nobody compares its answer. */
  readonly isAside?: boolean | undefined;
  /** Written to a socket byte for byte, because Node's client refuses to send it. */
  readonly isRaw?: boolean | undefined;
}

export interface FuzzAnswer {
  /** 0 when there was none. */
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** `cut`: we ended it. `lost`: the other side did, or it never answered. */
  readonly outcome: 'whole' | 'cut' | 'lost';
  readonly error?: string | undefined;
  readonly tookMs: number;
}

/** The answer as JSON; undefined where it is none. */
// biome-ignore lint/suspicious/noExplicitAny: answers have every shape
export function parseAnswer(answer: FuzzAnswer): any {
  try {
    return JSON.parse(answer.body.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** A line for a shell that sends the same again; bodies that no shell can hold are cut short. */
export function formatReproduction(request: FuzzRequest): string {
  const headers = Object.entries(request.headers).flatMap(([name, value]) =>
    (typeof value === 'string' ? [value] : value).map(one => `-H ${quote(`${name}: ${one.slice(0, 300)}`)}`),
  );
  const body = request.body === undefined ? [] : [`--data-binary ${quote(readable(request.body))}`];
  return ['curl', '-X', request.method, quote(request.path.slice(0, 1_000)), ...headers, ...body].join(' ');
}

function readable(body: Uint8Array): string {
  const text = Buffer.from(body).toString('utf8');
  const isText = Buffer.from(text, 'utf8').equals(Buffer.from(body));
  const shown = isText ? text : `base64:${Buffer.from(body).toString('base64')}`;
  return shown.length > 6_000 ? `${shown.slice(0, 6_000)}… (${shown.length} characters)` : shown;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
