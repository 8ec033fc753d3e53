import type { PriorityLevelConfiguration } from '../../api/generated/index.ts';
import type { Clock } from '../../world/index.ts';
import { type Admission, QueueSet } from './queue-set.ts';
import { RetryAfter } from './retry-after.ts';
import type { DemandSummary } from './seat-demand.ts';

/** Kubernetes: with this decay, what demand was five minutes ago counts half. */
const smoothing = 0.977;
/** Kubernetes: what part of its seats one request may take. */
const widestPart = 0.15;

/** One priority level as it is enforced now. */
export class PriorityLevel {
  readonly queues: QueueSet;
  readonly retryAfter = new RetryAfter();
  configuration: PriorityLevelConfiguration;
  /** Its object is gone; it goes when its last request has. */
  isQuiescing = false;
  /** Seats by its share, with what it lends taken off, and with what it may borrow. */
  nominalSeats = 0;
  lowerSeats = 0;
  upperSeats = 0;
  currentSeats = 0;
  /** What one request may occupy at most; 0 where requests are not queued. */
  widthMax = 0;
  demandMax = 0;
  demandAverage = 0;
  demandDeviation = 0;
  demandSmoothed = 0;
  target = 0;

  constructor(configuration: PriorityLevelConfiguration, clock: Pick<Clock, 'after' | 'monotonic'>) {
    this.configuration = configuration;
    this.queues = new QueueSet(clock);
  }

  get name(): string {
    return this.configuration.metadata.name!;
  }

  get isExempt(): boolean {
    return this.configuration.spec.type === 'Exempt';
  }

  get shares(): number {
    const { limited, exempt } = this.configuration.spec;
    return (limited ?? exempt)?.nominalConcurrencyShares ?? 0;
  }

  get queueCount(): number {
    const { admission } = this;
    return typeof admission === 'object' ? admission.queues : 0;
  }

  get admission(): Admission {
    if (this.isExempt) return 'exempt';
    const queuing = this.configuration.spec.limited?.limitResponse?.queuing;
    if (queuing === undefined) return 'reject';
    const { queues = 64, handSize = 8, queueLengthLimit = 50 } = queuing;
    return { queues, handSize, queueLengthLimit };
  }

  /** Divides the server's seats by shares. Kubernetes rounds up, so all together may be a few more than there are. */
  setShare(serverSeats: number, shareSum: number): void {
    const isNew = this.currentSeats === 0 && this.nominalSeats === 0;
    const { limited, exempt } = this.configuration.spec;
    const nominal = shareSum === 0 ? 0 : Math.ceil((serverSeats * this.shares) / shareSum);
    const lendable = Math.round((nominal * ((limited ?? exempt)?.lendablePercent ?? 0)) / 100);
    const borrowing = limited?.borrowingLimitPercent;
    this.nominalSeats = nominal;
    this.lowerSeats = nominal - lendable;
    this.upperSeats = nominal + (borrowing === undefined ? serverSeats : Math.round((nominal * borrowing) / 100));
    if (isNew) this.currentSeats = nominal - Math.floor(lendable / 2);
    this.widthMax = this.#computeWidthMax();
  }

  noteDemand(summary: DemandSummary): void {
    this.demandMax = Math.round(summary.max);
    if (summary.durationMs <= 0) return;
    const envelope = summary.average + summary.deviation;
    this.demandAverage = summary.average;
    this.demandDeviation = summary.deviation;
    this.demandSmoothed = Math.max(envelope, smoothing * this.demandSmoothed + (1 - smoothing) * envelope);
  }

  /** Kubernetes: what it needed lately, up to its share; never less than what it does not lend. */
  get lowerSeatsNow(): number {
    const needed = this.isExempt ? this.demandMax : Math.min(this.nominalSeats, this.demandMax);
    return Math.max(this.lowerSeats, needed);
  }

  enforce(seats: number): void {
    this.currentSeats = seats;
    this.queues.configure(this.admission, seats);
  }

  #computeWidthMax(): number {
    const { admission, nominalSeats } = this;
    if (typeof admission !== 'object') return 0;
    const part = Math.ceil(nominalSeats * widestPart);
    return Math.max(1, Math.min(part, Math.floor(nominalSeats / admission.handSize)));
  }
}
