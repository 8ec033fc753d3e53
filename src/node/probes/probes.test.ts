import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Container, Pod, PodStatus, Probe } from '../../api/generated/index.ts';
import { VirtualWorld } from '../../world/index.ts';
import type { ContainerRuntime, HostProbes, HttpProbeResult } from '../runtime/index.ts';
import { emptyRuntimePod } from '../runtime-pods/index.ts';
import { extendSeries, freshSeries, PodProbes, ProbeResults, resolvePort } from './index.ts';

/** A pod whose one container is probed in virtual time, and answers as the test says. */
class ProbedPod {
  readonly world = new VirtualWorld({ seed: 1, drainMicrotasks: () => new Promise(done => setImmediate(done)) });
  readonly results = new ProbeResults();
  readonly events: string[] = [];
  /** When the container was asked, in seconds. */
  readonly askedAt: number[] = [];
  answer: HttpProbeResult = { outcome: 'response', status: 200, body: '' };
  readonly #probes: PodProbes;
  readonly #pod: Pod;
  readonly #container: Container;
  #startedAt: number;
  #id = 'one';
  isStarted = true;

  constructor(container: Partial<Container>) {
    this.#container = { name: 'app', ports: [{ name: 'http', containerPort: 8080 }], ...container };
    this.#pod = { metadata: { name: 'p', uid: 'u' }, spec: { containers: [this.#container] } };
    this.#startedAt = this.world.clock.now();
    const probes: HostProbes = {
      getHttp: async () => {
        this.askedAt.push(this.world.clock.monotonic() / 1000);
        return this.answer;
      },
      connectTcp: async () => ({ outcome: 'connected' }),
      checkGrpc: async () => ({ outcome: 'connected' }),
    };
    const duties = {
      world: this.world,
      // Nothing here is executed in a container.
      runtime: {} as ContainerRuntime,
      probes,
      results: this.results,
      onEvent: (_pod: Pod, path: string, reason: string, message: string) => {
        this.events.push(`${path} ${reason} ${message}`);
      },
      onChange: () => this.follow(),
    };
    this.#probes = new PodProbes(duties, this.#startedAt);
  }

  follow(isTerminating = false): void {
    if (this.results.startup(this.#id) === 'success') this.isStarted = true;
    const startedAt = new Date(this.#startedAt).toISOString();
    const state = { running: { startedAt } };
    const shared = { name: 'app', image: '', imageID: '', ready: false, restartCount: 0 };
    const container = { ...shared, state, started: this.isStarted, containerID: `containerd://${this.#id}` };
    const status: PodStatus = { podIP: '10.0.0.5', containerStatuses: [container] };
    this.#probes.follow(this.#pod, status, emptyRuntimePod('u', 'p', 'n'), isTerminating);
  }

  replace(): void {
    this.#id = 'two';
    this.#startedAt = this.world.clock.now();
    this.follow();
  }
}

const httpGet = { port: 'http', path: '/' };
const refused: HttpProbeResult = { outcome: 'failed', message: 'connection refused', isTimeout: false };
const broken: HttpProbeResult = { outcome: 'response', status: 500, body: '' };

describe('a readiness probe', () => {
  it('begins after its initial delay, and comes every period', async () => {
    const pod = new ProbedPod({ readinessProbe: { httpGet, initialDelaySeconds: 3, periodSeconds: 5 } });
    pod.follow();
    assert.equal(pod.results.readiness('one'), 'failure');
    await pod.world.advance(14_000);
    assert.deepEqual(pod.askedAt, [3, 8, 13]);
    assert.equal(pod.results.readiness('one'), 'success');
  });

  it('is tried a few times more, quietly, while its first period lasts', async () => {
    const pod = new ProbedPod({ readinessProbe: { httpGet, periodSeconds: 1 } });
    pod.answer = refused;
    pod.follow();
    await pod.world.advance(900);
    assert.deepEqual(pod.askedAt, [0, 0.1, 0.3, 0.7]);
    pod.answer = { outcome: 'response', status: 200, body: '' };
    await pod.world.advance(1000);
    assert.equal(pod.results.readiness('one'), 'success');
  });

  it('makes unready only what has failed often enough', async () => {
    const pod = new ProbedPod({ readinessProbe: { httpGet, periodSeconds: 1, failureThreshold: 3 } });
    pod.follow();
    await pod.world.advance(500);
    pod.answer = broken;
    await pod.world.advance(2000);
    assert.equal(pod.results.readiness('one'), 'success');
    await pod.world.advance(1000);
    assert.equal(pod.results.readiness('one'), 'failure');
    assert.equal(
      pod.events[0],
      'spec.containers{app} Unhealthy Readiness probe failed: HTTP probe failed with statuscode: 500',
    );
  });

  it('goes on while the pod is being stopped', async () => {
    const pod = new ProbedPod({
      readinessProbe: { httpGet, periodSeconds: 1 },
      livenessProbe: { httpGet, periodSeconds: 1 },
    });
    pod.follow();
    await pod.world.advance(100);
    pod.follow(true);
    pod.answer = broken;
    await pod.world.advance(5000);
    assert.equal(pod.results.readiness('one'), 'failure');
    assert.equal(pod.results.liveness('one'), 'success');
  });
});

describe('a startup probe', () => {
  it('is tried a few times more, quietly, while its first period lasts', async () => {
    const pod = new ProbedPod({ startupProbe: { httpGet, periodSeconds: 10, failureThreshold: 1 } });
    pod.isStarted = false;
    pod.answer = refused;
    pod.follow();
    await pod.world.advance(900);
    assert.deepEqual(pod.askedAt, [0, 0.1, 0.3, 0.7]);
    pod.answer = { outcome: 'response', status: 200, body: '' };
    await pod.world.advance(1000);
    assert.equal(pod.results.startup('one'), 'success');
    assert.deepEqual(pod.events, []);
  });
});

describe('a liveness probe', () => {
  it('is silent after it has failed, until there is a new container', async () => {
    const pod = new ProbedPod({ livenessProbe: { httpGet, periodSeconds: 1, failureThreshold: 2 } });
    pod.answer = broken;
    pod.follow();
    await pod.world.advance(10_000);
    assert.deepEqual(pod.askedAt, [0, 1]);
    assert.equal(pod.results.liveness('one'), 'failure');
    pod.replace();
    assert.deepEqual([pod.results.liveness('one'), pod.results.liveness('two')], [undefined, 'success']);
    await pod.world.advance(500);
    assert.deepEqual(pod.askedAt, [0, 1, 10]);
  });

  it('waits for the startup probe', async () => {
    const startupProbe = { httpGet, periodSeconds: 2, failureThreshold: 10 };
    const pod = new ProbedPod({ startupProbe, livenessProbe: { httpGet, periodSeconds: 100 } });
    pod.isStarted = false;
    pod.answer = refused;
    pod.follow();
    await pod.world.advance(5000);
    assert.deepEqual(pod.askedAt, [0, 0.1, 0.3, 0.7, 1.5, 3.5]);
    assert.equal(pod.results.startup('one'), 'unknown');
    pod.answer = { outcome: 'response', status: 200, body: '' };
    await pod.world.advance(5000);
    assert.equal(pod.results.startup('one'), 'success');
    // Startup at 5.5, and then liveness at once.
    assert.deepEqual(pod.askedAt.slice(6), [5.5, 5.5]);
  });
});

describe('a probe that is answered elsewhere', () => {
  it('counts as a success, with a warning', async () => {
    const pod = new ProbedPod({ readinessProbe: { httpGet, periodSeconds: 60 } });
    pod.answer = { outcome: 'response', status: 302, body: 'gone', redirectedTo: 'http://example.org/' };
    pod.follow();
    await pod.world.advance(1000);
    assert.equal(pod.results.readiness('one'), 'success');
    assert.match(
      pod.events[0]!,
      /ProbeWarning Readiness probe warning: Probe terminated redirects, Response body: gone$/,
    );
  });
});

describe('the port of a probe', () => {
  const container: Container = { name: 'app', ports: [{ name: 'http', containerPort: 8080 }] };
  it('may be a number or a name', () => {
    assert.deepEqual(
      [resolvePort(80, container), resolvePort('http', container), resolvePort('81', container)],
      [80, 8080, 81],
    );
    assert.throws(() => resolvePort('none', container), { message: 'strconv.Atoi: parsing "none": invalid syntax' });
    assert.throws(() => resolvePort(0, container), { message: 'invalid port number: 0' });
  });
});

describe('a series of outcomes', () => {
  it('counts only what comes in a row', () => {
    const probe: Probe = { failureThreshold: 2, successThreshold: 1 };
    let series = extendSeries(freshSeries, 'failure', probe);
    assert.equal(series.isDecided, false);
    series = extendSeries(series, 'success', probe);
    assert.deepEqual([series.isDecided, series.count], [true, 1]);
    series = extendSeries(extendSeries(series, 'failure', probe), 'failure', probe);
    assert.deepEqual([series.isDecided, series.count], [true, 2]);
  });
});
