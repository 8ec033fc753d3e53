/**
 * Something happened to a container or to a sandbox's own process (`id` is then the sandbox's). When a listener is
 * called, the runtime's status calls already show it.
 */
export type RuntimeEvent =
  | { readonly type: 'created' | 'started' | 'removed' | 'oom'; readonly id: string; readonly at: number }
  | { readonly type: 'exited'; readonly id: string; readonly at: number; readonly exitCode?: number }
  /** The stream stands, first or again: what happened before may have been missed, so list everything. */
  | { readonly type: 'resync'; readonly at: number }
  /** The runtime does not answer; a `resync` follows when it does. */
  | { readonly type: 'disconnected'; readonly at: number; readonly message: string };

export type RuntimeEventListener = (event: RuntimeEvent) => void;

export interface Subscription {
  /** Calling it twice does nothing. */
  close(): void;
}
