import type { HealthCheck } from '../health-check.ts';
import type { HttpResponse } from './http-message.ts';
import type { Query } from './query.ts';
import { respondText } from './status-response.ts';

const ping: HealthCheck = { name: 'ping', check: () => undefined };

export type HealthEndpoint = 'healthz' | 'livez' | 'readyz';

export interface HealthListener {
  /** A check has been asked. */
  onResult(endpoint: HealthEndpoint, name: string, isWell: boolean): void;
  /** The checks that have failed, with what is wrong. */
  onUnhealthy(endpoint: HealthEndpoint, problems: Readonly<Record<string, string>>): void;
}

/** The checks that an endpoint asks, in order. */
export function checksOf(endpoint: HealthEndpoint, checks: readonly HealthCheck[]): readonly HealthCheck[] {
  return [ping, ...checks].filter(check => endpoint === 'readyz' || check.concernsLife !== false);
}

/** Kubernetes: `/healthz`, `/livez` and `/readyz`, whole, one check, `?verbose` and `?exclude=`. Undefined: no such check. */
export function respondHealth(
  endpoint: HealthEndpoint,
  checkName: string,
  checks: readonly HealthCheck[],
  query: Query,
  listener: HealthListener,
): HttpResponse | undefined {
  const asked = checksOf(endpoint, checks);
  if (checkName === '') return respondAll(endpoint, asked, query, listener);
  const check = asked.find(({ name }) => name === checkName);
  if (check === undefined) return undefined;
  const problem = check.check();
  listener.onResult(endpoint, checkName, problem === undefined);
  return problem === undefined ? respondText(200, 'ok') : respondText(500, `internal server error: ${problem}\n`);
}

function respondAll(
  endpoint: HealthEndpoint,
  asked: readonly HealthCheck[],
  query: Query,
  listener: HealthListener,
): HttpResponse {
  const excluded = new Set(query.getAll('exclude'));
  const lines: string[] = [];
  const problems: Record<string, string> = {};
  for (const check of asked) {
    const { name } = check;
    if (excluded.delete(name)) {
      lines.push(`[+]${name} excluded: ok`);
      continue;
    }
    const problem = check.check();
    listener.onResult(endpoint, name, problem === undefined);
    if (problem !== undefined) problems[name] = problem;
    // Kubernetes: the reason is withheld, because anybody may ask.
    lines.push(problem === undefined ? `[+]${name} ok` : `[-]${name} failed: reason withheld`);
  }
  if (excluded.size > 0) {
    const names = [...excluded].sort().map(name => JSON.stringify(name));
    lines.push(`warn: some health checks cannot be excluded: no matches for ${names.join(',')}`);
  }
  const text = lines.join('\n');
  if (Object.keys(problems).length > 0) {
    listener.onUnhealthy(endpoint, problems);
    return respondText(500, `${text}\n${endpoint} check failed\n`);
  }
  return respondText(200, query.has('verbose') ? `${text}\n${endpoint} check passed\n` : 'ok');
}
