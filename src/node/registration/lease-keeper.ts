import { type Lease, leases, type Node } from '../../api/generated/index.ts';
import type { Client } from '../../client/index.ts';
import { StatusError } from '../../machinery/index.ts';
import { formatMicroTime, type Timer, type World } from '../../world/index.ts';

const namespace = 'kube-node-lease';
const durationSeconds = 40;
/** Kubernetes: four renewals within the lease's duration. */
const renewMs = 10_000;
const retryMsMin = 200;
const retryMsMax = 7000;

/** Keeps the node's Lease fresh: the sign of life that the control plane watches. */
export class LeaseKeeper {
  readonly #world: World;
  readonly #client: Client;
  readonly #name: string;
  readonly #node: () => Node | undefined;
  #lease: Lease | undefined;
  #timer: Timer | undefined;
  #failures = 0;
  #isStopped = false;

  constructor(world: World, client: Client, name: string, node: () => Node | undefined) {
    this.#world = world;
    this.#client = client;
    this.#name = name;
    this.#node = node;
  }

  start(): void {
    this.#world.tasks.spawn('node lease', () => this.#renew());
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  async #renew(): Promise<void> {
    if (this.#isStopped) return;
    let delayMs = renewMs;
    try {
      this.#lease = this.#lease === undefined ? await this.#acquire() : await this.#update(this.#lease);
      this.#failures = 0;
    } catch (error) {
      this.#lease = undefined;
      delayMs = Math.min(retryMsMax, retryMsMin * 2 ** this.#failures++);
      this.#world.log.child('node').warn('cannot renew the lease', { delayMs, error: (error as Error).message });
    }
    if (this.#isStopped) return;
    this.#timer = this.#world.clock.after(delayMs, () => this.start());
  }

  async #acquire(): Promise<Lease> {
    const ref = { namespace, name: this.#name };
    try {
      return await this.#update(await this.#client.get(leases, ref));
    } catch (error) {
      if (!StatusError.is(error, 'NotFound')) throw error;
    }
    return this.#client.create(leases, {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { ...ref, ownerReferences: this.#owners() },
      spec: { holderIdentity: this.#name, leaseDurationSeconds: durationSeconds, renewTime: this.#now() },
    });
  }

  #update(lease: Lease): Promise<Lease> {
    const ownerReferences = this.#owners();
    const metadata = ownerReferences.length === 0 ? lease.metadata : { ...lease.metadata, ownerReferences };
    const spec = {
      ...lease.spec,
      holderIdentity: this.#name,
      leaseDurationSeconds: durationSeconds,
      renewTime: this.#now(),
    };
    return this.#client.update(leases, { ...lease, metadata, spec });
  }

  #owners() {
    const uid = this.#node()?.metadata.uid;
    return uid === undefined ? [] : [{ apiVersion: 'v1', kind: 'Node', name: this.#name, uid }];
  }

  #now(): string {
    return formatMicroTime(this.#world.clock.now());
  }
}
