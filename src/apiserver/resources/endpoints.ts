import type { ResourceRequest } from '../../client/index.ts';
import { StatusError } from '../../machinery/index.ts';
import type { ServedResource } from '../core-contract.ts';
import type { Endpoint } from './endpoint.ts';
import type { LiveRegistry } from './live-registry.ts';

type TypeName = ResourceRequest['type'];

/** Finds the endpoint of a request. Endpoints live as long as what they serve is served unchanged. */
export class Endpoints {
  readonly #registry: LiveRegistry;
  readonly #create: (resource: ServedResource) => Endpoint;
  #byResource = new Map<ServedResource, Endpoint>();
  /** By the very type object: components pass the same constant with every request. */
  #byType = new WeakMap<TypeName, Endpoint>();

  constructor(registry: LiveRegistry, create: (resource: ServedResource) => Endpoint) {
    this.#registry = registry;
    this.#create = create;
    registry.onChange(() => this.#forgetGone());
  }

  find(type: TypeName): Endpoint | undefined {
    const known = this.#byType.get(type);
    if (known !== undefined) return known;
    const resource = this.#registry.lookup(type.group, type.version, type.resource);
    if (resource === undefined) return undefined;
    const endpoint = this.of(resource);
    this.#byType.set(type, endpoint);
    return endpoint;
  }

  /** Kubernetes: what a path that nothing serves is answered with. */
  get(type: TypeName): Endpoint {
    const endpoint = this.find(type);
    if (endpoint === undefined) throw new StatusError('NotFound', 'the server could not find the requested resource');
    return endpoint;
  }

  /** All that is served, in discovery's order. */
  get served(): readonly ServedResource[] {
    return this.#registry.list();
  }

  of(resource: ServedResource): Endpoint {
    let endpoint = this.#byResource.get(resource);
    if (endpoint === undefined) {
      endpoint = this.#create(resource);
      this.#byResource.set(resource, endpoint);
    }
    return endpoint;
  }

  #forgetGone(): void {
    const served = new Set(this.#registry.list());
    this.#byResource = new Map([...this.#byResource].filter(([resource]) => served.has(resource)));
    this.#byType = new WeakMap();
  }
}
