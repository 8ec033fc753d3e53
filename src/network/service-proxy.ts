import type { Log, Timer, World } from '../world/index.ts';
import {
  type EndpointSliceView,
  type PacketFilter,
  ProxyState,
  type ProxyStateOptions,
  type ProxyUpdate,
  type ServiceView,
  writeCheck,
  writeRemoval,
} from './proxy/index.ts';
import { StaleFlowSweeper } from './stale-flow-sweeper.ts';

/** Where the proxy looks up what it was told has changed. */
export interface ServiceSource {
  service(key: string): ServiceView | undefined;
  slices(key: string): readonly EndpointSliceView[];
}

export interface ServiceProxyOptions extends ProxyStateOptions {
  /** How long changes gather before they are applied together. Default 10 ms. */
  readonly batchMs?: number;
  /** How often to look whether the table is still there. Default a minute. */
  readonly checkMs?: number;
}

const retryMinMs = 500;
const retryMaxMs = 30_000;

/**
 * Keeps the kernel's table as the Services are: gathers changes for a moment, works out what they mean, applies that as
 * one transaction, and has the UDP flows forgotten that now lead astray. One application at a time; after a failure the table
 * is built anew, since what the kernel holds is then unknown.
 */
export class ServiceProxy {
  readonly #world: World;
  readonly #log: Log;
  readonly #filter: PacketFilter;
  readonly #source: ServiceSource;
  readonly #options: ServiceProxyOptions;
  readonly #state: ProxyState;
  readonly #sweeper: StaleFlowSweeper;
  readonly #dirty = new Set<string>();
  readonly #ready = Promise.withResolvers<void>();
  readonly #stopped = Promise.withResolvers<void>();
  #timer: Timer | undefined;
  #checkTimer: Timer | undefined;
  #phase: 'gathering' | 'idle' | 'applying' | 'stopped' = 'gathering';
  #mustBuildAnew = true;
  #failures = 0;

  constructor(world: World, filter: PacketFilter, source: ServiceSource, options: ServiceProxyOptions) {
    this.#world = world;
    this.#log = world.log.child('proxy');
    this.#filter = filter;
    this.#source = source;
    this.#options = options;
    this.#state = new ProxyState(options);
    this.#sweeper = new StaleFlowSweeper(world, filter);
  }

  /** Resolves when the first complete table is in the kernel. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** Something about the Service `namespace/name` or its endpoints changed. */
  notice(key: string): void {
    this.#dirty.add(key);
    if (this.#phase === 'idle') this.#schedule(this.#options.batchMs ?? 10);
  }

  /** All Services and endpoints were noticed once: from now on the table is complete, and kept so. */
  start(): void {
    if (this.#phase !== 'gathering') return;
    this.#phase = 'idle';
    this.#schedule(0);
    this.#scheduleCheck();
  }

  /** Ends the work and takes the table away; resolves when that is done. */
  async stop(): Promise<void> {
    const wasApplying = this.#phase === 'applying';
    if (this.#phase === 'stopped') return;
    this.#phase = 'stopped';
    this.#timer?.cancel();
    this.#checkTimer?.cancel();
    if (wasApplying) await this.#stopped.promise;
    await this.#filter.apply(writeRemoval(this.#options.table));
  }

  #schedule(delayMs: number): void {
    if (this.#timer !== undefined) return;
    this.#timer = this.#world.clock.after(delayMs, () => {
      this.#timer = undefined;
      if (this.#phase === 'idle') this.#world.tasks.spawn('service proxy', () => this.#applyBatch());
    });
  }

  async #applyBatch(): Promise<void> {
    this.#phase = 'applying';
    let delayMs = this.#options.batchMs ?? 10;
    try {
      if (this.#mustBuildAnew) await this.#prepare();
      const update = this.#takeUpdate();
      if (update.script !== '') await this.#filter.apply(update.script);
      this.#mustBuildAnew = false;
      this.#failures = 0;
      this.#sweeper.sweep(update.udpRoutes);
      this.#ready.resolve();
    } catch (error) {
      this.#mustBuildAnew = true;
      delayMs = Math.min(retryMaxMs, retryMinMs * 2 ** this.#failures++);
      this.#log.error('cannot apply the rules of Services; building them anew', { error, delayMs });
    }
    this.#finishBatch(delayMs);
  }

  #finishBatch(delayMs: number): void {
    if (this.#phase === 'stopped') {
      this.#stopped.resolve();
      return;
    }
    this.#phase = 'idle';
    if (this.#mustBuildAnew || this.#dirty.size > 0) this.#schedule(delayMs);
  }

  async #prepare(): Promise<void> {
    for (const warning of await this.#filter.prepare(this.#state.hasIpv6)) this.#log.warn(warning);
  }

  #takeUpdate(): ProxyUpdate {
    for (const key of this.#dirty) this.#state.update(key, this.#source.service(key), this.#source.slices(key));
    this.#dirty.clear();
    return this.#mustBuildAnew ? this.#state.takeAll() : this.#state.takeUpdate();
  }

  #scheduleCheck(): void {
    this.#checkTimer = this.#world.clock.after(this.#options.checkMs ?? 60_000, () => {
      this.#world.tasks.spawn('service proxy check', () => this.#check());
    });
  }

  async #check(): Promise<void> {
    if (this.#phase === 'idle' && !this.#mustBuildAnew) {
      try {
        await this.#filter.apply(writeCheck(this.#options.table));
      } catch (error) {
        this.#log.warn('the table of Services is gone; building it anew', { error });
        this.#mustBuildAnew = true;
        if (this.#phase === 'idle') this.#schedule(0);
      }
    }
    if (this.#phase !== 'stopped') this.#scheduleCheck();
  }
}
