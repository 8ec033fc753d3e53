import type { Pod } from '../api/generated/index.ts';
import type { Clock, Timer } from '../world/index.ts';

/** Kubernetes: podInitialBackoffSeconds, podMaxBackoffSeconds, and how long a pod may wait for something to change. */
const backoffMinMs = 1000;
const backoffMaxMs = 10_000;
const unschedulableMaxMs = 300_000;

export interface QueuedPod {
  pod: Pod;
  readonly uid: string;
  readonly addedMs: number;
  attempts: number;
  /** When the last attempt ended. */
  attemptedMs: number;
}

/**
 * Pods that want a node. Those that may be tried now are taken by priority, then by age; one that fitted nowhere waits
 * until something changes, and at least for its back-off.
 */
export class SchedulingQueue {
  readonly #clock: Clock;
  readonly #onReady: () => void;
  /** A sorted list would do for few pods; a heap keeps thousands cheap. */
  readonly #active: QueuedPod[] = [];
  readonly #activeUids = new Set<string>();
  readonly #waiting = new Map<string, QueuedPod>();
  readonly #backingOff = new Map<string, { readonly queued: QueuedPod; readonly timer: Timer }>();
  #flush: Timer | undefined;

  constructor(clock: Clock, onReady: () => void) {
    this.#clock = clock;
    this.#onReady = onReady;
  }

  /** Adds a pod, or replaces what is known of one that is queued already. */
  set(pod: Pod): void {
    const uid = pod.metadata.uid ?? '';
    const known = this.#find(uid);
    if (known === undefined) {
      this.#activate({ pod, uid, addedMs: this.#clock.now(), attempts: 0, attemptedMs: 0 });
      return;
    }
    const isRespecified = known.pod.metadata.generation !== pod.metadata.generation;
    known.pod = pod;
    // A change of its own spec may make the pod fit; a change of its status is usually our own.
    if (isRespecified && this.#waiting.delete(uid)) this.#afterBackoff(known);
  }

  delete(uid: string): void {
    this.#waiting.delete(uid);
    this.#backingOff.get(uid)?.timer.cancel();
    this.#backingOff.delete(uid);
    if (!this.#activeUids.delete(uid)) return;
    const index = this.#active.findIndex(queued => queued.uid === uid);
    this.#removeAt(index);
  }

  /** The most important pod that may be tried now. */
  take(): QueuedPod | undefined {
    const first = this.#active[0];
    if (first === undefined) return undefined;
    this.#removeAt(0);
    this.#activeUids.delete(first.uid);
    return first;
  }

  /** Puts back a pod that fitted nowhere. */
  wait(queued: QueuedPod): void {
    queued.attempts++;
    queued.attemptedMs = this.#clock.now();
    this.#waiting.set(queued.uid, queued);
    this.#flush ??= this.#clock.after(unschedulableMaxMs / 10, () => this.#flushOld());
  }

  /** Puts back a pod whose attempt failed for a reason of ours. */
  retry(queued: QueuedPod): void {
    queued.attempts++;
    queued.attemptedMs = this.#clock.now();
    this.#afterBackoff(queued);
  }

  /** Something has changed that may let waiting pods fit. */
  wakeAll(): void {
    if (this.#waiting.size === 0) return;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const queued of waiting) this.#afterBackoff(queued);
  }

  stop(): void {
    this.#flush?.cancel();
    for (const { timer } of this.#backingOff.values()) timer.cancel();
  }

  #find(uid: string): QueuedPod | undefined {
    const elsewhere = this.#waiting.get(uid) ?? this.#backingOff.get(uid)?.queued;
    if (elsewhere !== undefined) return elsewhere;
    return this.#activeUids.has(uid) ? this.#active.find(queued => queued.uid === uid) : undefined;
  }

  #afterBackoff(queued: QueuedPod): void {
    const backoffMs = Math.min(backoffMaxMs, backoffMinMs * 2 ** Math.max(0, queued.attempts - 1));
    const delayMs = queued.attemptedMs + backoffMs - this.#clock.now();
    if (delayMs <= 0) {
      this.#activate(queued);
      return;
    }
    const timer = this.#clock.after(delayMs, () => {
      this.#backingOff.delete(queued.uid);
      this.#activate(queued);
    });
    this.#backingOff.set(queued.uid, { queued, timer });
  }

  #flushOld(): void {
    this.#flush = undefined;
    const now = this.#clock.now();
    for (const queued of [...this.#waiting.values()]) {
      if (now - queued.attemptedMs < unschedulableMaxMs) continue;
      this.#waiting.delete(queued.uid);
      this.#afterBackoff(queued);
    }
    if (this.#waiting.size > 0) this.#flush = this.#clock.after(unschedulableMaxMs / 10, () => this.#flushOld());
  }

  #activate(queued: QueuedPod): void {
    this.#activeUids.add(queued.uid);
    this.#active.push(queued);
    this.#siftUp(this.#active.length - 1);
    this.#onReady();
  }

  #removeAt(index: number): void {
    const last = this.#active.pop()!;
    if (index >= this.#active.length) return;
    this.#active[index] = last;
    this.#siftDown(index);
    this.#siftUp(index);
  }

  #siftUp(start: number): void {
    const heap = this.#active;
    for (let i = start; i > 0; ) {
      const parent = (i - 1) >> 1;
      if (!isBefore(heap[i]!, heap[parent]!)) return;
      [heap[i], heap[parent]] = [heap[parent]!, heap[i]!];
      i = parent;
    }
  }

  #siftDown(start: number): void {
    const heap = this.#active;
    for (let i = start; ; ) {
      let child = 2 * i + 1;
      if (child >= heap.length) return;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, heap[i]!)) return;
      [heap[i], heap[child]] = [heap[child]!, heap[i]!];
      i = child;
    }
  }
}

/** Kubernetes: PrioritySort. */
function isBefore(a: QueuedPod, b: QueuedPod): boolean {
  const difference = (b.pod.spec?.priority ?? 0) - (a.pod.spec?.priority ?? 0);
  if (difference !== 0) return difference < 0;
  return a.addedMs < b.addedMs || (a.addedMs === b.addedMs && a.uid < b.uid);
}
