import { type Exposition, Histogram } from '../metrics/index.ts';

/** Kubernetes: `ExponentialBuckets(0.001, 2, 15)`. */
const boundsSeconds = Array.from({ length: 15 }, (_, i) => Number((0.001 * 2 ** i).toFixed(3)));

type Result = 'success' | 'failure' | 'error';

const plainNames: ReadonlySet<string> = new Set([
  'admin',
  'client',
  'kube_proxy',
  'kubelet',
  'system:serviceaccount:kube-system:default',
]);

/** How requests proved who sent them. */
export class AuthenticationMetrics {
  readonly #users = new Map<string, number>();
  readonly #durations: Readonly<Record<Result, Histogram>> = {
    success: new Histogram(boundsSeconds),
    failure: new Histogram(boundsSeconds),
    error: new Histogram(boundsSeconds),
  };

  count(result: Result, durationMs: number, username?: string): void {
    this.#durations[result].observe(durationMs / 1000);
    if (username === undefined) return;
    const name = compressName(username);
    this.#users.set(name, (this.#users.get(name) ?? 0) + 1);
  }

  write(out: Exposition): void {
    const used = Object.entries(this.#durations).filter(([, durations]) => durations.count > 0);
    out.counter(
      'authenticated_user_requests',
      'ALPHA',
      'Counter of authenticated requests broken out by username.',
      [...this.#users].map(([name, count]) => [`username="${name}"`, count]),
    );
    out.counter(
      'authentication_attempts',
      'ALPHA',
      'Counter of authenticated attempts.',
      used.map(([result, durations]) => [`result="${result}"`, durations.count]),
    );
    out.histogram(
      'authentication_duration_seconds',
      'ALPHA',
      'Authentication duration in seconds broken out by result.',
      used.map(([result, durations]) => [`result="${result}"`, durations]),
    );
  }
}

/** Kubernetes: names are many, and nobody's business. */
function compressName(username: string): string {
  if (plainNames.has(username)) return username;
  return username.includes('@') ? 'email_id' : 'other';
}
