import type { World } from '../world/index.ts';
import { findStaleFlows, type PacketFilter, type UdpRoute } from './proxy/index.ts';

/**
 * Makes the kernel forget UDP flows to former endpoints, beside the rules: listing flows may take longer than a batch,
 * and a rule must not wait for it. What piles up meanwhile is swept together.
 */
export class StaleFlowSweeper {
  readonly #world: World;
  readonly #filter: PacketFilter;
  #routes: UdpRoute[] = [];
  #isSweeping = false;

  constructor(world: World, filter: PacketFilter) {
    this.#world = world;
    this.#filter = filter;
  }

  /** Forgets the flows of these frontends that go elsewhere than their backends; to be called once the rules are in. */
  sweep(routes: readonly UdpRoute[]): void {
    if (routes.length === 0) return;
    this.#routes.push(...routes);
    if (this.#isSweeping) return;
    this.#isSweeping = true;
    this.#world.tasks.spawn('forget UDP flows', () => this.#sweepAll());
  }

  /** A failure is logged and no more: the rules are right, and idle flows end by themselves after minutes. */
  async #sweepAll(): Promise<void> {
    try {
      while (this.#routes.length > 0) {
        const flows = await this.#filter.listUdpFlows();
        // Taken after listing: a route that changed meanwhile is judged by its newest state.
        const routes = this.#routes;
        this.#routes = [];
        const stale = findStaleFlows(flows, routes, this.#filter.nodeAddresses());
        if (stale.length > 0) await this.#filter.forgetUdpFlows(stale);
      }
    } catch (error) {
      this.#routes = [];
      this.#world.log.child('proxy').warn('cannot forget UDP flows to former endpoints', { error });
    } finally {
      this.#isSweeping = false;
    }
  }
}
