import { Histogram } from '../metrics/index.ts';
import type { RejectReason } from './queue-set.ts';

const queueLengthBounds = [0, 10, 25, 50, 100, 250, 500, 1000];
const durationBoundsSeconds = [0, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30];
const seatBounds = [1, 2, 4, 8, 16, 32, 64, 100];
const watcherBounds = [0, 1, 10, 100, 1000, 10_000];

/** What has happened to the requests of one FlowSchema at one priority level. */
export class FlowCounters {
  dispatched = 0;
  waiting = 0;
  seatsWaiting = 0;
  executing = 0;
  seatsExecuting = 0;
  /** How often its turn had come and there were too few seats. */
  unaccommodated = 0;
  readonly rejections = new Map<RejectReason, number>();
  readonly queueLengths = new Histogram(queueLengthBounds);
  readonly waitsThatPassed = new Histogram(durationBoundsSeconds);
  readonly waitsInVain = new Histogram(durationBoundsSeconds);
  readonly executions = new Histogram(durationBoundsSeconds);
  readonly watchStarts = new Histogram(durationBoundsSeconds);
  readonly seats = new Histogram(seatBounds);
  readonly watchers = new Histogram(watcherBounds);

  countRejection(reason: RejectReason): void {
    this.rejections.set(reason, (this.rejections.get(reason) ?? 0) + 1);
  }
}
