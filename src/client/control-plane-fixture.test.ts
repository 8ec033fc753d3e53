import { ControlPlane } from '../cluster/index.ts';
import { createMicrotaskDrain } from '../drivers/world/index.ts';
import { createObjectCodec, MemoryStore, type StoredObject } from '../storage/index.ts';
import { VirtualWorld } from '../world/index.ts';
import type { Client } from './client.ts';
import type { ResourceRequest, Transport, Watch, WatchEvent, WatchSink } from './transport.ts';

/**
 * A real API server in virtual time, without controllers, and a line to it that can be cut or slowed down: what the
 * tests of this folder ask. Holds no tests itself.
 */
export class TestPlane {
  readonly world: VirtualWorld;
  readonly client: Client;
  readonly line: FaultyLine;
  readonly #plane: ControlPlane;

  private constructor(world: VirtualWorld, plane: ControlPlane) {
    this.world = world;
    this.#plane = plane;
    this.client = plane.client();
    this.line = new FaultyLine(this.client.transport, world);
  }

  static async start(): Promise<TestPlane> {
    const world = new VirtualWorld({ seed: 1, drainMicrotasks: createMicrotaskDrain() });
    const store = new MemoryStore<StoredObject>({ clock: world.clock, codec: createObjectCodec() });
    const starting = ControlPlane.start({
      world,
      store,
      certificateAuthority: 'test',
      without: ['controllers', 'scheduler'],
    });
    let plane: ControlPlane | undefined;
    starting.then(started => {
      plane = started;
    });
    await world.advanceUntil(() => plane !== undefined, 60_000);
    return new TestPlane(world, await starting);
  }

  [Symbol.dispose](): void {
    this.#plane.stop();
  }
}

interface Listener {
  readonly sink: WatchSink;
  readonly watch: Watch;
}

/** A transport over which watches can be cut, refused and delayed, as a network does it. */
export class FaultyLine implements Transport {
  /** While true every request and watch fails. */
  isDown = false;
  /** By how much watch events come late. */
  delayMs = 0;
  watchesStarted = 0;
  listsMade = 0;
  readonly #to: Transport;
  readonly #world: VirtualWorld;
  readonly #open = new Set<Listener>();

  constructor(to: Transport, world: VirtualWorld) {
    this.#to = to;
    this.#world = world;
  }

  async request(request: ResourceRequest) {
    if (request.verb === 'list') this.listsMade++;
    if (this.isDown) throw new Error('connection refused');
    return this.#to.request(request);
  }

  watch(request: ResourceRequest, sink: WatchSink): Watch {
    this.watchesStarted++;
    if (this.isDown) {
      sink.end(new Error('connection refused'));
      return { cancel: () => {} };
    }
    const watch = this.#to.watch(request, {
      events: batch => this.#deliver(sink, batch),
      end: error => sink.end(error),
    });
    const listener = { sink, watch };
    this.#open.add(listener);
    return {
      cancel: () => {
        this.#open.delete(listener);
        watch.cancel();
      },
    };
  }

  /** Ends all watches, with an error or as a server that closes them does. */
  cut(error?: Error): void {
    const open = [...this.#open];
    this.#open.clear();
    for (const { sink, watch } of open) {
      watch.cancel();
      sink.end(error);
    }
  }

  #deliver(sink: WatchSink, batch: readonly WatchEvent[]): void {
    if (this.delayMs === 0) sink.events(batch);
    else this.#world.clock.after(this.delayMs, () => sink.events(batch));
  }
}
