import type { ByteSink, ByteSource } from './byte-streams.ts';

/** How a command run to its end in a container went. Output is cut at 16 MiB by the runtime and read as UTF-8. */
export type ExecSyncResult =
  | { readonly outcome: 'exited'; readonly exitCode: number; readonly stdout: string; readonly stderr: string }
  /** The command was killed when its time was up. `message` is the runtime's. */
  | { readonly outcome: 'timedOut'; readonly message: string };

export interface ExecOptions {
  readonly command: readonly string[];
  readonly stdin?: boolean;
  readonly stdout?: boolean;
  /** Not with `tty`: a terminal has one output. */
  readonly stderr?: boolean;
  readonly tty?: boolean;
}

/** `tty` must say what the container was created with. */
export type AttachOptions = Omit<ExecOptions, 'command'>;

export interface TerminalSize {
  readonly width: number;
  readonly height: number;
}

export type ExecResult =
  | { readonly outcome: 'exited'; readonly exitCode: number }
  /** The command could not be run, or the stream broke: the runtime's text. */
  | { readonly outcome: 'failed'; readonly message: string };

/**
 * A command, or a container, that somebody talks to. `stdin`, `stdout` and `stderr` are there as asked for. Outputs
 * must be read: what nobody reads holds the command up (that is the back-pressure).
 */
export interface ExecSession {
  readonly stdin?: ByteSink;
  readonly stdout?: ByteSource;
  readonly stderr?: ByteSource;
  /** Does nothing without `tty`. */
  resize(size: TerminalSize): void;
  /** Settles when the command has ended (for attach: the container, or its streams). Never rejects. */
  readonly result: Promise<ExecResult>;
  /** Hangs up. The command itself goes on unless it notices. */
  close(): void;
}
