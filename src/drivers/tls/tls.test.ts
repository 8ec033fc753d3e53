import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { encodeObjectIdentifier, encodeTime, encodeUnsignedInteger } from './der.ts';
import { ensureClusterPki, formatKubeconfig, readKubeconfig, writeKubeconfig } from './index.ts';
import { encodeIpAddress } from './ip-address.ts';

const directory = mkdtempSync(join(tmpdir(), 'sampan-tls-'));
after(() => rmSync(directory, { recursive: true }));
const nowMs = Date.now();
const dayMs = 86_400_000;

test('writes integers, object identifiers and times as DER wants them', () => {
  assert.equal(encodeUnsignedInteger(Buffer.from([0, 0, 0x80])).toString('hex'), '02020080');
  assert.equal(encodeUnsignedInteger(Buffer.from([0])).toString('hex'), '020100');
  assert.equal(encodeObjectIdentifier('1.2.840.10045.4.3.2').toString('hex'), '06082a8648ce3d040302');
  assert.equal(
    encodeTime(Date.UTC(2049, 11, 31, 23, 59, 59))
      .toString('latin1')
      .slice(2),
    '491231235959Z',
  );
  assert.equal(
    encodeTime(Date.UTC(2050, 0, 1))
      .toString('latin1')
      .slice(2),
    '20500101000000Z',
  );
});

test('encodes any address as the platform reads it', () => {
  assert.equal(encodeIpAddress('::ffff:10.0.0.1').toString('hex'), '00000000000000000000ffff0a000001');
  fc.assert(
    fc.property(fc.ipV6(), text => {
      const groups = encodeIpAddress(text).toString('hex').match(/.{4}/g)!.join(':');
      assert.equal(new URL(`http://[${text}]`).hostname, new URL(`http://[${groups}]`).hostname);
    }),
  );
});

test('makes certificates that OpenSSL verifies, for the usual names and the given ones', () => {
  const home = join(directory, 'a');
  const pki = ensureClusterPki({
    directory: home,
    nowMs,
    alternativeNames: ['192.0.2.7', 'cluster.example', 'fd00::7'],
  });
  const verify = (purpose: string, file: string): string =>
    execFileSync(
      'openssl',
      ['verify', '-x509_strict', '-purpose', purpose, '-CAfile', join(home, 'ca.crt'), join(home, file)],
      {
        encoding: 'utf8',
        stdio: 'pipe',
      },
    );
  assert.match(verify('sslserver', 'apiserver.crt'), /OK/);
  assert.match(verify('sslclient', 'admin.crt'), /OK/);
  assert.throws(() => verify('sslclient', 'apiserver.crt'));
  const server = new X509Certificate(pki.server.certificate);
  for (const name of ['localhost', 'kubernetes.default.svc.cluster.local', 'cluster.example']) {
    assert.equal(server.checkHost(name), name);
  }
  for (const address of ['127.0.0.1', '10.96.0.1', '192.0.2.7', 'fd00::7', '::1']) assert.ok(server.checkIP(address));
  assert.ok(server.checkPrivateKey(createPrivateKey(pki.server.privateKey)));
  const text = execFileSync('openssl', ['x509', '-noout', '-text', '-in', join(home, 'admin.crt')], {
    encoding: 'utf8',
  });
  assert.match(text, /Subject: O = system:masters, CN = kubernetes-admin/);
  assert.match(text, /TLS Web Client Authentication/);
  assert.match(text, /Digital Signature, Key Encipherment/);
});

test('lets the API server prove that it is the one who names users, by an authority for nothing else', () => {
  const home = join(directory, 'p');
  const { authority, client, commonName } = ensureClusterPki({ directory: home, nowMs }).ensureFrontProxy();
  const certificate = new X509Certificate(client.certificate);
  assert.equal(certificate.subject, `CN=${commonName}`);
  assert.ok(certificate.checkIssued(new X509Certificate(authority.certificate)));
  assert.notEqual(authority.certificate, readFileSync(join(home, 'ca.crt'), 'utf8'));
  assert.deepEqual(ensureClusterPki({ directory: home, nowMs }).ensureFrontProxy().client, client);
});

test('keeps its files private and reads them at the next start', () => {
  const home = join(directory, 'b');
  const first = ensureClusterPki({ directory: home, nowMs });
  const again = ensureClusterPki({ directory: home, nowMs: nowMs + 30 * dayMs });
  assert.deepEqual(
    [again.server, again.admin, again.serviceAccountKey, again.authority.certificate],
    [first.server, first.admin, first.serviceAccountKey, first.authority.certificate],
  );
  for (const file of ['ca.key', 'apiserver.key', 'admin.key', 'sa.key']) {
    assert.equal(statSync(join(home, file)).mode & 0o777, 0o600);
  }
  assert.equal(createPublicKey(first.serviceAccountKey).asymmetricKeyDetails?.namedCurve, 'prime256v1');
});

test('renews certificates near their end, and the server certificate when a name is missing', () => {
  const home = join(directory, 'c');
  const first = ensureClusterPki({ directory: home, nowMs });
  const later = ensureClusterPki({ directory: home, nowMs: nowMs + 320 * dayMs });
  assert.notEqual(later.server.certificate, first.server.certificate);
  assert.equal(later.authority.certificate, first.authority.certificate);
  const renamed = ensureClusterPki({ directory: home, nowMs: nowMs + 320 * dayMs, alternativeNames: ['192.0.2.9'] });
  assert.notEqual(renamed.server.certificate, later.server.certificate);
  assert.equal(renamed.admin.certificate, later.admin.certificate);
});

test('writes a kubeconfig that it reads back, and names what is missing in a bad one', async () => {
  const pki = ensureClusterPki({ directory: join(directory, 'd'), nowMs });
  const path = join(directory, 'deep', 'admin.kubeconfig');
  const connection = {
    server: 'https://127.0.0.1:6443',
    certificateAuthority: pki.authority.certificate,
    clientCertificate: pki.admin.certificate,
    clientKey: pki.admin.privateKey,
  };
  writeKubeconfig(path, connection);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  const { server, certificateAuthority, clientCertificate, clientKey } = await readKubeconfig(path);
  assert.deepEqual({ server, certificateAuthority, clientCertificate, clientKey }, connection);
  assert.match(readFileSync(path, 'utf8'), /current-context: "sampan"/);
  const bad = join(directory, 'bad.kubeconfig');
  writeFileSync(bad, formatKubeconfig(connection).replace('current-context: "sampan"', 'current-context: other'));
  await assert.rejects(readKubeconfig(bad), /there is no "other" in contexts/);
});
