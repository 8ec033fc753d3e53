import type { FlowClass } from './flow-class.ts';
import type { FlowQueue } from './flow-queue.ts';

/** What a request will occupy. Kubernetes: `WorkEstimate`. */
export interface WorkEstimate {
  readonly seats: number;
  /** Occupied after the answer, for as long as `lingerMs`: watchers are being told. */
  readonly finalSeats: number;
  readonly lingerMs: number;
}

export type FlowState = 'waiting' | 'executing' | 'rejected' | 'finished';

/** One request on its way through flow control. */
export class FlowRequest {
  readonly flowClass: FlowClass;
  readonly distinguisher: string;
  readonly isWatch: boolean;
  readonly arrivalMs: number;
  readonly work: WorkEstimate;
  /** Who asks for what, for the list of requests that can be asked for. */
  readonly subject: unknown;
  state: FlowState = 'waiting';
  /** Where the level's progress stood when it came. */
  arrivalProgress = 0;
  queue: FlowQueue | undefined;
  startMs = 0;
  /** Present while somebody waits for the decision. */
  onDecided: ((isAdmitted: boolean) => void) | undefined;

  constructor(
    flowClass: FlowClass,
    distinguisher: string,
    isWatch: boolean,
    arrivalMs: number,
    work: WorkEstimate,
    subject: unknown,
  ) {
    this.flowClass = flowClass;
    this.distinguisher = distinguisher;
    this.isWatch = isWatch;
    this.arrivalMs = arrivalMs;
    this.work = work;
    this.subject = subject;
  }

  get seatsMax(): number {
    const { seats, finalSeats } = this.work;
    return seats > finalSeats ? seats : finalSeats;
  }

  /** In seat-milliseconds, as guessed before it runs. */
  get totalWork(): number {
    const { seats, finalSeats, lingerMs } = this.work;
    return seats * estimatedServiceMs + finalSeats * lingerMs;
  }

  decide(isAdmitted: boolean): void {
    const { onDecided } = this;
    this.onDecided = undefined;
    onDecided?.(isAdmitted);
  }
}

/** Kubernetes: `estimatedServiceDuration`. */
export const estimatedServiceMs = 3;
