import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TestServer } from '../../test/fixtures/test-server.ts';
import { configMaps, deployments, type Service, services } from '../api/generated/index.ts';
import { StatusError } from '../machinery/index.ts';

const at = (name: string) => ({ name, namespace: 'default' });

function serviceOf(name: string, spec: Service['spec'] = {}): Service {
  return { metadata: at(name), spec: { selector: { app: name }, ports: [{ port: 80 }], ...spec } };
}

/** How requests that were under way together ended: the reasons of those that were refused. */
async function refusalsOf(requests: readonly Promise<unknown>[]): Promise<readonly string[]> {
  const outcomes = await Promise.allSettled(requests);
  return outcomes.flatMap(outcome => {
    if (outcome.status === 'fulfilled') return [];
    assert.ok(outcome.reason instanceof StatusError, String(outcome.reason));
    return [outcome.reason.reason];
  });
}

describe('requests at the same time, over a store that takes its time', () => {
  it('lose no patch', async () => {
    using api = await TestServer.start({ isSlow: true });
    await api.client.create(configMaps, { metadata: at('a') });
    const patches = Array.from({ length: 20 }, (_, i) =>
      api.client.patch(configMaps, at('a'), 'merge', { data: { [`k${i}`]: String(i) } }),
    );
    assert.deepEqual(await refusalsOf(patches), []);
    const { data } = await api.client.get(configMaps, at('a'));
    assert.equal(Object.keys(data!).length, 20);
  });

  it('create an object once', async () => {
    using api = await TestServer.start({ isSlow: true });
    const creations = Array.from({ length: 5 }, () => api.client.create(configMaps, { metadata: at('a') }));
    assert.deepEqual(await refusalsOf(creations), Array(4).fill('AlreadyExists'));
  });

  it('let one of two updates of the same version through', async () => {
    using api = await TestServer.start({ isSlow: true });
    const created = await api.client.create(configMaps, { metadata: at('a') });
    const updates = ['1', '2'].map(k => api.client.update(configMaps, { ...created, data: { k } }));
    assert.deepEqual(await refusalsOf(updates), ['Conflict']);
  });

  it('delete an object once', async () => {
    using api = await TestServer.start({ isSlow: true });
    await api.client.create(configMaps, { metadata: at('a') });
    const deletions = Array.from({ length: 3 }, () => api.client.delete(configMaps, at('a')));
    assert.deepEqual(await refusalsOf(deletions), ['NotFound', 'NotFound']);
  });

  it('give an address and a port to one Service', async () => {
    using api = await TestServer.start({ isSlow: true });
    const named = ['a', 'b'].map(name => api.client.create(services, serviceOf(name, { clusterIP: '10.96.0.10' })));
    assert.deepEqual(await refusalsOf(named), ['Invalid']);
    const ports = [{ port: 80, nodePort: 30080 }];
    const exposed = ['c', 'd'].map(name => api.client.create(services, serviceOf(name, { type: 'NodePort', ports })));
    assert.deepEqual(await refusalsOf(exposed), ['Invalid']);
    const drawn = await Promise.all(
      Array.from({ length: 50 }, (_, i) => api.client.create(services, serviceOf(`s${i}`))),
    );
    assert.equal(new Set(drawn.map(service => service.spec!.clusterIP)).size, 50);
  });

  it('count each change of the desired state', async () => {
    using api = await TestServer.start({ isSlow: true });
    const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'x', image: 'y' }] } };
    const spec = { replicas: 0, selector: { matchLabels: { a: 'b' } }, template };
    await api.client.create(deployments, { metadata: at('a'), spec });
    const patches = [1, 2, 3].map(replicas => api.client.patch(deployments, at('a'), 'merge', { spec: { replicas } }));
    await Promise.all(patches);
    assert.equal((await api.client.get(deployments, at('a'))).metadata.generation, 4);
  });

  it('are refused when the store closes under them', async () => {
    using api = await TestServer.start({ isSlow: true });
    const creation = api.client.create(configMaps, { metadata: at('a') });
    await api.store.close();
    assert.deepEqual(await refusalsOf([creation]), ['ServiceUnavailable']);
  });
});
