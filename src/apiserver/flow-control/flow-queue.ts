import type { FlowRequest } from './flow-request.ts';

/** One queue of a priority level. */
export class FlowQueue {
  index: number;
  /** In the order of their arrival. */
  readonly waiting = new Set<FlowRequest>();
  readonly executing = new Set<FlowRequest>();
  /** The progress at which its next request is due. Kubernetes: `nextDispatchR`. */
  nextDispatch = 0;
  seatsInUse = 0;
  waitingSeats = 0;
  /** In seat-milliseconds. */
  waitingWork = 0;

  constructor(index: number) {
    this.index = index;
  }

  get isActive(): boolean {
    return this.waiting.size > 0 || this.executing.size > 0;
  }

  get oldest(): FlowRequest | undefined {
    return this.waiting.size === 0 ? undefined : this.waiting.values().next().value;
  }

  add(request: FlowRequest): void {
    this.waiting.add(request);
    this.waitingSeats += request.seatsMax;
    this.waitingWork += request.totalWork;
  }

  /** False when it was not waiting any more. */
  remove(request: FlowRequest): boolean {
    if (!this.waiting.delete(request)) return false;
    this.waitingSeats -= request.seatsMax;
    this.waitingWork -= request.totalWork;
    return true;
  }

  /** Kubernetes: a queue that was idle has not saved up any right to be served. */
  boundNextDispatch(): void {
    const { oldest } = this;
    if (oldest !== undefined && this.nextDispatch < oldest.arrivalProgress) this.nextDispatch = oldest.arrivalProgress;
  }
}
