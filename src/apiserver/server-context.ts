import type { RuleContext } from '../api/index.ts';
import type { Store, StoredObject } from '../storage/index.ts';
import { formatTime, type Random, type World } from '../world/index.ts';
import type { Authorizer, VirtualResources } from './core-contract.ts';
import type { Endpoints } from './resources/endpoints.ts';
import type { WebhookClient } from './webhooks/index.ts';

/** What every request handler stands on. */
export interface ServerContext {
  readonly world: World;
  readonly store: Store<StoredObject>;
  readonly endpoints: Endpoints;
  readonly authorizer: Authorizer;
  readonly rules: RuleContext;
  /** Draws what stands behind generateName. */
  readonly names: Random;
  readonly virtual: VirtualResources;
  /** How webhooks are asked: of admission, of conversion. */
  readonly webhooks: WebhookClient;
}

/** Time and chance for the kinds' hooks. Renders the second once, however many writes fall into it. */
export class WorldRuleContext implements RuleContext {
  readonly #world: World;
  readonly #uuids: Random;
  #second = -1;
  #now = '';

  constructor(world: World) {
    this.#world = world;
    this.#uuids = world.random.stream('apiserver/uid');
  }

  get nowMs(): number {
    return this.#world.clock.now();
  }

  get now(): string {
    const second = Math.floor(this.#world.clock.now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#now = formatTime(second * 1000);
    }
    return this.#now;
  }

  uuid(): string {
    return this.#uuids.uuid();
  }
}
