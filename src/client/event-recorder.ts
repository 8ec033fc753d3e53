import type { KubeObject, ResourceType } from '../machinery/index.ts';
import { formatTime, hashText, type World } from '../world/index.ts';
import type { Client } from './client.ts';
import { EventCorrelator, type RecordedEvent } from './event-correlator.ts';
import type { EventStep } from './step.ts';

const eventsType: ResourceType = {
  group: '',
  version: 'v1',
  resource: 'events',
  singular: 'event',
  kind: 'Event',
  namespaced: true,
  shortNames: ['ev'],
  categories: [],
};

/** Posts Events as client-go's recorder does: repeats become a count, floods are held back. Never delays the caller. */
export class EventRecorder {
  readonly #world: World;
  readonly #client: Client;
  readonly #component: string;
  readonly #host: string | undefined;
  readonly #correlator: EventCorrelator;

  /** `component` stands as the events' source; `host` is set by whoever speaks for one node. */
  constructor(world: World, client: Client, component: string, host?: string) {
    this.#world = world;
    this.#client = client;
    this.#component = component;
    this.#host = host;
    this.#correlator = new EventCorrelator(world.clock.now);
  }

  record(event: Omit<EventStep, 'do'>): void {
    const recorded = this.#correlator.correlate(event);
    if (recorded === undefined) return;
    this.#world.tasks.spawn('record event', () => this.#post(event, recorded));
  }

  async #post(event: Omit<EventStep, 'do'>, recorded: RecordedEvent): Promise<void> {
    const namespace = event.regarding.metadata.namespace ?? 'default';
    try {
      if (recorded.name !== undefined && (await this.#bump(namespace, recorded.name, recorded))) return;
      const name = `${event.regarding.metadata.name}.${this.#suffix(event)}`;
      await this.#client.create(eventsType, this.#build(event, recorded, name, namespace));
      recorded.remember(name);
    } catch (error) {
      // An event is never worth failing for: its namespace may be going away, or its object may be gone.
      this.#world.log.debug('cannot record event', {
        reason: event.reason,
        error: error instanceof Error ? error.message : String(error),
      });
    }
  }

  async #bump(namespace: string, name: string, recorded: RecordedEvent): Promise<boolean> {
    const patch = {
      count: recorded.count,
      message: recorded.message,
      lastTimestamp: formatTime(this.#world.clock.now()),
    };
    try {
      await this.#client.patch(eventsType, { namespace, name }, 'merge', patch);
      return true;
    } catch {
      // It has expired meanwhile: a new one is posted instead.
      return false;
    }
  }

  #build(event: Omit<EventStep, 'do'>, recorded: RecordedEvent, name: string, namespace: string): KubeObject {
    const { regarding } = event;
    const now = formatTime(this.#world.clock.now());
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace },
      involvedObject: {
        kind: regarding.kind,
        apiVersion: regarding.apiVersion,
        namespace: regarding.metadata.namespace,
        name: regarding.metadata.name,
        uid: regarding.metadata.uid,
        resourceVersion: regarding.metadata.resourceVersion,
        fieldPath: event.fieldPath,
      },
      reason: event.reason,
      message: recorded.message,
      type: event.type,
      count: recorded.count,
      firstTimestamp: formatTime(recorded.firstMs),
      lastTimestamp: now,
      source: { component: this.#component, host: this.#host },
      reportingComponent: this.#component,
      reportingInstance: this.#host ?? '',
    } as KubeObject;
  }

  /** Kubernetes: sixteen hex digits, there the nanoseconds; here also what tells events of one instant apart. */
  #suffix(event: Omit<EventStep, 'do'>): string {
    const nanoseconds = BigInt(Math.floor(this.#world.clock.now())) * 1_000_000n;
    const within = BigInt(
      hashText(`${this.#component}/${event.reason}/${event.message}/${event.fieldPath}`) % 1_000_000,
    );
    return (nanoseconds + within).toString(16);
  }
}
