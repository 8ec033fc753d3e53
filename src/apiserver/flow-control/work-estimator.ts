import type { Query } from '../http/query.ts';
import { isTruthy, type RequestInfo } from '../http/request-info.ts';
import type { FlowClass } from './flow-class.ts';
import type { WorkEstimate } from './flow-request.ts';
import { WatchCounts } from './watch-counts.ts';

/** How much of one resource is stored. */
export interface ResourceSize {
  readonly count: number;
  readonly averageBytes: number;
}

export type ResourceSizes = (group: string, version: string, resource: string) => ResourceSize | undefined;

// Kubernetes: `DefaultWorkEstimatorConfig`.
const listSeatsMax = 100;
const writeSeatsMax = 10;
const watchesPerSeat = 10;
const eventMs = 5;
const bytesPerSeat = 100_000;
/** Kubernetes: what a list from the cache keeps in memory at once, however long it is. */
const listBytesMax = 1_000_000;

const oneSeat: WorkEstimate = { seats: 1, finalSeats: 0, lingerMs: 0 };
/** By their number. */
const seatsOnly: readonly WorkEstimate[] = Array.from({ length: listSeatsMax + 1 }, (_, seats) => ({
  ...oneSeat,
  seats,
}));

/** Guesses what a request will cost before it runs. Kubernetes: `flowcontrol/request`. */
export class WorkEstimator {
  readonly watches = new WatchCounts();
  readonly #sizes: ResourceSizes;

  constructor(sizes: ResourceSizes) {
    this.#sizes = sizes;
  }

  estimate(info: RequestInfo, query: Query, flowClass: FlowClass): WorkEstimate {
    if (!info.isResourceRequest) return oneSeat;
    switch (info.verb) {
      case 'list':
        return this.#estimateList(info, query, flowClass);
      case 'watch':
        return startsWithList(query) ? this.#estimateList(info, query, flowClass) : oneSeat;
      case 'create':
      case 'update':
      case 'patch':
      case 'delete':
        return this.#estimateWrite(info, flowClass);
      default:
        return oneSeat;
    }
  }

  /**
   * Differs from Kubernetes: every list is read from the cache here, so none costs what a list from etcd would. `limit`
   * that is no number is refused later.
   */
  #estimateList(info: RequestInfo, query: Query, flowClass: FlowClass): WorkEstimate {
    const size = this.#sizes(info.group, info.version, info.resource);
    if (size === undefined || size.count <= 1) return oneSeat;
    if (info.name !== '' || selectsName(query.get('fieldSelector'))) return oneSeat;
    const limit = Number(query.get('limit') ?? 0);
    const count = limit > 0 ? Math.min(limit, size.count) : size.count;
    const bytes = Math.min(count * size.averageBytes, listBytesMax);
    const seats = Math.max(1, Math.ceil(bytes / bytesPerSeat));
    return seatsOnly[Math.min(seats, widthMax(flowClass, listSeatsMax))]!;
  }

  /** What watchers are told by is work as well, and goes on when the writer has its answer. */
  #estimateWrite(info: RequestInfo, flowClass: FlowClass): WorkEstimate {
    if (info.resource === 'serviceaccounts' && info.subresource === 'token') return oneSeat;
    const count = this.watches.countInterested(info);
    flowClass.counters.watchers.observe(count);
    if (count < watchesPerSeat) return oneSeat;
    const wanted = Math.ceil(count / watchesPerSeat);
    const finalSeats = Math.min(wanted, widthMax(flowClass, writeSeatsMax));
    return { seats: 1, finalSeats, lingerMs: (wanted * eventMs) / finalSeats };
  }
}

function widthMax({ level }: FlowClass, max: number): number {
  return level.widthMax === 0 ? max : Math.min(level.widthMax, max);
}

/** Kubernetes: a watch that begins with what there is costs as much as a list. */
function startsWithList(query: Query): boolean {
  if (query.has('sendInitialEvents') && isTruthy(query.get('sendInitialEvents'))) return true;
  const resourceVersion = query.get('resourceVersion') ?? '';
  return resourceVersion === '' || resourceVersion === '0';
}

function selectsName(fieldSelector: string | undefined): boolean {
  return fieldSelector !== undefined && /(?:^|,)metadata\.name==?[^,]/.test(fieldSelector);
}
