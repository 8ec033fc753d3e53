import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import fc from 'fast-check';
import { createTextCodec, draftObject, type Store, type StoredObject } from '../../storage/index.ts';
import { discardLog } from '../../world/index.ts';
import { openSqliteStore } from '../sqlite/index.ts';
import {
  EncryptionConfigurationError,
  OpenEncryption,
  parseEncryptionConfiguration,
  ValueEncryption,
} from './index.ts';
import { createAesCbc, createAesGcm, createSecretbox } from './sealer.ts';
import { openBox, sealBox } from './secretbox.ts';

const root = mkdtempSync(join(tmpdir(), 'sampan-encryption-'));
after(() => rmSync(root, { recursive: true }));

const keyOf = (letter: string, size = 32): string => Buffer.from(letter.repeat(size)).toString('base64');
const header = 'apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\n';

async function encryptionOf(resources: string): Promise<ValueEncryption> {
  return new ValueEncryption(await parseEncryptionConfiguration(`${header}resources:\n${resources}`));
}

const gcm = (name: string, letter: string): string => `{aesgcm: {keys: [{name: ${name}, secret: ${keyOf(letter)}}]}}`;
const forSecrets = (...providers: readonly string[]): string =>
  `- {resources: [secrets], providers: [${providers.join(', ')}]}`;

describe('a provider', () => {
  const sealers = [
    createAesGcm('k', Buffer.alloc(32, 1)),
    createAesGcm('k', Buffer.alloc(16, 1)),
    createAesCbc('k', Buffer.alloc(24, 1)),
    createSecretbox('k', Buffer.alloc(32, 1)),
  ];
  test('opens what it has sealed, and seals nothing twice alike', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.constantFrom(...sealers), (bytes, sealer) => {
        const text = Buffer.from(bytes);
        const sealed = sealer.seal(text, 'place');
        assert.deepEqual(sealer.open(sealed, 'place'), text);
        assert.notDeepEqual(sealer.seal(text, 'place'), sealed);
      }),
    );
  });

  test('refuses what was changed, or moved to another place', () => {
    const [first] = sealers;
    const sealed = first!.seal(Buffer.from('secret'), '/registry/core/secrets/a/b');
    assert.throws(() => first!.open(sealed, '/registry/core/secrets/a/c'), /message authentication failed/);
    sealed[20]! ^= 1;
    assert.throws(() => first!.open(sealed, '/registry/core/secrets/a/b'), /message authentication failed/);
    assert.throws(() => first!.open(Buffer.alloc(5), ''), /shorter than the required size/);
  });

  test('makes NaCl’s secretboxes', () => {
    const hex = (text: string): Buffer => Buffer.from(text, 'hex');
    const key = hex('1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389');
    const nonce = hex('69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37');
    const text = hex(
      'be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffce5ecbaaf33bd751a1ac728d45e6c61296cdc3c01233561f41db66cce314adb310e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a838f21af1fde048977eb48f59ffd4924ca1c60902e52f0a089bc76897040e082f937763848645e0705',
    );
    const box = hex(
      'f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce48332ea7164d96a4476fb8c531a1186ac0dfc17c98dce87b4da7f011ec48c97271d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab932164548e526ae90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de56244a9e88d5f9b37973f622a43d14a6599b1f654cb45a74e355a5',
    );
    assert.deepEqual(sealBox(text, nonce, key), box);
    assert.deepEqual(openBox(box, nonce, key), text);
    box[40]! ^= 1;
    assert.equal(openBox(box, nonce, key), undefined);
  });
});

describe('a configuration', () => {
  test('says which key writes which resource', async () => {
    const encryption = await encryptionOf(`
- {resources: [secrets, widgets.example.com], providers: [${gcm('a', 'a')}]}
- {resources: ["*.apps"], providers: [{aescbc: {keys: [{name: b, secret: ${keyOf('b', 16)}}]}}]}
- {resources: [leases.coordination.k8s.io], providers: [{identity: {}}]}
- {resources: ["*.*"], providers: [{secretbox: {keys: [{name: c, secret: ${keyOf('c')}}]}}]}`);
    const prefixOf = (key: string): string => encryption.seal('{}', key).replace(/[^:]*$/, '');
    assert.equal(prefixOf('/registry/core/secrets/ns/a'), 'k8s:enc:aesgcm:v1:a:');
    assert.equal(prefixOf('/registry/example.com/widgets/a'), 'k8s:enc:aesgcm:v1:a:');
    assert.equal(prefixOf('/registry/apps/deployments/ns/a'), 'k8s:enc:aescbc:v1:b:');
    assert.equal(prefixOf('/registry/core/configmaps/ns/a'), 'k8s:enc:secretbox:v1:c:');
    assert.equal(encryption.seal('{}', '/registry/coordination.k8s.io/leases/ns/a'), '{}');
    const sealed = encryption.seal('{"a":1}', '/registry/core/secrets/ns/a');
    assert.equal(encryption.open(sealed, '/registry/core/secrets/ns/a'), '{"a":1}');
  });

  const cases: readonly (readonly [string, string])[] = [
    ['resources: []', 'resources: Required value: at least one resources is required'],
    [
      'resources: [{resources: [Secrets], providers: [{identity: {}}]}]',
      'resources[0].resources[0]: Invalid value: "Secrets": resource name should not contain capital letters',
    ],
    [
      'resources: [{resources: [secrets, "*."], providers: [{identity: {}}]}]',
      'resources[0].resources: Invalid value: ["secrets","*."]: using overlapping resources',
    ],
    ['resources: [{resources: [a], providers: []}]', 'resources[0].providers: Required value'],
    ['resources: [{resources: [a], providers: [{}]}]', 'provider does not contain any of the expected providers'],
    ['resources: [{resources: [a], providers: [{kms: {name: k}}]}]', 'resources[0].providers[0].kms: Forbidden'],
    [
      'resources: [{resources: [a], providers: [{aesgcm: {keys: [{name: k, secret: c2hvcnQ=}]}}]}]',
      'resources[0].providers[0].aesgcm.keys[0].secret: Invalid value: "REDACTED": secret is not of the expected length, got 5, expected one of [16 24 32]',
    ],
    [
      'resources: [{resources: [a], providers: [{secretbox: {keys: [{secret: "%"}]}}]}]',
      'keys[0].secret: Invalid value: "REDACTED": secrets must be base64 encoded',
    ],
  ];
  for (const [text, message] of cases) {
    test(`is refused: ${message}`, async () => {
      await assert.rejects(parseEncryptionConfiguration(header + text), error => {
        assert.ok(error instanceof EncryptionConfigurationError);
        assert.ok(error.message.includes(message), error.message);
        assert.ok(!error.message.includes('c2hvcnQ='));
        return true;
      });
    });
  }
});

const clock = { after: () => ({ cancel: () => undefined }) };
const secretKey = '/registry/core/secrets/default/s';
const password = 'correct horse battery staple';

function openStore(directory: string, sealing?: ValueEncryption): Promise<Store<StoredObject>> {
  return openSqliteStore({ directory, codec: createTextCodec(), clock, sealing });
}

async function put(store: Store<StoredObject>, key: string, text: string): Promise<void> {
  const object = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', resourceVersion: '' }, stringData: text };
  await store.commit({ compare: [], operations: [{ put: key, value: draftObject(key, object as never) }] });
}

async function read(store: Store<StoredObject>, key: string): Promise<unknown> {
  const { entries } = await store.range({ start: key });
  return (entries[0]?.value.object as { readonly stringData?: unknown } | undefined)?.stringData;
}

function filesThatHold(directory: string, text: string): readonly string[] {
  return readdirSync(directory).filter(name => readFileSync(join(directory, name)).includes(text));
}

describe('a store', () => {
  test('has on disk only what a key opens, the log included', async () => {
    const directory = join(root, 'sealed');
    const sealing = await encryptionOf(forSecrets(gcm('a', 'a')));
    const store = await openStore(directory, sealing);
    await put(store, secretKey, password);
    await put(store, '/registry/core/configmaps/default/c', 'in clear');
    assert.deepEqual(filesThatHold(directory, password), []);
    assert.notDeepEqual(filesThatHold(directory, 'k8s:enc:aesgcm:v1:a:'), []);
    assert.notDeepEqual(filesThatHold(directory, 'in clear'), []);
    assert.equal(await read(store, secretKey), password);
    await store.close();
    assert.deepEqual(filesThatHold(directory, password), []);
    const again = await openStore(directory, sealing);
    assert.equal(await read(again, secretKey), password);
    await again.close();
  });

  test('does not start without the key, or with another of its name, and loses nothing', async () => {
    const directory = join(root, 'locked');
    const right = await encryptionOf(forSecrets(gcm('a', 'a')));
    const store = await openStore(directory, right);
    await put(store, secretKey, password);
    await store.close();
    const path = join(directory, 'sampan.db');
    const refused = async (sealing: ValueEncryption | undefined, why: RegExp): Promise<void> => {
      await assert.rejects(openStore(directory, sealing), error => {
        assert.equal((error as { reason?: string }).reason, 'sealed');
        const { message } = error as Error;
        assert.match(message, why);
        assert.ok(message.startsWith(`cannot read ${secretKey} in ${path}: it is encrypted`), message);
        return true;
      });
    };
    await refused(undefined, /k8s:enc:aesgcm:v1:a:/);
    await refused(await encryptionOf(forSecrets(gcm('b', 'a'))), /no key of that name is configured/);
    await refused(await encryptionOf(forSecrets(gcm('a', 'x'))), /message authentication failed/);
    await refused(await encryptionOf(forSecrets('{identity: {}}')), /no key of that name is configured/);
    const again = await openStore(directory, await encryptionOf(forSecrets(gcm('a', 'a'))));
    assert.equal(await read(again, secretKey), password);
    await again.close();
  });

  test('tells what should be written again when the key that writes is another', async () => {
    const directory = join(root, 'rotated');
    const first = await openStore(directory);
    await put(first, secretKey, password);
    await first.close();
    assert.notDeepEqual(filesThatHold(directory, password), []);

    const second = await openStore(directory, await encryptionOf(forSecrets(gcm('a', 'a'), '{identity: {}}')));
    assert.equal(second.isStale?.(secretKey), true);
    await put(second, secretKey, password);
    assert.equal(second.isStale?.(secretKey), false);
    await put(second, '/registry/core/configmaps/default/later', '');
    await second.compact(second.revision);
    await second.close();
    // Nothing is left of it in pages that are free, either.
    assert.deepEqual(filesThatHold(directory, password), []);

    const third = await openStore(directory, await encryptionOf(forSecrets(gcm('b', 'b'), gcm('a', 'a'))));
    assert.equal(await read(third, secretKey), password);
    assert.equal(third.isStale?.(secretKey), true);
    await third.close();
  });
});

describe('a file that changes', () => {
  test('is read again, and not believed where it would lose values', async () => {
    const path = join(root, 'config.yaml');
    const write = (resources: string): void => writeFileSync(path, `${header}resources:\n${resources}`);
    write(forSecrets(gcm('a', 'a')));
    const encryption = await OpenEncryption.open({ path, log: discardLog });
    const directory = join(root, 'reloaded');
    const store = await openStore(directory, encryption.values);
    await put(store, secretKey, password);

    write(forSecrets(gcm('b', 'b')));
    await encryption.reload();
    assert.equal(store.isStale?.(secretKey), false, 'the new file lacks the key of what is there');

    write(forSecrets(gcm('b', 'b'), gcm('a', 'a')));
    await encryption.reload();
    assert.equal(store.isStale?.(secretKey), true);
    await put(store, secretKey, password);
    assert.equal(store.isStale?.(secretKey), false);
    assert.match(encryption.values.seal('{}', secretKey), /^k8s:enc:aesgcm:v1:b:/);

    write(forSecrets(gcm('b', 'b')));
    await encryption.reload();
    write('- nonsense');
    await encryption.reload();
    assert.match(encryption.formatMetrics(), /reloads_total\{status="success"\} 2\n.*\{status="failure"\} 2/);
    await store.close();
    encryption.close();
  });

  test('must be there at the start', async () => {
    const path = join(root, 'absent.yaml');
    await assert.rejects(
      OpenEncryption.open({ path, log: discardLog }),
      new RegExp(`error while parsing encryption provider configuration file "${path}": ENOENT`),
    );
  });
});
