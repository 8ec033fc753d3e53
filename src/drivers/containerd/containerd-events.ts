import { setTimeout as sleep } from 'node:timers/promises';
import type { RuntimeEvent, RuntimeEventListener, Subscription } from '../../node/runtime/index.ts';
import type { GrpcConnection, ResponseOf } from '../grpc/index.ts';
import * as containerd from './methods.ts';

type Envelope = ResponseOf<typeof containerd.subscribe>;

const backOffMsMin = 50;
const backOffMsMax = 2000;

const filters = ['create', 'start', 'exit', 'oom', 'delete'].map(name => `topic=="/tasks/${name}",namespace==k8s.io`);
const plainTypes: Readonly<Record<string, 'created' | 'started' | 'oom' | 'removed'>> = {
  '/tasks/create': 'created',
  '/tasks/start': 'started',
  '/tasks/oom': 'oom',
  '/tasks/delete': 'removed',
};

/**
 * Tells `listener` what happens to containers and sandboxes, from containerd's own event stream: it is in every
 * version, while CRI's is in none before 2.0, and says no more.
 *
 * `settle` resolves when CRI's records show what an event says: CRI follows the same stream a little later.
 */
export function watchContainerdEvents(
  connection: GrpcConnection,
  settle: (event: TaskEvent) => Promise<void>,
  listener: RuntimeEventListener,
): Subscription {
  const closing = new AbortController();
  void follow(connection, settle, listener, closing.signal);
  return { close: () => closing.abort() };
}

async function follow(
  connection: GrpcConnection,
  settle: (event: TaskEvent) => Promise<void>,
  listener: RuntimeEventListener,
  signal: AbortSignal,
): Promise<void> {
  let backOffMs = backOffMsMin;
  let wasConnected = true;
  const tell = (event: RuntimeEvent): void => {
    if (!signal.aborted) listener(event);
  };
  const order = new OrderedDelivery(settle, tell);
  while (!signal.aborted) {
    let message = 'the event stream ended';
    try {
      // The stream itself says nothing until something happens, so ask something that answers first.
      await connection.call(containerd.getVersion, {}, { signal });
      const events = connection.stream(
        containerd.subscribe,
        { filters },
        { signal, metadata: containerd.criNamespace },
      );
      const first = events.next();
      tell({ type: 'resync', at: Date.now() });
      wasConnected = true;
      backOffMs = backOffMsMin;
      for (let next = await first; !next.done; next = await events.next()) {
        const event = toRuntimeEvent(next.value);
        if (event !== undefined) order.deliver(event);
      }
    } catch (error) {
      message = (error as Error).message;
    }
    if (wasConnected) tell({ type: 'disconnected', at: Date.now(), message });
    wasConnected = false;
    await sleep(backOffMs, undefined, { signal, ref: false }).catch(() => {
      // Closed while waiting.
    });
    backOffMs = Math.min(backOffMs * 2, backOffMsMax);
  }
}

/** What happened to one container or sandbox. */
export type TaskEvent = Extract<RuntimeEvent, { id: string }>;

/** Events of one container are told in their order, although each waits for CRI on its own. */
class OrderedDelivery {
  readonly #settle: (event: TaskEvent) => Promise<void>;
  readonly #tell: (event: RuntimeEvent) => void;
  readonly #last = new Map<string, Promise<void>>();

  constructor(settle: (event: TaskEvent) => Promise<void>, tell: (event: RuntimeEvent) => void) {
    this.#settle = settle;
    this.#tell = tell;
  }

  deliver(event: TaskEvent): void {
    const told = Promise.all([this.#last.get(event.id), this.#settle(event)]).then(() => {
      this.#tell(event);
      if (this.#last.get(event.id) === told) this.#last.delete(event.id);
    });
    this.#last.set(event.id, told);
  }
}

function toRuntimeEvent({ topic, timestamp, event }: Envelope): TaskEvent | undefined {
  if (event === undefined) return undefined;
  const at = timestamp === undefined ? Date.now() : timestamp.seconds * 1000 + Math.floor(timestamp.nanos / 1e6);
  if (topic === '/tasks/exit') {
    const { containerId, id, exitStatus } = containerd.taskExitEvent.decode(event.value);
    // A command executed in the container ended, not the container.
    return id === containerId ? { type: 'exited', id: containerId, at, exitCode: exitStatus } : undefined;
  }
  const type = plainTypes[topic];
  return type && { type, id: containerd.taskEvent.decode(event.value).containerId, at };
}
