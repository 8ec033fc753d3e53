import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TestServer } from '../../../../test/fixtures/test-server.ts';
import { type Secret, secrets } from '../../../api/generated/index.ts';
import { BootstrapTokens } from './bootstrap-tokens.ts';

const token = 'abcdef.0123456789abcdef';

const complete = {
  'token-id': 'abcdef',
  'token-secret': '0123456789abcdef',
  'usage-bootstrap-authentication': 'true',
};

async function start(data: Record<string, string>, more: Partial<Secret> = {}) {
  const api = await TestServer.start();
  const stringData = { ...complete, ...data };
  const metadata = { name: 'bootstrap-token-abcdef', namespace: 'kube-system' };
  await api.client.create(secrets, { metadata, type: 'bootstrap.kubernetes.io/token', stringData, ...more });
  return { api, tokens: new BootstrapTokens(api.server.view, api.world.clock, ['api']) };
}

describe('a bootstrap token', () => {
  it('lets a node in that is to join', async () => {
    const { api, tokens } = await start({ 'auth-extra-groups': 'system:bootstrappers:b,system:bootstrappers:a' });
    using _ = api;
    const outcome = tokens.authenticate(token);
    assert.deepEqual(outcome, {
      user: {
        username: 'system:bootstrap:abcdef',
        groups: ['system:bootstrappers', 'system:bootstrappers:a', 'system:bootstrappers:b', 'system:authenticated'],
      },
      audiences: ['api'],
    });
    assert.equal(tokens.authenticate(token)?.user, outcome?.user, 'one instance');
    assert.equal(tokens.authenticate(token, ['other']), undefined);
    for (const wrong of ['abcdef.0123456789abcdee', 'abcdeg.0123456789abcdef', 'x', `${token}0`]) {
      assert.equal(tokens.authenticate(wrong), undefined);
    }
  });

  it('counts until it ends', async () => {
    const { api, tokens } = await start({ expiration: '2026-01-01T01:00:00Z' });
    using _ = api;
    assert.ok(tokens.authenticate(token)?.user);
    await api.world.advance(3600_000);
    assert.equal(tokens.authenticate(token), undefined);
  });

  const broken: Readonly<Record<string, readonly [Record<string, string>, Partial<Secret>?]>> = {
    'for something else': [{ 'usage-bootstrap-authentication': 'false' }],
    'of another id': [{ 'token-id': 'fedcba' }],
    'with an end that cannot be read': [{ expiration: 'tomorrow' }],
    'with groups beyond its own': [{ 'auth-extra-groups': 'system:masters' }],
    'in a Secret of another type': [{}, { type: 'Opaque' }],
  };
  for (const [name, [data, more]] of Object.entries(broken)) {
    it(`${name} is none`, async () => {
      const { api, tokens } = await start(data, more);
      using _ = api;
      assert.equal(tokens.authenticate(token), undefined);
    });
  }
});
