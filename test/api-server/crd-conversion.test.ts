import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { type CustomResourceDefinition, customResourceDefinitions } from '../../src/api/generated/index.ts';
import { CertificateAuthority } from '../../src/drivers/tls/index.ts';
import type { KubeObject } from '../../src/machinery/index.ts';
import { type ApiAnswer, requestApi } from '../end-to-end/api-request.ts';
import { type RunningApiServer, startApiServer } from './start-api-server.ts';

interface Review {
  readonly apiVersion: string;
  readonly request: { readonly uid: string; readonly desiredAPIVersion: string; readonly objects: readonly Address[] };
}

/** `example.com/v1` has one `hostPort`; `v2` has `host` and `port`. */
interface Address extends KubeObject {
  readonly spec?: { readonly hostPort?: string; readonly host?: string; readonly port?: string };
}

const group = 'stable.example.com';
const authority = CertificateAuthority.create({ commonName: 'webhook-ca' }, Date.now());
let running: RunningApiServer;
let webhook: Server;
let port: number;
/** What the webhook has been asked, and how it is to answer. */
const asked: Review[] = [];
let failure: string | undefined;

before(async () => {
  running = await startApiServer({ hasControllers: true });
  const { certificate, privateKey } = authority.issue({
    subject: { commonName: 'localhost' },
    usage: 'server',
    alternativeNames: ['localhost'],
    nowMs: Date.now(),
  });
  webhook = createServer({ cert: certificate, key: privateKey }, (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', chunk => chunks.push(chunk));
    incoming.on('end', () => {
      const review: Review = JSON.parse(Buffer.concat(chunks).toString('utf8'));
      asked.push(review);
      outgoing.setHeader('content-type', 'application/json');
      outgoing.end(JSON.stringify(answer(review)));
    });
  });
  await new Promise<void>(resolve => webhook.listen(0, '127.0.0.1', resolve));
  ({ port } = webhook.address() as AddressInfo);
  await running.client.create(customResourceDefinitions, definition());
  await until(async () => (await ask('GET', '/apis/stable.example.com/v1/addresses')).status === 200);
});
after(async () => {
  webhook.close();
  webhook.closeAllConnections();
  await running[Symbol.asyncDispose]();
});

function answer({ apiVersion, request }: Review): object {
  const { uid, desiredAPIVersion } = request;
  const response =
    failure === undefined
      ? {
          uid,
          convertedObjects: request.objects.map(object => convert(object, desiredAPIVersion)),
          result: { status: 'Success' },
        }
      : { uid, result: { status: 'Failure', message: failure } };
  return { apiVersion, kind: 'ConversionReview', response };
}

function convert(object: Address, apiVersion: string): object {
  const { hostPort, host = '', port: number = '', ...rest } = object.spec ?? {};
  const [first, second] = (hostPort ?? '').split(':');
  const spec = apiVersion.endsWith('/v2')
    ? { ...rest, host: first, port: second }
    : { ...rest, hostPort: `${host}:${number}` };
  return { ...object, apiVersion, spec, status: { undeclared: true } };
}

function definition(storage = 'v1', more: object = {}): CustomResourceDefinition {
  const text = { type: 'string' };
  const versionOf = (name: string, properties: object, selectable: readonly string[]) => ({
    name,
    served: true,
    storage: storage === name,
    schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties } } } },
    subresources: { scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' } },
    selectableFields: selectable.map(name => ({ jsonPath: `.spec.${name}` })),
  });
  const replicas = { type: 'integer' };
  return {
    metadata: { name: `addresses.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'addresses', kind: 'Address' },
      versions: [
        versionOf('v1', { hostPort: text, replicas }, ['hostPort']),
        versionOf('v2', { host: text, port: text, replicas }, ['host']),
      ],
      conversion: {
        strategy: 'Webhook',
        webhook: {
          conversionReviewVersions: ['v1'],
          clientConfig: {
            url: `https://localhost:${port}/convert`,
            caBundle: Buffer.from(authority.certificate).toString('base64'),
          },
        },
      },
      ...more,
    },
  } as CustomResourceDefinition;
}

function ask(method: string, path: string, body?: object, contentType?: string): Promise<ApiAnswer> {
  const options = contentType === undefined ? { body } : { body, contentType };
  return requestApi(running.kubeconfig, method, path, body === undefined ? {} : (options as { body: object }));
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await isSo()) return;
    await new Promise(done => setTimeout(done, 25));
  }
  assert.fail('it did not come to be');
}

const addressesIn = (version: string): string => `/apis/${group}/${version}/namespaces/default/addresses`;

function addressOf(version: string, name: string, spec: object): object {
  return { apiVersion: `${group}/${version}`, kind: 'Address', metadata: { name }, spec };
}

/** How often the webhook was asked for `version` while `work` ran. */
async function countReviews(version: string, work: () => Promise<unknown>): Promise<number> {
  const before = asked.length;
  await work();
  return asked.slice(before).filter(({ request }) => request.desiredAPIVersion.endsWith(`/${version}`)).length;
}

describe('a CRD with a conversion webhook', () => {
  test('reads in every version what was written in another', async () => {
    const created = await ask('POST', addressesIn('v2'), addressOf('v2', 'a', { host: 'one', port: '1' }));
    assert.equal(created.status, 201, created.text);
    assert.deepEqual(created.body.spec, { host: 'one', port: '1' });
    const read = await ask('GET', `${addressesIn('v1')}/a`);
    assert.deepEqual([read.body.apiVersion, read.body.spec], [`${group}/v1`, { hostPort: 'one:1' }]);
    assert.equal(read.body.status, undefined, 'what the schema does not know is pruned');
    assert.deepEqual((await ask('GET', `${addressesIn('v2')}/a`)).body.spec, { host: 'one', port: '1' });
  });

  test('keeps what it has converted, and converts a list by one call', async () => {
    for (const name of ['b', 'c']) {
      await ask('POST', addressesIn('v1'), addressOf('v1', name, { hostPort: `${name}:2` }));
    }
    const list = (): Promise<ApiAnswer> => ask('GET', addressesIn('v2'));
    assert.equal(await countReviews('v2', list), 1);
    assert.equal(await countReviews('v2', list), 0);
    const { items } = (await list()).body;
    assert.deepEqual(
      items.map((item: Address) => item.spec?.host),
      ['one', 'b', 'c'],
    );
  });

  test('changes by updates, patches, applies and scales in the version that the request names', async () => {
    const { body } = await ask('GET', `${addressesIn('v2')}/b`);
    const updated = await ask('PUT', `${addressesIn('v2')}/b`, { ...body, spec: { host: 'x', port: '9' } });
    assert.equal(updated.status, 200, updated.text);
    assert.deepEqual((await ask('GET', `${addressesIn('v1')}/b`)).body.spec, { hostPort: 'x:9' });
    const patched = await ask(
      'PATCH',
      `${addressesIn('v2')}/b`,
      { spec: { port: '10' } },
      'application/merge-patch+json',
    );
    assert.deepEqual(patched.body.spec, { host: 'x', port: '10' });
    const scaled = await ask(
      'PATCH',
      `${addressesIn('v2')}/b/scale`,
      { spec: { replicas: 4 } },
      'application/merge-patch+json',
    );
    assert.equal(scaled.body.spec.replicas, 4, scaled.text);
    const applied = await ask(
      'PATCH',
      `${addressesIn('v2')}/b?fieldManager=me&force=true`,
      addressOf('v2', 'b', { host: 'y' }),
      'application/apply-patch+yaml',
    );
    assert.deepEqual(applied.body.spec, { host: 'y', port: '10', replicas: 4 });
    assert.deepEqual((await ask('GET', `${addressesIn('v1')}/b`)).body.spec, { hostPort: 'y:10', replicas: 4 });
  });

  test('knows who owns what although owners name it in different versions', async () => {
    const apply = (manager: string, version: string, spec: object, force = false): Promise<ApiAnswer> =>
      ask(
        'PATCH',
        `${addressesIn(version)}/owned?fieldManager=${manager}&force=${force}`,
        addressOf(version, 'owned', spec),
        'application/apply-patch+yaml',
      );
    const owners = ({ body }: ApiAnswer): readonly string[] =>
      body.metadata.managedFields
        .map(({ manager, apiVersion, fieldsV1 }: { manager: string; apiVersion: string; fieldsV1: object }) =>
          [manager, apiVersion.slice(group.length + 1), JSON.stringify(fieldsV1)].join(' '),
        )
        .sort();
    await apply('a', 'v1', { hostPort: 'one:1', replicas: 2 });
    const refused = await apply('b', 'v2', { host: 'two' });
    assert.equal(refused.status, 409);
    assert.equal(refused.body.message, 'Apply failed with 1 conflict: conflict with "a": .spec.hostPort');
    assert.deepEqual(owners(await apply('b', 'v2', { host: 'two' }, true)), [
      'a v1 {"f:spec":{"f:replicas":{}}}',
      'b v2 {"f:spec":{"f:host":{}}}',
    ]);
    const path = `${addressesIn('v1')}/owned?fieldManager=c`;
    const patched = await ask('PATCH', path, { spec: { hostPort: 'two:9' } }, 'application/merge-patch+json');
    assert.deepEqual(patched.body.spec, { hostPort: 'two:9', replicas: 2 });
    assert.deepEqual(owners(patched), [
      'a v1 {"f:spec":{"f:replicas":{}}}',
      'b v2 {"f:spec":{"f:host":{}}}',
      'c v1 {"f:spec":{"f:hostPort":{}}}',
    ]);
    const other = `${addressesIn('v2')}/owned?fieldManager=d`;
    assert.deepEqual(owners(await ask('PATCH', other, { spec: { port: '10' } }, 'application/merge-patch+json')), [
      'a v1 {"f:spec":{"f:replicas":{}}}',
      'b v2 {"f:spec":{"f:host":{}}}',
      'd v2 {"f:spec":{"f:port":{}}}',
    ]);
    const moved = await apply('a', 'v2', { port: '10' });
    assert.deepEqual(moved.body.spec, { host: 'two', port: '10' });
    assert.deepEqual(owners(moved), [
      'a v2 {"f:spec":{"f:port":{}}}',
      'b v2 {"f:spec":{"f:host":{}}}',
      'd v2 {"f:spec":{"f:port":{}}}',
    ]);
  });

  test('selects by the fields of the version that the request names', async () => {
    const selected = await ask('GET', `${addressesIn('v2')}?fieldSelector=spec.host%3Dc`);
    assert.deepEqual(
      selected.body.items.map((item: Address) => item.metadata.name),
      ['c'],
    );
  });

  test('watches in the version that the request names, in order', async () => {
    const watching = ask('GET', `${addressesIn('v2')}?watch=1&timeoutSeconds=1`);
    await ask('POST', addressesIn('v1'), addressOf('v1', 'w', { hostPort: 'w:1' }));
    await ask('DELETE', `${addressesIn('v1')}/w`);
    const events = (await watching).text
      .trim()
      .split('\n')
      .map(line => JSON.parse(line));
    const ofW = events.filter(event => event.object.metadata.name === 'w');
    assert.deepEqual(
      ofW.map(event => [event.type, event.object.apiVersion, event.object.spec.host]),
      [
        ['ADDED', `${group}/v2`, 'w'],
        ['DELETED', `${group}/v2`, 'w'],
      ],
    );
  });

  test('fails with the reason that the webhook gives, until it converts again', async () => {
    await ask('POST', addressesIn('v1'), addressOf('v1', 'f', { hostPort: 'f:1' }));
    failure = 'not today';
    const refused = await ask('GET', `${addressesIn('v2')}/f`);
    failure = undefined;
    assert.equal(refused.status, 500);
    assert.equal(refused.body.message, `conversion webhook for ${group}/v1, Kind=Address failed: not today`);
    assert.equal((await ask('GET', `${addressesIn('v2')}/f`)).status, 200);
  });

  test('stores in the new storage version after that has changed, and converts both ways', async () => {
    const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/addresses.${group}`;
    const { body } = await ask('GET', path);
    const changed = await ask('PUT', path, {
      ...body,
      spec: { ...body.spec, versions: definition('v2').spec.versions },
    });
    assert.deepEqual(changed.body.status.storedVersions, ['v1', 'v2']);
    await until(async () => {
      const name = `n${asked.length}`;
      await ask('POST', addressesIn('v2'), addressOf('v2', name, { host: 'n', port: '7' }));
      return (await countReviews('v2', () => ask('GET', `${addressesIn('v2')}/${name}`))) === 0;
    });
    const { items } = (await ask('GET', addressesIn('v1'))).body;
    assert.ok(items.every((item: Address) => item.apiVersion === `${group}/v1` && item.spec?.hostPort !== undefined));
  });

  test('goes with all its objects although its webhook is gone', async () => {
    failure = 'gone';
    await running.client.delete(customResourceDefinitions, { name: `addresses.${group}` });
    await until(async () => (await ask('GET', addressesIn('v1'))).status === 404);
    failure = undefined;
  });
});
