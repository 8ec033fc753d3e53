import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TestServer } from '../../../test/fixtures/test-server.ts';
import { type Pod, pods } from '../../api/generated/index.ts';
import { Informer } from '../../client/index.ts';
import { StatusWriter } from './status-writer.ts';

const going: AbortSignal = new AbortController().signal;
const gone: Pod = { metadata: { name: 'gone', namespace: 'default', uid: 'u' }, spec: { containers: [] } };

describe('a pod’s status', () => {
  it('is done with when the pod has gone, although it has changed meanwhile', async () => {
    using api = await TestServer.start();
    const writer = new StatusWriter(api.world, api.client, new Informer(api.world, api.client, pods));
    writer.set(gone, { phase: 'Running' });
    // While the first is on its way.
    writer.set(gone, { phase: 'Failed' });
    let isDone = false;
    void writer.flush('u', going).then(() => {
      isDone = true;
    });
    await api.settle();
    await api.world.advance(1000);
    assert.equal(isDone, true);
  });

  it('is not waited for any longer when the wait is broken off', async () => {
    using api = await TestServer.start();
    const writer = new StatusWriter(api.world, api.client, new Informer(api.world, api.client, pods));
    writer.set(gone, { phase: 'Running' });
    const reason = new Error('the node agent stops');
    await assert.rejects(writer.flush('u', AbortSignal.abort(reason)), reason);
  });
});
