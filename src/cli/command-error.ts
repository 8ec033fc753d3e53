/** Something that whoever typed the command can mend; the message says what is wrong and what to do. */
export class CommandError extends Error {
  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'CommandError';
  }
}

/** The command line itself is wrong; `usage` shows how it would be right. */
export class UsageError extends Error {
  readonly usage: string;

  constructor(message: string, usage: string) {
    super(message);
    this.name = 'UsageError';
    this.usage = usage;
  }
}
