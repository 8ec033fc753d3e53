export interface Command {
  /** The words that call it: `image import`. */
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** What `--help` prints, with its last newline. */
  readonly usage: string;
  /** Its code; resolves to the function that takes the arguments and resolves to the exit code. */
  load(): Promise<(args: readonly string[]) => Promise<number>>;
}
