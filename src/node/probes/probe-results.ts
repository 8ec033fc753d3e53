import type { ProbeOutcome, ProbeOutcomes } from '../decisions/index.ts';

export type ProbeType = 'Liveness' | 'Readiness' | 'Startup';

/** What probes have found so far, by sort and container id. */
export class ProbeResults implements ProbeOutcomes {
  readonly #outcomes: Readonly<Record<ProbeType, Map<string, ProbeOutcome>>> = {
    Liveness: new Map(),
    Readiness: new Map(),
    Startup: new Map(),
  };

  liveness(containerId: string): ProbeOutcome | undefined {
    return this.#outcomes.Liveness.get(containerId);
  }

  readiness(containerId: string): ProbeOutcome | undefined {
    return this.#outcomes.Readiness.get(containerId);
  }

  startup(containerId: string): ProbeOutcome | undefined {
    return this.#outcomes.Startup.get(containerId);
  }

  /** Returns whether that is news. */
  set(type: ProbeType, containerId: string, outcome: ProbeOutcome): boolean {
    const outcomes = this.#outcomes[type];
    if (outcomes.get(containerId) === outcome) return false;
    outcomes.set(containerId, outcome);
    return true;
  }

  remove(type: ProbeType, containerId: string): void {
    this.#outcomes[type].delete(containerId);
  }
}
