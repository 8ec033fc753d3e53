import type { ModelResource } from './api-model.ts';
import { Chance } from './chance.ts';
import { findProblem } from './check-answer.ts';
import { Draft, type FuzzGround } from './draft.ts';
import type { FuzzConnection } from './fuzz-connection.ts';
import { type FuzzAnswer, type FuzzRequest, formatReproduction } from './fuzz-request.ts';
import { scenarios } from './scenarios/index.ts';

export interface FuzzRunOptions {
  readonly seed: string;
  /** How many to send, at least: a scenario that has begun goes on to its end. */
  readonly requests: number;
  /** Scenarios at once. */
  readonly connections: number;
  /** Only this scenario, to look at a failure again. */
  readonly only?: number | undefined;
  readonly onProgress?: (sent: number) => void;
}

export interface Failure {
  readonly index: number;
  readonly problem: string;
  readonly reproduction: string;
  count: number;
}

/** Counts of what was asked and answered. */
export interface Tally {
  requests: number;
  /** `POST 201` → how often. */
  readonly byOutcome: Map<string, number>;
  readonly failures: Map<string, Failure>;
  slowestMs: number;
  slowest: string;
}

/** Sends scenarios one after another on each connection, until enough requests were sent. */
export async function runFuzz(ground: FuzzGround, connection: FuzzConnection, options: FuzzRunOptions): Promise<Tally> {
  const tally: Tally = { requests: 0, byOutcome: new Map(), failures: new Map(), slowestMs: 0, slowest: '' };
  const { seed, requests, connections, only, onProgress } = options;
  if (only !== undefined) {
    await runScenario(ground, connection, seed, only, tally);
    return tally;
  }
  let next = 0;
  const work = async (): Promise<void> => {
    while (tally.requests < requests) {
      await runScenario(ground, connection, seed, next++, tally);
      onProgress?.(tally.requests);
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
  return tally;
}

async function runScenario(
  ground: FuzzGround,
  connection: FuzzConnection,
  seed: string,
  index: number,
  tally: Tally,
): Promise<void> {
  const draft = new Draft(ground, new Chance(`${seed}/${index}`), index);
  const scenario = draft.chance.weigh(scenarios)(draft);
  let step = scenario.next();
  while (!step.done) {
    const request = step.value;
    const answer = await connection.send(request);
    note(tally, request, answer);
    const problem = findProblem(request, answer);
    if (problem !== undefined) fail(tally, index, problem, request);
    step = scenario.next(answer);
    for (const said of draft.problems.splice(0)) fail(tally, index, said, request);
  }
}

function note(tally: Tally, request: FuzzRequest, answer: FuzzAnswer): void {
  tally.requests++;
  const status = answer.status === 0 ? answer.outcome : String(answer.status);
  const key = `${verbOf(request)} ${status}`;
  tally.byOutcome.set(key, (tally.byOutcome.get(key) ?? 0) + 1);
  if (answer.outcome === 'whole' && request.readForMs === undefined && answer.tookMs > tally.slowestMs) {
    tally.slowestMs = answer.tookMs;
    tally.slowest = `${request.method} ${request.path.slice(0, 200)}`;
  }
}

const methods: ReadonlySet<string> = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD']);

function verbOf({ method, path }: FuzzRequest): string {
  if (method === 'GET' && /[?&]watch=(true|1)|\/watch\//.test(path)) return 'WATCH';
  return methods.has(method) ? method : 'other';
}

/** The same problem with other names and numbers is counted, not told again. */
function fail(tally: Tally, index: number, problem: string, request: FuzzRequest): void {
  const key = problem.replace(/"[^"]*"|\d+|[a-z0-9-]+\.fuzz\.example/g, '…').slice(0, 160);
  const known = tally.failures.get(key);
  if (known !== undefined) known.count++;
  else tally.failures.set(key, { index, problem, reproduction: formatReproduction(request), count: 1 });
}

export function everywhere(resource: ModelResource): string {
  return resource.collection.template.replace('/namespaces/{namespace}', '');
}
