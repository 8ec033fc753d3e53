import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RuntimeEvent, RuntimeEventListener, Subscription } from '../../node/runtime/index.ts';
import type { GrpcConnection, ResponseOf } from '../grpc/index.ts';
import * as containerd from './methods.ts';

type Envelope = ResponseOf<typeof containerd.subscribe>;

const knockTopic = '/sampan/listening';
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
  const tell = (event: RuntimeEvent): void => {
    if (!signal.aborted) listener(event);
  };
  const order = new OrderedDelivery(settle, tell);
  for (let isFirst = true, stood = false; !signal.aborted; isFirst = false) {
    const message = await listen(connection, signal, event => {
      if (event.type === 'resync') {
        backOffMs = backOffMsMin;
        stood = true;
        tell(event);
      } else order.deliver(event);
    });
    if (stood || isFirst) tell({ type: 'disconnected', at: Date.now(), message });
    stood = false;
    await sleep(backOffMs, undefined, { signal, ref: false }).catch(() => {
      // Closed while waiting.
    });
    backOffMs = Math.min(backOffMs * 2, backOffMsMax);
  }
}

type Resync = Extract<RuntimeEvent, { type: 'resync' }>;

/** Hands events on until the stream ends; resolves with why it did. A resync comes first. */
async function listen(
  connection: GrpcConnection,
  signal: AbortSignal,
  hand: (event: TaskEvent | Resync) => void,
): Promise<string> {
  const heard = new AbortController();
  const token = `sampan/${randomUUID()}`;
  try {
    const options = { signal, metadata: containerd.criNamespace };
    const events = connection.stream(
      containerd.subscribe,
      { filters: [...filters, `topic=="${knockTopic}"`] },
      options,
    );
    void knock(connection, token, AbortSignal.any([signal, heard.signal]));
    for await (const envelope of events) {
      const event = toRuntimeEvent(envelope);
      if (event !== undefined) hand(event);
      else if (envelope.event?.typeUrl === token && !heard.signal.aborted) {
        heard.abort();
        hand({ type: 'resync', at: Date.now() });
      }
    }
    return 'the event stream ended';
  } catch (error) {
    return (error as Error).message;
  } finally {
    heard.abort();
  }
}

/**
 * Publishes an event of our own until it is heard. The stream says nothing when it begins to work, and whoever lists
 * everything a moment too early would miss what happens between.
 */
async function knock(connection: GrpcConnection, token: string, signal: AbortSignal): Promise<void> {
  const event = { typeUrl: token, value: new Uint8Array(0) };
  for (let pauseMs = 2; !signal.aborted; pauseMs = Math.min(pauseMs * 2, 1000)) {
    const options = { signal, metadata: containerd.criNamespace, timeoutMs: 5000 };
    await connection.call(containerd.publish, { topic: knockTopic, event }, options).catch(() => {
      // Whatever keeps us from publishing ends the stream too.
    });
    await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => {
      // Heard, or closed.
    });
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
