import { type IPAddress, ipAddresses, type Service, services } from '../../api/generated/index.ts';
import { type Client, tolerate } from '../../client/index.ts';
import { isDeepEqual, type KubeObject, type ObjectMeta } from '../../machinery/index.ts';
import type { ObjectCache } from '../../storage/index.ts';
import type { Tasks } from '../../world/index.ts';
import type { ObjectView } from '../object-view.ts';
import { holdingOf } from './address-book.ts';
import { familyOf } from './address-range.ts';
import { followObjects } from './follow-objects.ts';

const managedByLabel = 'ipaddress.kubernetes.io/managed-by';
const familyLabel = 'ipaddress.kubernetes.io/ip-family';
const allocator = 'ipallocator.k8s.io';

interface Holder {
  readonly namespace: string;
  readonly name: string;
}

/**
 * Keeps an IPAddress for each cluster IP: what shows people who has an address, and what keeps a ServiceCIDR from going
 * too early. They follow from the Services, so one that is missing, left over or wrong is mended when it is noticed.
 *
 * Differs from Kubernetes: there the object is the allocation, and a Service is created after it; here the Service is.
 */
export class AddressObjects {
  readonly #view: ObjectView;
  readonly #client: Client;
  readonly #tasks: Tasks;
  /** Who holds each address. */
  readonly #holders = new Map<string, Holder>();
  /** The addresses of each Service, by uid. */
  readonly #held = new Map<string, readonly string[]>();
  readonly #waiting = new Set<string>();
  #isRunning = false;
  #isStopped = false;

  constructor(view: ObjectView, client: Client, tasks: Tasks) {
    this.#view = view;
    this.#client = client;
    this.#tasks = tasks;
  }

  follow(serviceCache: ObjectCache, addressCache: ObjectCache): void {
    const end = (): void => this.stop();
    const start = (): void => this.#start();
    followObjects(serviceCache, (object, isGone) => this.#record(object, isGone), end, start);
    followObjects(addressCache, ({ metadata }) => void this.#waiting.add(metadata.name!), end, start);
  }

  stop(): void {
    this.#isStopped = true;
  }

  #record(object: KubeObject, isGone: boolean): void {
    const service = object as Service;
    const { uid = '', namespace = '', name = '' } = service.metadata;
    const before = this.#held.get(uid) ?? [];
    const after = isGone ? [] : holdingOf(service).addresses;
    if (isDeepEqual(before, after)) return;
    for (const address of before) this.#holders.delete(address);
    for (const address of after) this.#holders.set(address, { namespace, name });
    for (const address of [...before, ...after]) this.#waiting.add(address);
    if (after.length === 0) this.#held.delete(uid);
    else this.#held.set(uid, after);
  }

  #start(): void {
    if (this.#isRunning || this.#isStopped || this.#waiting.size === 0) return;
    this.#isRunning = true;
    this.#tasks.spawn('keep IPAddresses', () => this.#run());
  }

  async #run(): Promise<void> {
    try {
      for (const address of this.#waiting) {
        if (this.#isStopped) return;
        this.#waiting.delete(address);
        await this.#settle(address);
      }
    } catch (error) {
      // A store that closes takes the server with it.
      if (!this.#isStopped) throw error;
    } finally {
      this.#isRunning = false;
    }
  }

  async #settle(address: string): Promise<void> {
    const holder = this.#holders.get(address);
    const present = this.#view.get(ipAddresses, undefined, address);
    if (present !== undefined && holder !== undefined && isHeldBy(present, holder)) return;
    // What somebody else has made for a purpose of their own is not ours to remove.
    if (present !== undefined && (holder !== undefined || isOurs(present.metadata))) await this.#remove(present);
    if (holder !== undefined) await this.#create(address, holder);
  }

  async #remove({ metadata }: IPAddress): Promise<void> {
    const preconditions = { uid: metadata.uid! };
    await tolerate(['NotFound', 'Conflict'], () =>
      this.#client.delete(ipAddresses, { name: metadata.name! }, { preconditions }),
    );
  }

  async #create(address: string, holder: Holder): Promise<void> {
    // One that is in the way comes back as a change of that object.
    await tolerate('AlreadyExists', () =>
      this.#client.create(ipAddresses, {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'IPAddress',
        metadata: { name: address, labels: { [familyLabel]: familyOf(address), [managedByLabel]: allocator } },
        spec: { parentRef: { group: '', resource: services.resource, ...holder } },
      }),
    );
  }
}

function isHeldBy({ spec }: IPAddress, holder: Holder): boolean {
  const parent = spec?.parentRef;
  return (
    (parent?.group ?? '') === '' &&
    parent?.resource === services.resource &&
    parent.namespace === holder.namespace &&
    parent.name === holder.name
  );
}

/** Whether it stands for a Service's address, rather than for something that only people know of. */
export function isOurs({ labels }: ObjectMeta): boolean {
  return labels?.[managedByLabel] === allocator;
}
