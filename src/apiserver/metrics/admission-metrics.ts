import { type Exposition, formatLabels, Histogram } from '../../machinery/metrics/index.ts';
import type { Clock } from '../../world/index.ts';
import type { AdmissionOperation, AdmissionPlugin, AdmissionRequest } from '../core-contract.ts';

const boundsSeconds = [0.005, 0.025, 0.1, 0.5, 1, 2.5];

export type AdmissionType = 'admit' | 'validate';

/** How long one plugin, or all of them together, took for one kind of request. */
class Timings {
  readonly #byOperation = new Map<AdmissionOperation, { readonly allowed: Histogram; readonly rejected: Histogram }>();

  observe(operation: AdmissionOperation, isRejected: boolean, durationMs: number): void {
    let found = this.#byOperation.get(operation);
    if (found === undefined) {
      found = { allowed: new Histogram(boundsSeconds), rejected: new Histogram(boundsSeconds) };
      this.#byOperation.set(operation, found);
    }
    (isRejected ? found.rejected : found.allowed).observe(durationMs / 1000);
  }

  *list(labels: Readonly<Record<string, string>>, type: AdmissionType): Generator<readonly [string, Histogram]> {
    for (const [operation, { allowed, rejected }] of this.#byOperation) {
      for (const [isRejected, histogram] of [
        ['false', allowed],
        ['true', rejected],
      ] as const) {
        if (histogram.count > 0) yield [formatLabels({ ...labels, operation, rejected: isRejected, type }), histogram];
      }
    }
  }
}

/** Times admission: each plugin, and the two steps of all of them. Kubernetes: `apiserver_admission_*`. */
export class AdmissionMetrics {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #plugins = new Map<string, Record<AdmissionType, Timings>>();
  readonly #steps: Record<AdmissionType, Timings> = { admit: new Timings(), validate: new Timings() };

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** The plugin, timed. It stays synchronous where it was. */
  meter(plugin: AdmissionPlugin): AdmissionPlugin {
    const timings = { admit: new Timings(), validate: new Timings() };
    this.#plugins.set(plugin.name, timings);
    return {
      name: plugin.name,
      handles: (resource, subresource, operation) => plugin.handles(resource, subresource, operation),
      ...(plugin.mutate === undefined ? {} : { mutate: this.#meterMutate(plugin, timings.admit) }),
      ...(plugin.validate === undefined ? {} : { validate: this.#meterValidate(plugin, timings.validate) }),
    };
  }

  /** When a step of admission as a whole begins. */
  now(): number {
    return this.#clock.monotonic();
  }

  /** How it ends. */
  noteStep(type: AdmissionType, { operation }: AdmissionRequest, isRejected: boolean, startMs: number): void {
    this.#steps[type].observe(operation, isRejected, this.#clock.monotonic() - startMs);
  }

  write(out: Exposition): void {
    const types = ['admit', 'validate'] as const;
    const plugins = [...this.#plugins].sort(([a], [b]) => (a < b ? -1 : 1));
    out.histogram(
      'apiserver_admission_controller_admission_duration_seconds',
      'STABLE',
      'Admission controller latency histogram in seconds, identified by name and broken out for each operation and API resource and type (validate or admit).',
      plugins.flatMap(([name, timings]) => types.flatMap(type => [...timings[type].list({ name }, type)])),
    );
    out.histogram(
      'apiserver_admission_step_admission_duration_seconds',
      'STABLE',
      'Admission sub-step latency histogram in seconds, broken out for each operation and API resource and step type (validate or admit).',
      types.flatMap(type => [...this.#steps[type].list({}, type)]),
    );
  }

  // Both are asked for each write, so neither makes anything where the plugin answers at once.

  #meterMutate(plugin: AdmissionPlugin, timings: Timings): NonNullable<AdmissionPlugin['mutate']> {
    return (request, round) => {
      const startMs = this.#clock.monotonic();
      try {
        const result = plugin.mutate!(request, round);
        if (result instanceof Promise) this.#noteLater(result, timings, request, startMs);
        else timings.observe(request.operation, false, this.#clock.monotonic() - startMs);
        return result;
      } catch (error) {
        timings.observe(request.operation, true, this.#clock.monotonic() - startMs);
        throw error;
      }
    };
  }

  #meterValidate(plugin: AdmissionPlugin, timings: Timings): NonNullable<AdmissionPlugin['validate']> {
    return request => {
      const startMs = this.#clock.monotonic();
      try {
        const result = plugin.validate!(request);
        if (result instanceof Promise) this.#noteLater(result, timings, request, startMs);
        else timings.observe(request.operation, false, this.#clock.monotonic() - startMs);
        return result;
      } catch (error) {
        timings.observe(request.operation, true, this.#clock.monotonic() - startMs);
        throw error;
      }
    };
  }

  #noteLater(pending: Promise<unknown>, timings: Timings, { operation }: AdmissionRequest, startMs: number): void {
    const note = (isRejected: boolean): void =>
      timings.observe(operation, isRejected, this.#clock.monotonic() - startMs);
    pending.then(
      () => note(false),
      () => note(true),
    );
  }
}
