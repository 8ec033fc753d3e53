import type { Clock } from '../../world/index.ts';
import { FlowQueue } from './flow-queue.ts';
import { estimatedServiceMs, type FlowRequest } from './flow-request.ts';
import { SeatDemand } from './seat-demand.ts';

export interface Queuing {
  readonly queues: number;
  readonly handSize: number;
  readonly queueLengthLimit: number;
}

/** What a level does with requests: lets all through, refuses those beyond its limit, or lets them wait. */
export type Admission = 'exempt' | 'reject' | Queuing;

export type RejectReason = 'concurrency-limit' | 'queue-full' | 'time-out';

/**
 * The requests of one priority level: those that run and, in queues that are served fairly, those that wait. Kubernetes:
 * `fairqueuing/queueset`, with one thread and times in milliseconds.
 */
export class QueueSet {
  readonly demand: SeatDemand;
  readonly queues: FlowQueue[] = [];
  /** Requests that run without having passed a queue. */
  readonly queueless = new Set<FlowRequest>();
  dispatched = 0;
  rejected = 0;
  cancelled = 0;
  waiting = 0;
  executing = 0;
  seatsInUse = 0;
  seatsWaiting = 0;
  /** Work that each busy queue has got, in seat-milliseconds. Kubernetes: `currentR`. */
  progress = 0;
  readonly #clock: Pick<Clock, 'after' | 'monotonic'>;
  #admission: Admission = 'reject';
  #limit = 0;
  #lastMs: number;
  #activeQueues = 0;
  /** Seats of the requests that are in queues or have come through one. */
  #queuedSeats = 0;
  #robin = 0;
  #enqueued = 0;

  constructor(clock: Pick<Clock, 'after' | 'monotonic'>) {
    this.#clock = clock;
    this.#lastMs = clock.monotonic();
    this.demand = new SeatDemand(this.#lastMs);
  }

  get isIdle(): boolean {
    return this.waiting === 0 && this.executing === 0;
  }

  get limit(): number {
    return this.#limit;
  }

  /** Queues that are too many go when they are empty. */
  configure(admission: Admission, limit: number): void {
    this.#advance(this.#clock.monotonic());
    this.#admission = admission;
    this.#limit = limit;
    if (typeof admission === 'object') {
      while (this.queues.length < admission.queues) this.queues.push(new FlowQueue(this.queues.length));
    }
    this.#dispatchAll();
  }

  /** Runs it, lets it wait, or refuses it: see its state. `hand` counts only where the level has queues. */
  start(request: FlowRequest, hand: readonly number[], nowMs: number): void {
    this.#advance(nowMs);
    request.arrivalProgress = this.progress;
    if (typeof this.#admission !== 'object') {
      this.#startWithoutQueue(request, nowMs);
      return;
    }
    const queue = this.#chooseQueue(hand);
    if (this.seatsInUse >= this.#limit && queue.waiting.size >= this.#admission.queueLengthLimit) {
      this.#reject(request, 'queue-full');
      return;
    }
    request.flowClass.counters.queueLengths.observe(queue.waiting.size + 1);
    if (!queue.isActive) {
      queue.nextDispatch = this.progress;
      this.#activeQueues++;
    }
    request.queue = queue;
    this.#queuedSeats += request.seatsMax;
    if (this.waiting === 0 && this.seatsInUse < this.#limit && this.#hasRoomFor(request.seatsMax)) {
      // Nobody else waits, so it is its turn: no need to look at the other queues.
      if (queue.nextDispatch < this.progress) queue.nextDispatch = this.progress;
      this.#robin = queue.index;
      this.#execute(request, nowMs);
    } else this.#enqueue(request, queue, nowMs);
  }

  /** Takes a request out that has waited too long, or whose client has gone. */
  cancel(request: FlowRequest): boolean {
    const { queue } = request;
    const nowMs = this.#clock.monotonic();
    this.#advance(nowMs);
    if (queue === undefined || !queue.remove(request)) return false;
    this.#leaveQueue(request, nowMs);
    this.#queuedSeats -= request.seatsMax;
    this.#noteIdle(queue);
    queue.boundNextDispatch();
    this.cancelled++;
    this.#reject(request, 'time-out');
    request.decide(false);
    return true;
  }

  finish(request: FlowRequest, nowMs: number): void {
    this.#advance(nowMs);
    request.state = 'finished';
    this.executing--;
    request.flowClass.counters.executing--;
    const { queue, work } = request;
    if (queue === undefined) this.queueless.delete(request);
    else {
      queue.executing.delete(request);
      queue.nextDispatch -= work.seats * (estimatedServiceMs - (nowMs - request.startMs));
      queue.boundNextDispatch();
      this.#noteIdle(queue);
    }
    if (work.lingerMs <= 0) this.#release(request, nowMs);
    else this.#clock.after(work.lingerMs, () => this.#releaseLater(request));
    this.#dispatchAll();
  }

  #releaseLater(request: FlowRequest): void {
    const nowMs = this.#clock.monotonic();
    this.#advance(nowMs);
    this.#release(request, nowMs);
    this.#dispatchAll();
  }

  #startWithoutQueue(request: FlowRequest, nowMs: number): void {
    if (this.#admission !== 'exempt' && !this.#hasRoomFor(request.seatsMax)) {
      this.#reject(request, 'concurrency-limit');
      return;
    }
    this.queueless.add(request);
    this.#execute(request, nowMs);
  }

  /** Kubernetes: the queue of the hand with the least work waiting; equal ones in turn. */
  #chooseQueue(hand: readonly number[]): FlowQueue {
    const start = this.#enqueued++ % hand.length;
    let best = this.queues[hand[start]!]!;
    if (this.waiting === 0) return best;
    for (let i = 1; i < hand.length; i++) {
      const queue = this.queues[hand[(start + i) % hand.length]!]!;
      if (queue.waitingWork < best.waitingWork) best = queue;
    }
    return best;
  }

  #enqueue(request: FlowRequest, queue: FlowQueue, nowMs: number): void {
    queue.add(request);
    const { counters } = request.flowClass;
    this.waiting++;
    this.seatsWaiting += request.seatsMax;
    counters.waiting++;
    counters.seatsWaiting += request.seatsMax;
    this.#noteDemand(nowMs);
    queue.boundNextDispatch();
    this.#dispatchAll();
  }

  #leaveQueue(request: FlowRequest, nowMs: number): void {
    const { counters } = request.flowClass;
    this.waiting--;
    this.seatsWaiting -= request.seatsMax;
    counters.waiting--;
    counters.seatsWaiting -= request.seatsMax;
    this.#noteDemand(nowMs);
  }

  #dispatchAll(): void {
    while (this.waiting > 0 && this.seatsInUse < this.#limit) if (!this.#dispatchOne()) return;
  }

  /** Kubernetes: the request that would be done first if all queues were served at once, bit by bit. */
  #dispatchOne(): boolean {
    let best: FlowQueue | undefined;
    let bestFinish = Number.POSITIVE_INFINITY;
    const { queues } = this;
    for (let i = 1; i <= queues.length; i++) {
      const queue = queues[(this.#robin + i) % queues.length]!;
      const { oldest } = queue;
      if (oldest === undefined) continue;
      const finish = queue.nextDispatch + oldest.totalWork;
      if (finish >= bestFinish) continue;
      best = queue;
      bestFinish = finish;
    }
    const request = best?.oldest;
    if (best === undefined || request === undefined) return false;
    if (!this.#hasRoomFor(request.seatsMax)) {
      request.flowClass.counters.unaccommodated++;
      return false;
    }
    const nowMs = this.#clock.monotonic();
    this.#robin = best.index;
    best.remove(request);
    this.#leaveQueue(request, nowMs);
    this.#execute(request, nowMs);
    best.boundNextDispatch();
    request.decide(true);
    return true;
  }

  /** A request that is wider than the whole level runs alone. */
  #hasRoomFor(seats: number): boolean {
    if (seats > this.#limit) return this.executing === 0 && (this.#limit > 0 || typeof this.#admission !== 'object');
    return this.seatsInUse + seats <= this.#limit;
  }

  #execute(request: FlowRequest, nowMs: number): void {
    const seats = request.seatsMax;
    const { queue } = request;
    request.state = 'executing';
    request.startMs = nowMs;
    this.executing++;
    this.dispatched++;
    this.seatsInUse += seats;
    if (queue !== undefined) {
      queue.executing.add(request);
      queue.seatsInUse += seats;
      queue.nextDispatch += request.totalWork;
    }
    const { counters } = request.flowClass;
    counters.executing++;
    counters.seatsExecuting += seats;
    this.#noteDemand(nowMs);
  }

  #release(request: FlowRequest, nowMs: number): void {
    const seats = request.seatsMax;
    const { queue } = request;
    this.seatsInUse -= seats;
    request.flowClass.counters.seatsExecuting -= seats;
    this.#noteDemand(nowMs);
    if (queue === undefined) return;
    queue.seatsInUse -= seats;
    this.#queuedSeats -= seats;
    this.#removeSurplus(queue);
  }

  #reject(request: FlowRequest, reason: RejectReason): void {
    request.state = 'rejected';
    this.rejected++;
    request.flowClass.counters.countRejection(reason);
  }

  /** Called when something has left the queue. */
  #noteIdle(queue: FlowQueue): void {
    if (!queue.isActive) this.#activeQueues--;
  }

  #removeSurplus(queue: FlowQueue): void {
    const wanted = typeof this.#admission === 'object' ? this.#admission.queues : 0;
    if (this.queues.length <= wanted || queue.isActive) return;
    this.queues.splice(queue.index, 1);
    for (let i = queue.index; i < this.queues.length; i++) this.queues[i]!.index = i;
    if (this.#robin >= queue.index && this.#robin > 0) this.#robin--;
  }

  #noteDemand(nowMs: number): void {
    this.demand.set(this.seatsInUse + this.seatsWaiting, nowMs);
  }

  /** Kubernetes: each busy queue progresses by its part of the seats that can be in use. */
  #advance(nowMs: number): void {
    const elapsedMs = nowMs - this.#lastMs;
    this.#lastMs = nowMs;
    if (this.#activeQueues === 0 || elapsedMs <= 0) return;
    this.progress += (Math.min(this.#queuedSeats, this.#limit) / this.#activeQueues) * elapsedMs;
  }
}
