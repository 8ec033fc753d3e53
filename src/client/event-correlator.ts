import type { KubeObject } from '../machinery/index.ts';
import type { EventStep } from './step.ts';

/** Kubernetes: client-go's EventCorrelator, with its default numbers. */
const similarLimit = 10;
const similarWindowMs = 600_000;
const burst = 25;
const refillPerMs = 1 / 300_000;
const cacheLimit = 4096;

/** How an event is to be written. */
export interface RecordedEvent {
  /** The Event object to count up; absent when a new one is due. */
  readonly name: string | undefined;
  readonly count: number;
  readonly firstMs: number;
  readonly message: string;
  /** Tells under which name the event was posted. */
  remember(name: string): void;
}

interface Seen {
  name: string | undefined;
  count: number;
  readonly firstMs: number;
}

interface Similar {
  lastMs: number;
  readonly messages: Set<string>;
}

/** Decides for each event whether it is new, a repeat, one of many alike, or too much. */
export class EventCorrelator {
  readonly #now: () => number;
  readonly #seen = new Map<string, Seen>();
  readonly #similar = new Map<string, Similar>();
  readonly #budgets = new Map<string, { tokens: number; atMs: number }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Undefined when the object's event budget is used up. */
  correlate(event: Omit<EventStep, 'do'>): RecordedEvent | undefined {
    const now = this.#now();
    const object = objectKey(event.regarding, event.fieldPath);
    const group = `${object}|${event.type}|${event.reason}`;
    const isFlood = this.#isSimilarFlood(group, event.message, now);
    const message = isFlood ? `(combined from similar events): ${event.message}` : event.message;
    const key = isFlood ? group : `${group}|${event.message}`;
    if (!this.#spend(object, now)) return undefined;
    let seen = this.#seen.get(key);
    if (seen === undefined) {
      seen = { name: undefined, count: 0, firstMs: now };
      remember(this.#seen, key, seen);
    }
    seen.count++;
    const entry = seen;
    return {
      name: entry.name,
      count: entry.count,
      firstMs: entry.firstMs,
      message,
      remember: name => {
        entry.name = name;
      },
    };
  }

  #isSimilarFlood(group: string, message: string, now: number): boolean {
    let similar = this.#similar.get(group);
    if (similar === undefined || now - similar.lastMs > similarWindowMs) {
      similar = { lastMs: now, messages: new Set() };
      remember(this.#similar, group, similar);
    }
    similar.lastMs = now;
    similar.messages.add(message);
    return similar.messages.size >= similarLimit;
  }

  #spend(object: string, now: number): boolean {
    const budget = this.#budgets.get(object) ?? { tokens: burst, atMs: now };
    budget.tokens = Math.min(burst, budget.tokens + (now - budget.atMs) * refillPerMs);
    budget.atMs = now;
    remember(this.#budgets, object, budget);
    if (budget.tokens < 1) return false;
    budget.tokens -= 1;
    return true;
  }
}

function objectKey(object: KubeObject, fieldPath: string | undefined): string {
  const { namespace, name, uid } = object.metadata;
  return `${object.kind}/${namespace}/${name}/${uid}/${fieldPath ?? ''}`;
}

/** Sets a key in a map that forgets its oldest keys. */
function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= cacheLimit) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}
