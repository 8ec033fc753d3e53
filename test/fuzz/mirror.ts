import type { ClientRequest } from 'node:http';
import { Agent, request as startRequest } from 'node:https';
import type { Connection } from '../../src/drivers/tls/index.ts';

interface Listed {
  readonly metadata: { readonly resourceVersion: string };
  readonly items: readonly { readonly metadata: ObjectIdentity }[];
}

interface ObjectIdentity {
  readonly name: string;
  readonly namespace?: string;
  readonly resourceVersion: string;
}

/**
 * Follows one resource by list and watch, as an informer does, with the answers' own words for evidence: what it has in
 * the end must be what a list says.
 */
export class Mirror {
  readonly #path: string;
  readonly #connection: Connection;
  readonly #agent: Agent;
  readonly #revisions = new Map<string, string>();
  readonly problems: string[] = [];
  #request: ClientRequest | undefined;
  #isClosed = false;
  #last = 0;
  #relists = 0;

  constructor(connection: Connection, path: string) {
    this.#connection = connection;
    this.#path = path;
    this.#agent = new Agent({
      keepAlive: true,
      ca: connection.certificateAuthority!,
      cert: connection.clientCertificate!,
      key: connection.clientKey!,
    });
  }

  async start(): Promise<void> {
    const listed = await this.#list();
    if (listed === undefined || this.#isClosed) return;
    this.#revisions.clear();
    for (const { metadata } of listed.items) this.#revisions.set(keyOf(metadata), metadata.resourceVersion);
    this.#last = Number(listed.metadata.resourceVersion);
    this.#watch();
  }

  /** Compares with a fresh list, once the watch has caught up with it. */
  async compare(): Promise<readonly string[]> {
    const deadline = performance.now() + 10_000;
    for (;;) {
      const listed = await this.#list();
      if (listed === undefined) return [`${this.#path} cannot be listed`];
      const differences = this.#differences(listed);
      if (differences.length === 0) return this.problems;
      if (performance.now() > deadline) return [...this.problems, ...differences];
      await new Promise(resolve => setTimeout(resolve, 200));
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#request?.destroy();
    this.#agent.destroy();
  }

  #differences(listed: Listed): readonly string[] {
    const differences: string[] = [];
    const keys = new Set(this.#revisions.keys());
    for (const { metadata } of listed.items) {
      const key = keyOf(metadata);
      keys.delete(key);
      const seen = this.#revisions.get(key);
      if (seen !== metadata.resourceVersion) {
        differences.push(
          `${this.#path}: a watch has ${key} at ${seen ?? 'no revision'}, a list at ${metadata.resourceVersion}`,
        );
      }
    }
    for (const key of keys) differences.push(`${this.#path}: a watch has ${key}, a list has not`);
    return differences.slice(0, 3);
  }

  async #list(): Promise<Listed | undefined> {
    const { status, text } = await this.#get(this.#path);
    return status === 200 ? (JSON.parse(text) as Listed) : undefined;
  }

  #get(path: string): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const outgoing = startRequest(`${this.#connection.server}${path}`, { agent: this.#agent }, response => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
        );
      });
      outgoing.on('error', reject);
      outgoing.end();
    });
  }

  #watch(): void {
    const path = `${this.#path}?watch=1&resourceVersion=${this.#last}&allowWatchBookmarks=true`;
    this.#request = startRequest(`${this.#connection.server}${path}`, { agent: this.#agent }, response => {
      response.setEncoding('utf8');
      let rest = '';
      response.on('data', (text: string) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop()!;
        for (const line of lines) this.#take(JSON.parse(line));
      });
      response.on('error', () => undefined);
      response.on('close', () => this.#resume());
    });
    this.#request.on('error', () => undefined);
    this.#request.end();
  }

  #resume(): void {
    if (this.#isClosed) return;
    setTimeout(() => {
      if (this.#isClosed) return;
      if (this.#last === 0) this.start().catch(error => this.problems.push(`${this.#path}: ${error.message}`));
      else this.#watch();
    }, 100);
  }

  #take(event: {
    readonly type: string;
    readonly object: { readonly metadata: ObjectIdentity; readonly code?: number };
  }): void {
    const { type, object } = event;
    if (type === 'ERROR') {
      // Compacted away while we were slow; list anew.
      if (object.code !== 410 || ++this.#relists > 100) this.problems.push(`${this.#path}: ${JSON.stringify(event)}`);
      this.#last = 0;
      return;
    }
    const { metadata } = object;
    const revision = Number(metadata.resourceVersion);
    const isGrowing = type === 'BOOKMARK' ? revision >= this.#last : revision > this.#last;
    if (!isGrowing)
      this.problems.push(`${this.#path}: a watch tells ${type} ${keyOf(metadata)} at ${revision} after ${this.#last}`);
    this.#last = revision;
    if (type === 'DELETED') this.#revisions.delete(keyOf(metadata));
    else if (type !== 'BOOKMARK') this.#revisions.set(keyOf(metadata), metadata.resourceVersion);
  }
}

function keyOf({ name, namespace = '' }: ObjectIdentity): string {
  return `${namespace}/${name}`;
}
