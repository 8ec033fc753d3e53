/** The first signal asks us to stop; whoever sends a second one means at once. */
export class StopRequest {
  readonly #requested = Promise.withResolvers<void>();
  #isRequested = false;

  /** Listens from now on. Before the readiness line is printed, or a quick Ctrl-C would kill us with work half done. */
  static listen(): StopRequest {
    const request = new StopRequest();
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => request.#receive(name));
    return request;
  }

  get isRequested(): boolean {
    return this.#isRequested;
  }

  get requested(): Promise<void> {
    return this.#requested.promise;
  }

  #receive(name: NodeJS.Signals): void {
    if (this.#isRequested) {
      process.stderr.write('sampan: stopped at once; pods may still run, and the next start takes them over\n');
      process.exit(130);
    }
    this.#isRequested = true;
    if (name === 'SIGINT') process.stderr.write('\nsampan: stopping; Ctrl-C again stops at once\n');
    this.#requested.resolve();
  }
}
