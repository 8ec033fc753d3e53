import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import type { AuditBackend } from '../../apiserver/audit/index.ts';

export interface AuditLogFileOptions {
  /** `-` is standard output. */
  readonly path: string;
  /** Days after which old files go; 0: never. Default 366, as upstream's. */
  readonly maxAgeDays?: number | undefined;
  /** How many old files stay; 0: all. Default 100. */
  readonly maxBackups?: number | undefined;
  /** Megabytes after which a new file is begun; 0: never. Default 100. */
  readonly maxSizeMegabytes?: number | undefined;
  /** Told of lines that could not be written. */
  readonly onLoss: (backend: string, error: unknown, count: number) => void;
}

const megabyte = 1024 * 1024;
const dayMs = 24 * 3600_000;

/**
 * A file of events, one a line. What one turn of the event loop brings is written at its end, in one write: no request
 * is answered more than that turn before its event is with the operating system, where a crash of ours cannot lose it.
 */
export class AuditLogFile implements AuditBackend {
  readonly name = 'log';
  readonly #options: AuditLogFileOptions;
  #descriptor: number;
  #size = 0;
  #pending: string[] = [];

  /** Throws what keeps the file from being written. */
  constructor(options: AuditLogFileOptions) {
    this.#options = options;
    this.#descriptor = this.#open();
    this.#removeOld();
  }

  write(line: string): void {
    if (this.#pending.length === 0) setImmediate(() => this.#flush());
    this.#pending.push(line);
  }

  async close(): Promise<void> {
    this.#flush();
    if (this.#options.path !== '-') closeSync(this.#descriptor);
  }

  #flush(): void {
    const lines = this.#pending;
    if (lines.length === 0) return;
    this.#pending = [];
    try {
      const bytes = Buffer.from(`${lines.join('\n')}\n`);
      if (this.#isFull(bytes.length)) this.#rotate();
      writeAll(this.#descriptor, bytes);
      this.#size += bytes.length;
    } catch (error) {
      this.#options.onLoss(this.name, error, lines.length);
    }
  }

  #open(): number {
    const { path } = this.#options;
    if (path === '-') return process.stdout.fd;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    // Requests and answers are in it.
    const descriptor = openSync(path, 'a', 0o600);
    this.#size = fstatSync(descriptor).size;
    return descriptor;
  }

  #isFull(more: number): boolean {
    const { path, maxSizeMegabytes = 100 } = this.#options;
    return path !== '-' && maxSizeMegabytes > 0 && this.#size > 0 && this.#size + more > maxSizeMegabytes * megabyte;
  }

  #rotate(): void {
    const { path } = this.#options;
    closeSync(this.#descriptor);
    renameSync(path, this.#backupPath());
    this.#descriptor = this.#open();
    this.#removeOld();
  }

  /** Kubernetes: `audit-2026-11-20T16-12-42.464.log`. */
  #backupPath(): string {
    const { path } = this.#options;
    for (let ms = Date.now(); ; ms++) {
      const time = new Date(ms).toISOString().slice(0, -1).replaceAll(':', '-');
      const backup = join(dirname(path), `${this.#stem}-${time}${extname(path)}`);
      if (!existsSync(backup)) return backup;
    }
  }

  get #stem(): string {
    const { path } = this.#options;
    return basename(path, extname(path));
  }

  #removeOld(): void {
    const { path, maxAgeDays = 366, maxBackups = 100 } = this.#options;
    if (path === '-') return;
    const backups = this.#findBackups();
    const oldestMs = Date.now() - maxAgeDays * dayMs;
    for (const [i, { name, atMs }] of backups.entries()) {
      const isSurplus = maxBackups > 0 && i >= maxBackups;
      if (isSurplus || (maxAgeDays > 0 && atMs < oldestMs)) rmSync(join(dirname(path), name), { force: true });
    }
  }

  /** The newest first. Their age is in their names. */
  #findBackups(): readonly { readonly name: string; readonly atMs: number }[] {
    const { path } = this.#options;
    const [prefix, suffix] = [`${this.#stem}-`, extname(path)];
    return readdirSync(dirname(path))
      .filter(name => name.startsWith(prefix) && name.endsWith(suffix))
      .map(name => ({ name, atMs: readTime(name.slice(prefix.length, name.length - suffix.length)) }))
      .filter(({ atMs }) => !Number.isNaN(atMs))
      .toSorted((a, b) => b.atMs - a.atMs);
  }
}

function readTime(text: string): number {
  const [date, time = ''] = text.split('T');
  return /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}$/.test(text)
    ? Date.parse(`${date}T${time.replaceAll('-', ':')}Z`)
    : Number.NaN;
}

/** A pipe may take less than it is given. */
function writeAll(descriptor: number, bytes: Buffer): void {
  let written = 0;
  while (written < bytes.length) written += writeSync(descriptor, bytes, written);
}
