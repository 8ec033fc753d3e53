import type { FlowSchema, PriorityLevelConfiguration } from '../../api/generated/index.ts';
import { mandatoryFlowSchemas, mandatoryPriorityLevels } from '../../api/index.ts';
import type { AbortSignalLike, Clock, Timer } from '../../world/index.ts';
import type { UserInfo } from '../core-contract.ts';
import type { Query } from '../http/query.ts';
import type { RequestInfo } from '../http/request-info.ts';
import { adjustSeats } from './adjust-seats.ts';
import { FlowClass } from './flow-class.ts';
import { FlowCounters } from './flow-counters.ts';
import { FlowRequest } from './flow-request.ts';
import type { RequestRule } from './flow-rules.ts';
import { PriorityLevel } from './priority-level.ts';
import { type ResourceSizes, WorkEstimator } from './work-estimator.ts';

export interface FlowControlOptions {
  readonly clock: Clock;
  /** Kubernetes: `--max-requests-inflight` and `--max-mutating-requests-inflight` together. */
  readonly seats: number;
  readonly sizes: ResourceSizes;
}

/** What can be asked for in `/debug/api_priority_and_fairness/dump_requests?includeRequestDetails=1`. */
export interface FlowSubject {
  readonly info: RequestInfo;
  readonly user: UserInfo;
}

const adjustmentMs = 10_000;

interface Candidate {
  readonly flowClass: FlowClass;
  readonly rules: readonly RequestRule[];
}

/**
 * API Priority and Fairness: which request runs now, which waits, and which is refused. Kubernetes:
 * `apiserver/pkg/util/flowcontrol`.
 *
 * A request that runs at once costs one object and some additions; nothing here is asynchronous but waiting.
 */
export class FlowControl {
  readonly levels = new Map<string, PriorityLevel>();
  readonly estimator: WorkEstimator;
  fairFraction = 0;
  readonly #options: FlowControlOptions;
  /** By level and schema; they outlive the objects, as metrics do. */
  readonly counters = new Map<string, { readonly level: string; readonly schema: string; readonly of: FlowCounters }>();
  #classes: readonly FlowClass[] = [];
  #candidates = new WeakMap<UserInfo, readonly Candidate[]>();
  #wantedLevels: readonly PriorityLevelConfiguration[] = [];
  #wantedSchemas: readonly FlowSchema[] = [];
  #nominalSum = 0;
  #adjustment: Timer | undefined;
  #isStopped = false;

  constructor(options: FlowControlOptions) {
    this.#options = options;
    this.estimator = new WorkEstimator(options.sizes);
    this.configure([], []);
  }

  /** Takes what is stored; what must be there and is not, is imagined. */
  configure(levels: readonly PriorityLevelConfiguration[], schemas: readonly FlowSchema[]): void {
    this.#wantedLevels = withMandatory(levels.filter(isUsable), mandatoryPriorityLevels);
    this.#wantedSchemas = schemas;
    this.#rebuild();
  }

  /** Whether requests can be sent to a level of this name. */
  hasLevel(name: string): boolean {
    return this.#wantedLevels.some(level => level.metadata.name === name);
  }

  /** Classifies the request and says what becomes of it: see its state. */
  start(info: RequestInfo, user: UserInfo, query: Query, nowMs: number): FlowRequest {
    this.#adjustment ??= this.#options.clock.after(adjustmentMs, this.#adjust);
    const flowClass = this.#classify(info, user);
    const { counters, level } = flowClass;
    const work = this.estimator.estimate(info, query, flowClass);
    const distinguisher = flowClass.distinguish(info, user);
    const isWatch = info.verb === 'watch';
    const request = new FlowRequest(flowClass, distinguisher, isWatch, nowMs, work, {
      info,
      user,
    } satisfies FlowSubject);
    counters.seats.observe(request.seatsMax);
    level.queues.start(request, flowClass.handOf(distinguisher), nowMs);
    if (request.state === 'executing') this.#noteDispatch(request, nowMs);
    else if (request.state === 'rejected') this.#noteRejected(request);
    return request;
  }

  /** For a request that waits: resolves to whether it may run. Refuses it after `limitMs`, and when its client goes. */
  wait(request: FlowRequest, limitMs: number, signal: AbortSignalLike | undefined): Promise<boolean> {
    const { clock } = this.#options;
    return new Promise(resolve => {
      const giveUp = (): void => void request.flowClass.level.queues.cancel(request);
      const timer = clock.after(limitMs, giveUp);
      request.onDecided = isAdmitted => {
        timer.cancel();
        signal?.removeEventListener('abort', giveUp);
        if (isAdmitted) this.#noteDispatch(request, clock.monotonic());
        else this.#noteRejected(request);
        resolve(isAdmitted);
      };
      signal?.addEventListener('abort', giveUp, { once: true });
    });
  }

  /** The request has its answer; a watch has begun. */
  finish(request: FlowRequest, nowMs: number): void {
    const { counters, level } = request.flowClass;
    const seconds = (nowMs - request.startMs) / 1000;
    (request.isWatch ? counters.watchStarts : counters.executions).observe(seconds);
    level.queues.finish(request, nowMs);
    if (level.isQuiescing && level.queues.isIdle) this.#rebuild();
  }

  stop(): void {
    this.#isStopped = true;
    this.#adjustment?.cancel();
  }

  #classify(info: RequestInfo, user: UserInfo): FlowClass {
    let candidates = this.#candidates.get(user);
    if (candidates === undefined) {
      candidates = this.#classes
        .map(flowClass => ({ flowClass, rules: flowClass.rulesFor(user) }))
        .filter(({ rules }) => rules.length > 0);
      this.#candidates.set(user, candidates);
    }
    for (let i = 0; i < candidates.length; i++) {
      const { flowClass, rules } = candidates[i]!;
      for (let j = 0; j < rules.length; j++) if (rules[j]!(info)) return flowClass;
    }
    // Kubernetes: somebody who belongs to neither of the groups that all belong to.
    return this.#classes.findLast(flowClass => flowClass.name === 'catch-all')!;
  }

  #noteDispatch(request: FlowRequest, nowMs: number): void {
    const { counters, level } = request.flowClass;
    counters.dispatched++;
    if (!level.isExempt) counters.waitsThatPassed.observe((nowMs - request.arrivalMs) / 1000);
  }

  #noteRejected(request: FlowRequest): void {
    const { counters, level } = request.flowClass;
    const { clock } = this.#options;
    counters.waitsInVain.observe((clock.monotonic() - request.arrivalMs) / 1000);
    level.retryAfter.noteDropped(clock.now());
  }

  #rebuild(): void {
    const { clock, seats } = this.#options;
    const wanted = new Map(this.#wantedLevels.map(level => [level.metadata.name!, level]));
    for (const [name, configuration] of wanted) {
      const level = this.levels.get(name);
      if (level === undefined) this.levels.set(name, new PriorityLevel(configuration, clock));
      else {
        level.configuration = configuration;
        level.isQuiescing = false;
      }
    }
    for (const [name, level] of this.levels) {
      if (wanted.has(name)) continue;
      if (level.queues.isIdle) this.levels.delete(name);
      else level.isQuiescing = true;
    }
    const levels = [...this.levels.values()];
    const shareSum = levels.reduce((sum, level) => sum + level.shares, 0);
    for (const level of levels) level.setShare(seats, shareSum);
    this.#nominalSum = levels.reduce((sum, level) => sum + level.nominalSeats, 0);
    this.#classes = this.#compileSchemas(wanted);
    this.#candidates = new WeakMap();
    this.#adjustNow();
  }

  /** Kubernetes: in the order of their precedence, then of their names; those whose level is missing are passed over. */
  #compileSchemas(wanted: ReadonlyMap<string, unknown>): readonly FlowClass[] {
    const usable = this.#wantedSchemas.filter(({ spec }) => wanted.has(spec.priorityLevelConfiguration.name));
    return withMandatory(usable, mandatoryFlowSchemas)
      .toSorted(byPrecedence)
      .map(schema => {
        const level = this.levels.get(schema.spec.priorityLevelConfiguration.name)!;
        return new FlowClass(schema, level, this.#countersOf(level.name, schema.metadata.name!));
      });
  }

  #countersOf(level: string, schema: string): FlowCounters {
    const key = `${level}/${schema}`;
    let found = this.counters.get(key);
    if (found === undefined) {
      found = { level, schema, of: new FlowCounters() };
      this.counters.set(key, found);
    }
    return found.of;
  }

  readonly #adjust = (): void => {
    if (this.#isStopped) return;
    this.#adjustment = this.#options.clock.after(adjustmentMs, this.#adjust);
    this.#adjustNow();
  };

  #adjustNow(): void {
    const nowMs = this.#options.clock.monotonic();
    this.fairFraction = adjustSeats([...this.levels.values()], this.#nominalSum, nowMs);
  }
}

/** Kubernetes: what contradicts itself is taken for missing. */
function isUsable({ metadata, spec }: PriorityLevelConfiguration): boolean {
  const { type, limited, exempt } = spec;
  const response = limited?.limitResponse;
  if ((type === 'Limited') !== (limited !== undefined)) return false;
  if ((type === 'Exempt') !== (exempt !== undefined) || (type === 'Exempt') !== (metadata.name === 'exempt'))
    return false;
  return limited === undefined || (response?.type === 'Reject') === (response?.queuing === undefined);
}

function withMandatory<T extends FlowSchema | PriorityLevelConfiguration>(
  present: readonly T[],
  mandatory: readonly T[],
): readonly T[] {
  const names = new Set(present.map(({ metadata }) => metadata.name));
  return [...present, ...mandatory.filter(({ metadata }) => !names.has(metadata.name))];
}

function byPrecedence(a: FlowSchema, b: FlowSchema): number {
  const difference = (a.spec.matchingPrecedence ?? 0) - (b.spec.matchingPrecedence ?? 0);
  if (difference !== 0) return difference;
  return a.metadata.name! < b.metadata.name! ? -1 : 1;
}
