import { type Exposition, formatLabels, Histogram } from '../../../machinery/metrics/index.ts';
import type { Clock } from '../../../world/index.ts';

const boundsSeconds = [5e-7, 0.001, 0.01, 0.1, 1];

/** Kubernetes: the label `enforcement_action`. */
export type EnforcementAction = 'allow' | 'deny' | 'audit' | 'warn';

/** What ValidatingAdmissionPolicies object to. Kubernetes: `apiserver_validating_admission_policy_*`. */
export class PolicyMetrics {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #durations = new Map<string, Histogram>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.monotonic();
  }

  /** An expression has failed, by what it says or because it cannot say anything. */
  note(policy: string, binding: string, action: EnforcementAction, message: string, durationMs: number): void {
    const labels = formatLabels({
      enforcement_action: action,
      error_type: errorTypeOf(message),
      policy,
      policy_binding: binding,
    });
    let durations = this.#durations.get(labels);
    if (durations === undefined) {
      durations = new Histogram(boundsSeconds);
      this.#durations.set(labels, durations);
    }
    durations.observe(durationMs / 1000);
  }

  write(out: Exposition): void {
    out.histogram(
      'apiserver_validating_admission_policy_check_duration_seconds',
      'BETA',
      'Validation admission latency for individual validation expressions in seconds, labeled by policy and further including binding and enforcement action taken.',
      this.#durations,
    );
    out.counter(
      'apiserver_validating_admission_policy_check_total',
      'BETA',
      'Validation admission policy check total, labeled by policy and further identified by binding and enforcement action taken.',
      [...this.#durations].map(([labels, { count }]) => [labels, count] as const),
    );
  }
}

/** Kubernetes: told by the text, and what an expression merely denies counts as invalid as well. */
function errorTypeOf(message: string): string {
  if (message.startsWith('compilation')) return 'compile_error';
  const isExhausted = message.startsWith('validation failed due to running out of cost budget');
  return isExhausted ? 'out_of_budget' : 'invalid_error';
}
