import { type EndpointSlice, endpointSlices, services } from '../api/generated/index.ts';
import { type Informers, keyOf } from '../client/index.ts';
import type { World } from '../world/index.ts';
import { type PacketFilter, sliceServiceKey } from './proxy/index.ts';
import { ServiceProxy, type ServiceProxyOptions } from './service-proxy.ts';

/** The index of EndpointSlices by the Service they belong to, `namespace/name`. */
export const slicesByService = 'network/service';

/** Lets a proxy follow the API's Services and EndpointSlices; await its `ready` for the first complete table. */
export function startServiceProxy(
  world: World,
  informers: Informers,
  filter: PacketFilter,
  options: ServiceProxyOptions,
): ServiceProxy {
  const serviceInformer = informers.of(services);
  const sliceInformer = informers.of(endpointSlices);
  sliceInformer.addIndex(slicesByService, serviceKeysOf);
  const source = {
    service: (key: string) => serviceInformer.getByKey(key),
    slices: (key: string) => sliceInformer.listIndexed(slicesByService, key),
  };
  const proxy = new ServiceProxy(world, filter, source, options);
  serviceInformer.onChange((object, previous) => proxy.notice(keyOf((object ?? previous)!)));
  sliceInformer.onChange((object, previous) => {
    for (const slice of [object, previous]) {
      const key = slice === undefined ? undefined : sliceServiceKey(slice);
      if (key !== undefined) proxy.notice(key);
    }
  });
  world.tasks.spawn('service proxy start', async () => {
    await Promise.all([serviceInformer.synced(), sliceInformer.synced()]);
    proxy.start();
  });
  return proxy;
}

export function serviceKeysOf(slice: EndpointSlice): readonly string[] {
  const key = sliceServiceKey(slice);
  return key === undefined ? [] : [key];
}
