import { type KubeObject, StatusError } from '../machinery/index.ts';
import type { Client } from './client.ts';
import type { EventRecorder } from './event-recorder.ts';
import type { OwnWrites } from './own-writes.ts';
import type { Step } from './step.ts';

/** What performing a key's steps came to. */
export interface Performance {
  /** The first failure that makes the key worth retrying; later steps were not performed. */
  readonly error: Error | undefined;
  /** The shortest `again`. */
  readonly againMs: number | undefined;
}

/** Kubernetes: slowStartBatch begins with one and doubles, so a failing quota costs one request, not a thousand. */
const firstBatch = 1;

/** Performs steps in order through a client. Neighbouring creations and deletions run together, in growing batches. */
export class StepPerformer {
  readonly #client: Client;
  readonly #events: EventRecorder;
  readonly #ownWrites: OwnWrites;

  constructor(client: Client, events: EventRecorder, ownWrites: OwnWrites) {
    this.#client = client;
    this.#events = events;
    this.#ownWrites = ownWrites;
  }

  async perform(key: string, steps: readonly Step[]): Promise<Performance> {
    let againMs: number | undefined;
    let batchSize = firstBatch;
    for (let i = 0; i < steps.length; ) {
      const step = steps[i]!;
      if (step.do === 'again') {
        againMs = Math.min(againMs ?? step.delayMs, step.delayMs);
        i++;
      } else if (step.do === 'event') {
        this.#events.record(step);
        i++;
      } else {
        const count = Math.min(batchSize, countAlike(steps, i));
        const results = await Promise.all(steps.slice(i, i + count).map(each => this.#performOne(key, each)));
        const error = results.find(result => result !== undefined);
        if (error !== undefined) return { error, againMs };
        batchSize = count === batchSize ? batchSize * 2 : firstBatch;
        i += count;
      }
    }
    return { error: undefined, againMs };
  }

  async #performOne(key: string, step: Step): Promise<Error | undefined> {
    try {
      const result = await this.#request(key, step);
      const next = 'onSuccess' in step ? step.onSuccess?.(result) : undefined;
      return next === undefined ? undefined : (await this.perform(key, next)).error;
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      if (isFine(step, error)) return undefined;
      const next = 'onError' in step ? step.onError?.(error) : undefined;
      if (next !== undefined) await this.perform(key, next);
      return error;
    }
  }

  async #request(key: string, step: Step): Promise<KubeObject> {
    const client = this.#client;
    switch (step.do) {
      case 'create': {
        const created = await client.create(step.type, step.object);
        this.#ownWrites.recordWritten(key, step.type, created);
        return created;
      }
      case 'update': {
        const updated = await client.update(step.type, step.object, undefined, step.subresource);
        this.#ownWrites.recordWritten(key, step.type, updated);
        return updated;
      }
      case 'patch': {
        const { type, ref, patchType, patch, options, subresource } = step;
        const patched = await client.patch(type, ref, patchType, patch, options, subresource);
        this.#ownWrites.recordWritten(key, type, patched);
        return patched;
      }
      case 'delete': {
        const deleted = await client.delete(step.type, step.ref, step.options);
        const uid = 'details' in deleted ? deleted.details?.uid : (deleted as KubeObject).metadata.uid;
        this.#ownWrites.recordDeleted(key, step.type, { metadata: { ...step.ref, uid } });
        return deleted as KubeObject;
      }
      case 'post':
        return client.createSubresource(step.type, step.subresource, step.ref, step.body);
      default:
        throw new Error(`a step of kind ${step.do} is not a request`);
    }
  }
}

/** How many steps from `start` on may run together: they create, or delete, objects of one kind. */
function countAlike(steps: readonly Step[], start: number): number {
  const first = steps[start]!;
  if (first.do !== 'create' && first.do !== 'delete') return 1;
  let end = start + 1;
  for (; end < steps.length; end++) {
    const step = steps[end]!;
    if (step.do !== first.do || step.type !== first.type) break;
  }
  return end - start;
}

function isFine(step: Step, error: StatusError): boolean {
  if (step.do === 'delete') return error.reason === 'NotFound' || error.reason === 'Conflict';
  if (step.do === 'create') {
    // Kubernetes: nothing can be created in a namespace that is going away, and retrying would never help.
    if (error.details?.causes?.some(cause => cause.reason === 'NamespaceTerminating')) return true;
    return step.ifAbsent === true && error.reason === 'AlreadyExists';
  }
  return false;
}
