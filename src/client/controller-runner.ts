import { type KubeObject, type ResourceType, StatusError } from '../machinery/index.ts';
import type { Random, World } from '../world/index.ts';
import type { Client } from './client.ts';
import type { Controller, ReconcileContext } from './controller.ts';
import { EventRecorder } from './event-recorder.ts';
import type { Informer } from './informer.ts';
import type { Informers } from './informers.ts';
import { keyOf } from './object-key.ts';
import { OwnWrites } from './own-writes.ts';
import type { AgainStep, Step } from './step.ts';
import { StepPerformer } from './step-performer.ts';
import { WorkQueue } from './work-queue.ts';

const defaultConcurrency = 5;

/**
 * Drives one controller: turns changes into keys, reconciles each key once the view holds what the key's own writes
 * left behind, performs the steps, and retries with back-off what failed.
 */
export class ControllerRunner {
  readonly controller: Controller;
  readonly #world: World;
  readonly #informers: Informers;
  readonly #queue: WorkQueue;
  readonly #ownWrites: OwnWrites;
  readonly #performer: StepPerformer;
  readonly #random: Random;
  #primary: Informer<KubeObject> | undefined;
  #working = 0;
  #isScheduled = false;
  #isStopped = false;

  constructor(world: World, client: Client, informers: Informers, controller: Controller) {
    this.controller = controller;
    this.#world = world;
    this.#informers = informers;
    this.#queue = new WorkQueue(world.clock, () => this.#schedule());
    const watched = new Set([typeId(controller.primary), ...(controller.secondaries ?? []).map(s => typeId(s.type))]);
    this.#ownWrites = new OwnWrites(
      type => (watched.has(typeId(type)) ? informers.of(type) : undefined),
      world.clock.now,
    );
    this.#performer = new StepPerformer(client, new EventRecorder(world, client, controller.name), this.#ownWrites);
    this.#random = world.random.stream(controller.name);
  }

  /** By the controller's name, for metrics. */
  get queue(): readonly [string, WorkQueue] {
    return [this.controller.name, this.#queue];
  }

  /** Nothing waits to be reconciled and nothing is being performed (delayed keys may still come). */
  get isIdle(): boolean {
    return this.#queue.isIdle;
  }

  /** Begins as soon as everything that the controller looks at has been listed once. */
  start(): void {
    const { controller } = this;
    const primary = this.#informers.of(controller.primary);
    const secondaries = (controller.secondaries ?? []).map(secondary => ({
      secondary,
      informer: this.#informers.of(secondary.type),
    }));
    for (const index of controller.indexes ?? []) this.#informers.addIndex(index);
    this.#world.tasks.spawn(`controller ${controller.name}`, async () => {
      await Promise.all([primary.synced(), ...secondaries.map(({ informer }) => informer.synced())]);
      if (this.#isStopped) return;
      this.#primary = primary;
      primary.onChange((object, previous) => this.#queue.add(keyOf((object ?? previous)!)));
      for (const { secondary, informer } of secondaries) {
        const { keysOf, isRelevant } = secondary;
        informer.onChange((object, previous) => {
          const hasChanged = object !== undefined && previous !== undefined;
          if (hasChanged && isRelevant !== undefined && !isRelevant(object, previous)) return;
          if (object !== undefined) this.#addKeys(keysOf, object);
          if (previous !== undefined) this.#addKeys(keysOf, previous);
        });
      }
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#queue.stop();
  }

  #addKeys(keysOf: ((object: KubeObject, view: Informers) => readonly string[]) | undefined, object: KubeObject): void {
    if (keysOf === undefined) {
      const key = ownerKey(object, this.controller.primary);
      if (key !== undefined) this.#queue.add(key);
      return;
    }
    const keys = keysOf(object, this.#informers);
    for (let i = 0; i < keys.length; i++) this.#queue.add(keys[i]!);
  }

  /** Works in a turn of its own: changes arrive in the middle of somebody else's commit. */
  #schedule(): void {
    if (this.#isScheduled || this.#isStopped) return;
    this.#isScheduled = true;
    this.#world.tasks.spawn(this.controller.name, this.#drainSoon);
  }

  readonly #drainSoon = async (): Promise<void> => {
    await undefined;
    this.#isScheduled = false;
    this.#drain();
  };

  #drain(): void {
    const concurrency = this.controller.concurrency ?? defaultConcurrency;
    while (!this.#isStopped && this.#working < concurrency) {
      const key = this.#queue.take();
      if (key === undefined) return;
      this.#work(key);
    }
  }

  /** Keys that are worked on one at a time share something (a range to give out), so each has to see all others' writes. */
  #scopeOf(key: string): string {
    return this.controller.concurrency === 1 ? '' : key;
  }

  #work(key: string): void {
    const lagging = this.#ownWrites.findLagging(this.#scopeOf(key));
    if (lagging !== undefined) {
      lagging.afterNextChange(() => this.#queue.add(key));
      this.#queue.done(key);
      return;
    }
    const context: ReconcileContext = {
      key,
      view: this.#informers,
      now: this.#world.clock.now(),
      random: this.#random,
    };
    const steps = this.controller.reconcile(this.#primary?.getByKey(key), context);
    // Most keys need nothing done, or only to be looked at again later: nothing to wait for.
    if (steps.every(isAgain)) {
      this.#queue.forget(key);
      for (const { delayMs } of steps) this.#queue.addAfter(key, delayMs);
      this.#queue.done(key);
      return;
    }
    this.#working++;
    this.#world.tasks.spawn(`${this.controller.name} ${key}`, () => this.#perform(key, steps));
  }

  async #perform(key: string, steps: readonly Step[]): Promise<void> {
    try {
      const { error, againMs } = await this.#performer.perform(this.#scopeOf(key), steps);
      if (error === undefined) this.#queue.forget(key);
      else this.#retry(key, error);
      if (againMs !== undefined) this.#queue.addAfter(key, againMs);
    } finally {
      this.#working--;
      this.#queue.done(key);
      this.#schedule();
    }
  }

  #retry(key: string, error: Error): void {
    if (this.#isStopped) return;
    const delayMs = this.#queue.addRateLimited(key);
    const isExpected = StatusError.is(error, 'Conflict') || StatusError.is(error, 'NotFound');
    const log = this.#world.log.child(this.controller.name);
    log[isExpected ? 'debug' : 'warn']('retrying', { key, delayMs, error: error.message });
  }
}

function isAgain(step: Step): step is AgainStep {
  return step.do === 'again';
}

function typeId(type: ResourceType): string {
  return `${type.group}/${type.resource}`;
}

/** The key of the object's controller owner, if that is of the primary's kind. */
function ownerKey(object: KubeObject, primary: ResourceType): string | undefined {
  for (const owner of object.metadata.ownerReferences ?? []) {
    if (!owner.controller || owner.kind !== primary.kind) continue;
    if (owner.apiVersion.slice(0, Math.max(0, owner.apiVersion.indexOf('/'))) !== primary.group) continue;
    return primary.namespaced ? `${object.metadata.namespace}/${owner.name}` : owner.name;
  }
  return undefined;
}
