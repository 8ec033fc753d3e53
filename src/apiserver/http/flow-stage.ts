import type { Clock } from '../../world/index.ts';
import type { UserInfo } from '../core-contract.ts';
import type { FlowControl } from '../flow-control/index.ts';
import type { HttpResponse } from './http-message.ts';
import { isLongRunning } from './long-running.ts';
import { RefusedRequest } from './refused-request.ts';
import type { RequestRun } from './request-run.ts';
import { textHeaders } from './status-response.ts';

/** Kubernetes: a request waits for a quarter of its time at most, and never for more than a minute. */
const waitPart = 1 / 4;
const waitMsMax = 60_000;
const watchWaitMs = 15_000;

/** Lets requests pass when it is their turn. */
export class FlowStage {
  readonly #flow: FlowControl;
  readonly #clock: Pick<Clock, 'monotonic'>;

  constructor(flow: FlowControl, clock: Pick<Clock, 'monotonic'>) {
    this.#flow = flow;
    this.#clock = clock;
  }

  /** Undefined: the request may run now; else when the promise resolves. A refusal is thrown. */
  enter(run: RequestRun, user: UserInfo): Promise<void> | undefined {
    const { info, query } = run;
    if (info.verb !== 'watch' && isLongRunning(info)) return undefined;
    const flow = this.#flow.start(info, user, query, this.#clock.monotonic());
    run.flow = flow;
    if (flow.state === 'executing') return undefined;
    if (flow.state === 'rejected') throw this.#refuse(run);
    return this.#wait(run);
  }

  leave({ flow }: RequestRun, nowMs: number): void {
    if (flow?.state === 'executing') this.#flow.finish(flow, nowMs);
  }

  async #wait(run: RequestRun): Promise<void> {
    const limitMs = run.info.verb === 'watch' ? watchWaitMs : Math.min(run.timeoutMs * waitPart, waitMsMax);
    const elapsedMs = this.#clock.monotonic() - run.startMs;
    const isAdmitted = await this.#flow.wait(run.flow!, Math.max(0, limitMs - elapsedMs), run.http.signal);
    if (!isAdmitted) throw this.#refuse(run);
  }

  #refuse({ flow }: RequestRun): RefusedRequest {
    const seconds = flow!.flowClass.level.retryAfter.seconds;
    return new RefusedRequest(tooManyRequests('Too many requests, please try again later.', seconds));
  }
}

/** Kubernetes: told in plain text. */
export function tooManyRequests(text: string, retryAfterSeconds: number): HttpResponse {
  const headers = { ...textHeaders, 'retry-after': String(retryAfterSeconds) };
  return { status: 429, headers, body: `${text}\n` };
}
