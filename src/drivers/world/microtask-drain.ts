/** After how many drains the event loop gets a whole turn, so that signals, sockets and timers are not kept waiting. */
const drainsPerTurn = 256;

/**
 * For `VirtualWorldOptions.drainMicrotasks`: resolves once every pending promise reaction, and all that follow from
 * them, have run.
 *
 * Node runs its nextTick queue when the microtask queue has run dry, which says just that and costs a fraction of a turn
 * of the event loop: a turn polls the operating system. Work outside the language (files, sockets, threads) is not waited
 * for, as no virtual world can.
 */
export function createMicrotaskDrain(): () => Promise<void> {
  let drains = 0;
  const started = Promise.resolve();
  return () => {
    const isTurn = ++drains % drainsPerTurn === 0;
    return new Promise(resolve => {
      if (isTurn) setImmediate(resolve);
      // From within a reaction: a tick set by a plain callback would run before the reactions.
      else started.then(() => process.nextTick(resolve));
    });
  };
}
