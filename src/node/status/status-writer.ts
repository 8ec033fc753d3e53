import { type Pod, type PodStatus, pods } from '../../api/generated/index.ts';
import type { Client, Informer } from '../../client/index.ts';
import { isSemanticallyEqual, StatusError } from '../../machinery/index.ts';
import type { AbortSignalLike, World } from '../../world/index.ts';
import { ownedConditions } from './pod-conditions.ts';

const retryMsMin = 200;
const retryMsMax = 10_000;

interface Entry {
  pod: Pod;
  status: PodStatus;
  isDirty: boolean;
  writing: Promise<void> | undefined;
  failures: number;
}

/**
 * Brings the node's view of its pods to the API server: at once, one request at a time for each pod, so that what
 * changes while one is under way goes out together with the next.
 */
export class StatusWriter {
  readonly #world: World;
  readonly #client: Client;
  readonly #informer: Informer<Pod>;
  readonly #entries = new Map<string, Entry>();
  #isStopped = false;

  constructor(world: World, client: Client, informer: Informer<Pod>) {
    this.#world = world;
    this.#client = client;
    this.#informer = informer;
  }

  /** What was last set, written or not. */
  get(uid: string): PodStatus | undefined {
    return this.#entries.get(uid)?.status;
  }

  set(pod: Pod, status: PodStatus): void {
    const uid = pod.metadata.uid ?? '';
    const entry = this.#entries.get(uid);
    if (entry === undefined) {
      this.#entries.set(uid, { pod, status, isDirty: true, writing: undefined, failures: 0 });
    } else {
      entry.pod = pod;
      if (isSemanticallyEqual(entry.status, status) && !this.#hasStrayed(pod, status)) return;
      entry.status = status;
      entry.isDirty = true;
    }
    this.#write(uid);
  }

  /** Resolves when what has been set is stored, or the pod is gone. Rejects with the signal's reason when it aborts. */
  async flush(uid: string, signal: AbortSignalLike): Promise<void> {
    for (;;) {
      if (signal.aborted) throw signal.reason;
      const entry = this.#entries.get(uid);
      if (entry === undefined || this.#isStopped) return;
      if (entry.writing === undefined && !entry.isDirty) return;
      await (entry.writing ?? this.#world.clock.sleep(retryMsMin));
    }
  }

  forget(uid: string): void {
    this.#entries.delete(uid);
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** Whether the API server shows something else than what has been written: somebody has overwritten it. */
  #hasStrayed(pod: Pod, status: PodStatus): boolean {
    const entry = this.#entries.get(pod.metadata.uid ?? '');
    return entry !== undefined && !entry.isDirty && entry.writing === undefined && pod.status?.phase !== status.phase;
  }

  #write(uid: string): void {
    const entry = this.#entries.get(uid);
    if (entry === undefined || entry.writing !== undefined || !entry.isDirty || this.#isStopped) return;
    entry.isDirty = false;
    entry.writing = this.#store(entry).then(
      () => this.#onWritten(uid, entry),
      error => this.#onFailed(uid, entry, error),
    );
  }

  #onWritten(uid: string, entry: Entry): void {
    entry.writing = undefined;
    entry.failures = 0;
    this.#write(uid);
  }

  #onFailed(uid: string, entry: Entry, error: unknown): void {
    entry.writing = undefined;
    // A pod that is gone has no status, whatever has been set meanwhile.
    entry.isDirty = !StatusError.is(error, 'NotFound');
    if (!entry.isDirty || this.#isStopped) return;
    const isConflict = StatusError.is(error, 'Conflict');
    const delayMs = isConflict ? 0 : Math.min(retryMsMax, retryMsMin * 2 ** entry.failures++);
    if (!isConflict) {
      const text = error instanceof Error ? error.message : String(error);
      this.#world.log.warn('cannot write pod status; trying again', {
        pod: entry.pod.metadata.name,
        delayMs,
        error: text,
      });
    }
    this.#world.clock.after(delayMs, () => this.#write(uid));
  }

  async #store(entry: Entry): Promise<void> {
    const { namespace, name = '', uid } = entry.pod.metadata;
    const status = entry.status;
    const ref = { namespace, name };
    const seen = entry.failures === 0 ? this.#informer.get(namespace, name) : undefined;
    const current = seen ?? (await this.#client.get(pods, ref));
    if (current.metadata.uid !== uid) return;
    const next = mergeStatus(current.status, status);
    if (current.status !== undefined && isSemanticallyEqual(current.status, next)) return;
    try {
      await this.#client.updateStatus(pods, { ...current, status: next });
    } catch (error) {
      if (StatusError.is(error, 'Conflict')) entry.failures++;
      throw error;
    }
  }
}

/** The node's fields over those that others keep in the same status. */
export function mergeStatus(current: PodStatus | undefined, ours: PodStatus): PodStatus {
  const others = (current?.conditions ?? []).filter(condition => !ownedConditions.includes(condition.type));
  const owned = (ours.conditions ?? []).filter(condition => ownedConditions.includes(condition.type));
  return { ...current, ...ours, conditions: [...others, ...owned] };
}
