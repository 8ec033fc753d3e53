import type { HttpResponse } from './http-message.ts';
import type { Query } from './query.ts';
import { respondText } from './status-response.ts';

/** One thing that must be well for the server to be. */
export interface HealthCheck {
  /** As it appears in `/readyz?verbose` and as a path of its own: `etcd`, `poststarthook/rbac/bootstrap-roles`. */
  readonly name: string;
  /** Asked by `/livez` too; a check that only readiness depends on is left out there. Default true. */
  readonly concernsLife?: boolean | undefined;
  /** What is wrong, or undefined. The text goes to the log only. */
  check(): string | undefined;
}

const ping: HealthCheck = { name: 'ping', check: () => undefined };

export type HealthEndpoint = 'healthz' | 'livez' | 'readyz';

/** Kubernetes: `/healthz`, `/livez` and `/readyz`, whole, one check, `?verbose` and `?exclude=`. Undefined: no such check. */
export function respondHealth(
  endpoint: HealthEndpoint,
  checkName: string,
  checks: readonly HealthCheck[],
  query: Query,
): HttpResponse | undefined {
  const asked = [ping, ...checks].filter(check => endpoint !== 'livez' || check.concernsLife !== false);
  if (checkName !== '') {
    const check = asked.find(candidate => candidate.name === checkName);
    if (check === undefined) return undefined;
    const problem = check.check();
    return problem === undefined ? respondText(200, 'ok') : respondText(500, `internal server error: ${problem}\n`);
  }
  const excluded = new Set(query.getAll('exclude'));
  const lines: string[] = [];
  let hasFailed = false;
  for (const check of asked) {
    if (excluded.has(check.name)) lines.push(`[+]${check.name} excluded: ok`);
    else if (check.check() === undefined) lines.push(`[+]${check.name} ok`);
    else {
      hasFailed = true;
      // Kubernetes: the reason is withheld, because anybody may ask.
      lines.push(`[-]${check.name} failed: reason withheld`);
    }
  }
  if (hasFailed) return respondText(500, `${lines.join('\n')}\n${endpoint} check failed\n`);
  return respondText(200, query.has('verbose') ? `${lines.join('\n')}\n${endpoint} check passed\n` : 'ok');
}
