import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { namesOf, podOf, refusalOf, TestServer } from '../../test/fixtures/test-server.ts';
import { configMaps, namespaces, pods } from '../api/generated/index.ts';
import type { WatchEvent } from '../client/index.ts';
import { StatusError } from '../machinery/index.ts';

const at = (name: string) => ({ name, namespace: 'default' });

/** Collects what a watch says: `ADDED a`, `BOOKMARK`, `end`. */
class Heard {
  readonly said: string[] = [];
  readonly events: WatchEvent[] = [];
  error: Error | undefined;

  readonly sink = {
    events: (batch: readonly WatchEvent[]): void => {
      for (const event of batch) {
        this.events.push(event);
        this.said.push(event.type === 'BOOKMARK' ? 'BOOKMARK' : `${event.type} ${event.object.metadata.name}`);
      }
    },
    end: (error?: Error): void => {
      this.error = error;
      this.said.push('end');
    },
  };
}

describe('get', () => {
  it('waits for nobody: a revision that is not there yet is refused', async () => {
    using api = await TestServer.start();
    await api.client.create(configMaps, { metadata: at('a') });
    await api.client.get(configMaps, at('a'), { resourceVersion: '0' });
    const error = await refusalOf(api.client.get(configMaps, at('a'), { resourceVersion: '99999' }));
    assert.equal(error.code, 504);
    assert.match(error.message, /^Timeout: Too large resource version: 99999, current: \d+$/);
  });

  it('says what is not there, and what is not served', async () => {
    using api = await TestServer.start();
    assert.equal((await refusalOf(api.client.get(configMaps, at('a')))).message, 'configmaps "a" not found');
    const type = { group: 'example.com', version: 'v1', resource: 'widgets' };
    const error = await refusalOf(api.client.transport.request({ verb: 'get', type, name: 'a' }));
    assert.equal(error.message, 'the server could not find the requested resource');
    const verb = await refusalOf(api.client.transport.request({ verb: 'deletecollection', type: namespaces }));
    assert.equal(verb.code, 405);
  });
});

describe('list', () => {
  it('pages with continue tokens and counts what remains', async () => {
    using api = await TestServer.start();
    for (const name of ['a', 'b', 'c']) await api.client.create(configMaps, { metadata: at(name) });
    const first = await api.client.list(configMaps, { namespace: 'default', limit: 2 });
    assert.deepEqual(namesOf(first), ['a', 'b']);
    assert.equal(first.metadata.remainingItemCount, 1);
    await api.client.create(configMaps, { metadata: at('d') });
    const second = await api.client.list(configMaps, {
      namespace: 'default',
      limit: 2,
      continue: first.metadata.continue,
    });
    assert.deepEqual(namesOf(second), ['c']);
    assert.equal(second.metadata.resourceVersion, first.metadata.resourceVersion);
    assert.equal(second.metadata.continue, undefined);
  });

  it('selects by labels and fields', async () => {
    using api = await TestServer.start();
    await api.createNamespace('test');
    await api.client.create(pods, { ...podOf('p', 'test', { nodeName: 'n1' }) });
    await api.client.create(pods, { ...podOf('q', 'test', { nodeName: 'n2' }) });
    const list = async (options: object): Promise<readonly string[]> =>
      namesOf(await api.client.list(pods, { namespace: 'test', ...options }));
    assert.deepEqual(await list({ fieldSelector: 'spec.nodeName=n1' }), ['p']);
    assert.deepEqual(await list({ fieldSelector: 'spec.nodeName!=n1' }), ['q']);
    assert.deepEqual(await list({ fieldSelector: 'metadata.name=q' }), ['q']);
    assert.deepEqual(await list({ labelSelector: 'a=b' }), []);
    assert.deepEqual(namesOf(await api.client.list(pods, { fieldSelector: 'metadata.namespace=test' })), ['p', 'q']);
  });

  it('refuses selectors that cannot be', async () => {
    using api = await TestServer.start();
    const label = await refusalOf(api.client.list(configMaps, { labelSelector: 'a in (' }));
    assert.equal(label.code, 400);
    const field = await refusalOf(api.client.list(configMaps, { fieldSelector: 'data.a=b' }));
    assert.equal(field.message, '"data.a" is not a known field selector: only "metadata.name", "metadata.namespace"');
    const podField = await refusalOf(api.client.list(pods, { fieldSelector: 'spec.image=b' }));
    assert.equal(podField.message, 'field label not supported: spec.image');
  });

  it('reads exactly at a revision', async () => {
    using api = await TestServer.start();
    await api.client.create(configMaps, { metadata: at('a') });
    const { metadata } = await api.client.list(configMaps, { namespace: 'default' });
    await api.client.create(configMaps, { metadata: at('b') });
    const then = await api.client.list(configMaps, {
      namespace: 'default',
      resourceVersion: metadata.resourceVersion,
      resourceVersionMatch: 'Exact',
    });
    assert.deepEqual(namesOf(then), ['a']);
  });

  it('refuses options that contradict each other', async () => {
    using api = await TestServer.start();
    const error = await refusalOf(api.client.list(configMaps, { resourceVersionMatch: 'Exact' }));
    assert.equal(
      error.message,
      'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
    );
    const initial = await refusalOf(api.client.list(configMaps, { sendInitialEvents: true }));
    assert.match(initial.message, /sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list/);
  });
});

describe('watch', () => {
  it('tells what happens after a revision, in the turn in which it happens', async () => {
    using api = await TestServer.start();
    await api.client.create(configMaps, { metadata: at('old') });
    const { metadata } = await api.client.list(configMaps, { namespace: 'default' });
    const heard = new Heard();
    const { resourceVersion } = metadata;
    api.client.watch(configMaps, { namespace: 'default', resourceVersion }, heard.sink);
    const created = await api.client.create(configMaps, { metadata: at('a') });
    await api.client.update(configMaps, { ...created, data: { k: '1' } });
    await api.client.delete(configMaps, at('a'));
    assert.deepEqual(heard.said, ['ADDED a', 'MODIFIED a', 'DELETED a']);
    assert.equal(heard.events[0]!.object, created);
  });

  it('starts with what is there when no revision is named', async () => {
    using api = await TestServer.start();
    await api.client.create(configMaps, { metadata: at('a') });
    const heard = new Heard();
    api.client.watch(configMaps, { namespace: 'default' }, heard.sink);
    await api.settle();
    assert.deepEqual(heard.said, ['ADDED a']);
  });

  it('ends the initial events with a bookmark that says so', async () => {
    using api = await TestServer.start();
    await api.client.create(configMaps, { metadata: at('a') });
    const heard = new Heard();
    const options = {
      namespace: 'default',
      sendInitialEvents: true,
      resourceVersionMatch: 'NotOlderThan',
      allowWatchBookmarks: true,
    } as const;
    api.client.watch(configMaps, options, heard.sink);
    await api.settle();
    assert.deepEqual(heard.said, ['ADDED a', 'BOOKMARK']);
    const { annotations } = heard.events[1]!.object.metadata;
    assert.deepEqual(annotations, { 'k8s.io/initial-events-end': 'true' });
  });

  it('says DELETED when an object leaves the selection', async () => {
    using api = await TestServer.start();
    const heard = new Heard();
    const { metadata } = await api.client.list(configMaps, { namespace: 'default' });
    const { resourceVersion } = metadata;
    api.client.watch(configMaps, { namespace: 'default', labelSelector: 'on=yes', resourceVersion }, heard.sink);
    const created = await api.client.create(configMaps, { metadata: { ...at('a'), labels: { on: 'yes' } } });
    await api.client.update(configMaps, { ...created, metadata: { ...created.metadata, labels: { on: 'no' } } });
    assert.deepEqual(heard.said, ['ADDED a', 'DELETED a']);
  });

  it('ends after timeoutSeconds, without an error', async () => {
    using api = await TestServer.start();
    const heard = new Heard();
    api.client.watch(configMaps, { namespace: 'default', timeoutSeconds: 5 }, heard.sink);
    await api.world.advance(4999);
    assert.deepEqual(heard.said, []);
    await api.world.advance(1);
    assert.deepEqual(heard.said, ['end']);
    assert.equal(heard.error, undefined);
    await api.client.create(configMaps, { metadata: at('a') });
    assert.deepEqual(heard.said, ['end']);
  });

  it('ends with 410 when the revision has been compacted', async () => {
    using api = await TestServer.start();
    await api.client.create(configMaps, { metadata: at('a') });
    const old = String(api.store.revision);
    await api.client.create(configMaps, { metadata: at('b') });
    await api.store.compact(api.store.revision);
    using restarted = await TestServer.start({ store: api.store });
    const heard = new Heard();
    restarted.client.watch(configMaps, { namespace: 'default', resourceVersion: old }, heard.sink);
    await api.settle();
    assert.deepEqual(heard.said, ['end']);
    assert.ok(StatusError.is(heard.error, 'Expired'));
    assert.equal((heard.error as StatusError).code, 410);
  });

  it('is refused to those who may not', async () => {
    using api = await TestServer.start({
      authorizer: {
        generation: 0,
        authorize: ({ user }) => ({ allowed: user.groups.includes('system:masters'), reason: '' }),
      },
    });
    const heard = new Heard();
    api.clientOf({ username: 'jane', groups: [] }).watch(configMaps, {}, heard.sink);
    assert.ok(StatusError.is(heard.error, 'Forbidden'));
  });

  it('stops when it is cancelled', async () => {
    using api = await TestServer.start();
    const heard = new Heard();
    const watch = api.client.watch(configMaps, { namespace: 'default' }, heard.sink);
    watch.cancel();
    await api.client.create(configMaps, { metadata: at('a') });
    assert.deepEqual(heard.said, []);
  });

  it('keeps to one object when a name is given', async () => {
    using api = await TestServer.start();
    const heard = new Heard();
    api.client.transport.watch({ verb: 'watch', type: configMaps, ...at('b') }, heard.sink);
    await api.client.create(configMaps, { metadata: at('a') });
    await api.client.create(configMaps, { metadata: at('b') });
    await api.settle();
    assert.deepEqual(heard.said, ['ADDED b']);
  });
});
