import type { Container, Pod, Probe } from '../../api/generated/index.ts';
import type { Timer, World } from '../../world/index.ts';
import { fieldPathOf } from '../facts/index.ts';
import type { ContainerRuntime, HostProbes } from '../runtime/index.ts';
import type { ProbeResults, ProbeType } from './probe-results.ts';
import { earlyTryDelayMs, extendSeries, freshSeries, type ProbeSeries } from './probe-series.ts';
import { type ProbeReport, runProbe } from './run-probe.ts';

export interface ProbeDuties {
  readonly world: World;
  readonly runtime: ContainerRuntime;
  readonly probes: HostProbes;
  readonly results: ProbeResults;
  readonly onEvent: (pod: Pod, fieldPath: string, reason: string, message: string) => void;
  readonly onChange: (podUid: string, type: ProbeType) => void;
}

/** The container that is probed, as it is now. */
export interface ProbeSubject {
  readonly containerId: string;
  readonly startedAt: number;
  readonly isStarted: boolean;
  readonly podIP: string;
  /** It ran before the agent did: nothing is assumed about it. */
  readonly isAdopted: boolean;
}

const initialOutcomes = { Liveness: 'success', Readiness: 'failure', Startup: 'unknown' } as const;

/** One probe of one container: when it is due, what its outcomes amount to. */
export class ProbeWorker {
  readonly #duties: ProbeDuties;
  readonly #type: ProbeType;
  #pod: Pod;
  #container: Container;
  #probe: Probe;
  #subject: ProbeSubject | undefined;
  #timer: Timer | undefined;
  #series: ProbeSeries = freshSeries;
  #earlyTries = 0;
  #isRunning = false;
  /** Decided for this container: nothing to ask until there is a new one. */
  #isOnHold = false;

  constructor(duties: ProbeDuties, type: ProbeType, pod: Pod, container: Container, probe: Probe) {
    this.#duties = duties;
    this.#type = type;
    this.#pod = pod;
    this.#container = container;
    this.#probe = probe;
  }

  /** The container runs: sees to it that it is probed. */
  attend(pod: Pod, container: Container, probe: Probe, subject: ProbeSubject): void {
    this.#pod = pod;
    this.#container = container;
    this.#probe = probe;
    const isNew = this.#subject?.containerId !== subject.containerId;
    if (isNew) this.#begin(subject);
    const wasDue = this.#isDue();
    this.#subject = subject;
    if (this.#timer === undefined && !this.#isRunning && this.#isDue()) this.#schedule(this.#firstDelayMs());
    else if (wasDue && !this.#isDue()) this.#stopTimer();
  }

  /** The container does not run, or need not be asked any more. */
  rest(outcome?: 'success' | 'failure'): void {
    this.#stopTimer();
    const id = this.#subject?.containerId;
    if (id !== undefined && outcome !== undefined) this.#set(id, outcome);
    this.#isOnHold = true;
  }

  stop(): void {
    this.#stopTimer();
    if (this.#subject !== undefined) this.#duties.results.remove(this.#type, this.#subject.containerId);
    this.#subject = undefined;
  }

  #begin(subject: ProbeSubject): void {
    const { results } = this.#duties;
    this.#stopTimer();
    if (this.#subject !== undefined) results.remove(this.#type, this.#subject.containerId);
    this.#isOnHold = false;
    this.#series = freshSeries;
    this.#earlyTries = 0;
    if (!subject.isAdopted) results.set(this.#type, subject.containerId, initialOutcomes[this.#type]);
    else if (this.#type === 'Startup' && subject.isStarted) results.set('Startup', subject.containerId, 'success');
  }

  /** The startup probe comes first, and ends where the others begin. */
  #isDue(): boolean {
    if (this.#subject === undefined || this.#isOnHold) return false;
    return this.#type === 'Startup' ? !this.#subject.isStarted : this.#subject.isStarted;
  }

  #firstDelayMs(): number {
    const { clock, random } = this.#duties.world;
    const { startedAt, isAdopted } = this.#subject!;
    const initialMs = (this.#probe.initialDelaySeconds ?? 0) * 1000;
    const delayMs = Math.max(0, startedAt + initialMs - clock.now());
    // Kubernetes: after a restart of the agent all would be probed at the same instant.
    if (!isAdopted) return delayMs;
    const spread = random.stream(`probes/${this.#pod.metadata.uid}/${this.#container.name}/${this.#type}`);
    return delayMs + spread.integer(this.#periodMs());
  }

  #periodMs(): number {
    return (this.#probe.periodSeconds ?? 10) * 1000;
  }

  #schedule(delayMs: number): void {
    const { world } = this.#duties;
    this.#timer = world.clock.after(delayMs, () => {
      this.#timer = undefined;
      world.tasks.spawn(`${this.#type} probe`, () => this.#tick());
    });
  }

  #stopTimer(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  async #tick(): Promise<void> {
    const subject = this.#subject;
    if (subject === undefined || !this.#isDue()) return;
    const { clock } = this.#duties.world;
    const begunAt = clock.monotonic();
    this.#isRunning = true;
    const report = await this.#ask(subject);
    const delayMs = this.#conclude(subject, report);
    this.#isRunning = false;
    if (!this.#isDue()) return;
    // A result may have led to a look at this worker, and that to a new timer.
    this.#stopTimer();
    this.#schedule(delayMs === undefined ? this.#firstDelayMs() : Math.max(0, begunAt + delayMs - clock.monotonic()));
  }

  /** Takes the report in; tells the time from one probe to the next, or nothing when the container is another one. */
  #conclude(subject: ProbeSubject, report: ProbeReport): number | undefined {
    if (this.#subject?.containerId !== subject.containerId) return undefined;
    // Meanwhile the pod may have begun to end.
    if (this.#isOnHold) return this.#periodMs();
    if (this.#isEarlyTry(report, subject)) return earlyTryDelayMs(this.#earlyTries++);
    this.#take(subject.containerId, report);
    return this.#periodMs();
  }

  /** Kubernetes: what could not even be asked is asked again, three times in all. */
  async #ask({ containerId, podIP }: ProbeSubject): Promise<ProbeReport> {
    const { runtime, probes } = this.#duties;
    const target = { container: this.#container, containerId, podIP };
    let report: ProbeReport = { outcome: 'errored', message: '' };
    for (let attempt = 0; attempt < 3 && report.outcome === 'errored'; attempt++) {
      report = await runProbe(runtime, probes, this.#probe, target);
      if (this.#subject?.containerId !== containerId) break;
    }
    return report;
  }

  #isEarlyTry(report: ProbeReport, subject: ProbeSubject): boolean {
    if (this.#type === 'Liveness' || report.outcome !== 'failure' || this.#probe.exec !== undefined) return false;
    if (this.#series.last !== undefined || subject.isAdopted) return false;
    const initialMs = (this.#probe.initialDelaySeconds ?? 0) * 1000;
    const age = this.#duties.world.clock.now() - subject.startedAt - initialMs;
    return age + earlyTryDelayMs(this.#earlyTries) < this.#periodMs();
  }

  #take(containerId: string, report: ProbeReport): void {
    this.#tell(report);
    if (report.outcome === 'errored') return;
    const outcome = report.outcome === 'failure' ? 'failure' : 'success';
    const { isDecided, ...series } = extendSeries(this.#series, outcome, this.#probe);
    this.#series = series;
    if (!isDecided) return;
    // A container that failed its liveness or startup probe is about to be replaced; a startup probe is done anyway.
    if (this.#type === 'Startup' || (this.#type === 'Liveness' && outcome === 'failure')) {
      this.#isOnHold = true;
      this.#series = freshSeries;
    }
    this.#set(containerId, outcome);
  }

  #set(containerId: string, outcome: 'success' | 'failure'): void {
    const { results, onChange } = this.#duties;
    if (results.set(this.#type, containerId, outcome)) onChange(this.#pod.metadata.uid ?? '', this.#type);
  }

  #tell({ outcome, message }: ProbeReport): void {
    const say = (reason: string, text: string): void =>
      this.#duties.onEvent(this.#pod, fieldPathOf(this.#pod, this.#container), reason, text);
    if (outcome === 'warning') say('ProbeWarning', `${this.#type} probe warning: ${message}`);
    else if (outcome === 'failure') say('Unhealthy', `${this.#type} probe failed: ${message}`);
    else if (outcome === 'errored') {
      say('Unhealthy', `${this.#type} probe errored and resulted in unknown state: ${message}`);
    }
  }
}
