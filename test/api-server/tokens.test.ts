import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import {
  configMaps,
  type Secret,
  type ServiceAccount,
  secrets,
  serviceAccounts,
} from '../../src/api/generated/index.ts';
import { type RunningApiServer, startApiServer } from './start-api-server.ts';
import { whoHas as askWho } from './token-sender.ts';

let running: RunningApiServer;
before(async () => {
  running = await startApiServer({ hasControllers: true });
});
after(() => running[Symbol.asyncDispose]());

function whoHas(token: string) {
  return askWho({ port: running.port, authority: running.pki.authority.certificate }, token);
}

async function until<T>(find: () => Promise<T | undefined>): Promise<T> {
  for (let i = 0; i < 200; i++) {
    const found = await find();
    if (found !== undefined) return found;
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  throw new Error('it has not happened');
}

const text = (encoded: string | undefined): string => Buffer.from(encoded ?? '', 'base64').toString();

describe('a bootstrap token', () => {
  const metadata = { name: 'bootstrap-token-abcdef', namespace: 'kube-system' };
  const token = 'abcdef.0123456789abcdef';

  test('lets its bearer in, and vouches for what the cluster says of itself', async () => {
    const stringData = {
      'token-id': 'abcdef',
      'token-secret': '0123456789abcdef',
      'usage-bootstrap-authentication': 'true',
      'usage-bootstrap-signing': 'true',
    };
    await running.client.create(secrets, { metadata, type: 'bootstrap.kubernetes.io/token', stringData });
    const { user } = await whoHas(token);
    assert.deepEqual(user, {
      username: 'system:bootstrap:abcdef',
      groups: ['system:bootstrappers', 'system:authenticated'],
    });
    const info = { name: 'cluster-info', namespace: 'kube-public' };
    await running.client.create(configMaps, { metadata: info, data: { kubeconfig: 'apiVersion: v1\n' } });
    const signature = await until(
      async () => (await running.client.get(configMaps, info)).data?.['jws-kubeconfig-abcdef'],
    );
    const [header = '', empty, sum] = signature.split('.');
    assert.deepEqual(JSON.parse(Buffer.from(header, 'base64url').toString()), { alg: 'HS256', kid: 'abcdef' });
    const signed = `${header}.${Buffer.from('apiVersion: v1\n').toString('base64url')}`;
    assert.equal(empty, '');
    assert.equal(sum, createHmac('sha256', '0123456789abcdef').update(signed).digest('base64url'));
  });

  test('is gone with its Secret', async () => {
    await running.client.delete(secrets, metadata);
    assert.equal((await whoHas(token)).code, 401);
  });
});

describe('a Secret for an account’s token', () => {
  const account = { name: 'robot', namespace: 'default' };
  const reference = { name: 'robot-token', namespace: 'default' };
  const secret = {
    metadata: { ...reference, annotations: { 'kubernetes.io/service-account.name': 'robot' } },
    type: 'kubernetes.io/service-account-token',
  } satisfies Secret;

  test('is filled, and lets the account in', async () => {
    const { metadata } = await running.client.create(serviceAccounts, { metadata: account });
    await running.client.create(secrets, secret);
    const filled = await until(async () => {
      const found = await running.client.get(secrets, reference);
      return found.data?.['token'] === undefined ? undefined : found;
    });
    assert.equal(text(filled.data?.['namespace']), 'default');
    assert.equal(text(filled.data?.['ca.crt']), running.pki.authority.certificate);
    assert.equal(filled.metadata.annotations?.['kubernetes.io/service-account.uid'], metadata.uid);
    assert.equal((await whoHas(text(filled.data?.['token']))).user?.username, 'system:serviceaccount:default:robot');
    const noted = await until(
      async () =>
        (await running.client.get(secrets, reference)).metadata.labels?.['kubernetes.io/legacy-token-last-used'],
    );
    assert.match(noted, /^\d{4}-\d{2}-\d{2}$/);
  });

  test('is no longer named by the account once it is gone', async () => {
    const found = await running.client.get(serviceAccounts, account);
    await running.client.update<ServiceAccount>(serviceAccounts, { ...found, secrets: [{ name: 'robot-token' }] });
    await running.client.delete(secrets, reference);
    await until(async () => ((await running.client.get(serviceAccounts, account)).secrets?.length ? undefined : true));
  });

  test('goes with the account', async () => {
    await running.client.create(secrets, secret);
    await until(async () => (await running.client.get(secrets, reference)).data?.['token']);
    await running.client.delete(serviceAccounts, account);
    await until(async () => {
      const { items } = await running.client.list(secrets, { namespace: 'default' });
      return items.some(({ metadata }) => metadata.name === reference.name) ? undefined : true;
    });
  });
});
