import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { type CertificateRequest, formatPem, parseCertificateRequest, parsePem } from '../../machinery/index.ts';
import { CertificateAuthority } from './certificate-authority.ts';
import { createCertificateOperations } from './certificate-operations.ts';

const directory = mkdtempSync(join(tmpdir(), 'sampan-csr-'));
after(() => rmSync(directory, { recursive: true }));
const nowMs = Date.now();
const authority = CertificateAuthority.create({ commonName: 'kubernetes' }, nowMs);
const operations = createCertificateOperations(authority);
writeFileSync(join(directory, 'ca.crt'), authority.certificate);

/** A request made by OpenSSL. */
function requestOf(key: readonly string[], ...more: readonly string[]): CertificateRequest {
  const [keyFile, file] = [join(directory, 'key'), join(directory, 'csr')];
  execFileSync('openssl', [...key, '-out', keyFile], { stdio: 'pipe' });
  const subject = ['-subj', '/C=DE/O=system:nodes/OU=racks/CN=eve/CN=system:node:n1/emailAddress=a@b'];
  execFileSync('openssl', ['req', '-new', '-key', keyFile, '-out', file, ...subject, ...more], { stdio: 'pipe' });
  return parseCertificateRequest(readFileSync(file, 'utf8')).request!;
}

const p256 = ['ecparam', '-genkey', '-noout', '-name', 'prime256v1'];

describe('a request', () => {
  const kinds: Readonly<Record<string, readonly string[]>> = {
    'an ECDSA key': p256,
    'a larger ECDSA key': ['ecparam', '-genkey', '-noout', '-name', 'secp384r1'],
    'an RSA key': ['genpkey', '-algorithm', 'rsa'],
    'an Ed25519 key': ['genpkey', '-algorithm', 'ed25519'],
  };
  for (const [name, key] of Object.entries(kinds)) {
    test(`with ${name} is believed when its signature is its own`, () => {
      const request = requestOf(key);
      assert.equal(operations.findSignatureProblem(request), undefined);
      const signed = Uint8Array.from(request.signed);
      signed[signed.length - 1]! ^= 1;
      assert.match(operations.findSignatureProblem({ ...request, signed })!, /verification (failure|error)$/);
    });
  }

  test('with a weak, an unknown or a foreign algorithm is not', () => {
    const request = requestOf(p256);
    const problemWith = (signatureAlgorithm: string) =>
      operations.findSignatureProblem({ ...request, signatureAlgorithm });
    assert.equal(problemWith('1.2.840.113549.1.1.5'), 'x509: cannot verify signature: insecure algorithm SHA1-RSA');
    assert.equal(problemWith('1.2.3'), 'x509: cannot verify signature: algorithm unimplemented');
    assert.match(problemWith('1.3.101.112')!, /specifies an Ed25519 public key/);
    assert.match(operations.findSignatureProblem({ ...request, publicKey: new Uint8Array([1]) })!, /unimplemented$/);
  });
});

describe('a certificate', () => {
  const names = ['-addext', 'subjectAltName=DNS:n1.example,IP:192.0.2.7,IP:fd00::7,URI:spiffe://a/b,email:a@b.example'];

  test('says what was asked for, and nothing of what was not understood', () => {
    const request = requestOf(p256, ...names, '-addext', 'basicConstraints=critical,CA:TRUE');
    const pem = operations.sign({
      request,
      usages: ['server auth', 'digital signature', 'client auth', 'key encipherment'],
      notBeforeMs: nowMs,
      notAfterMs: nowMs + 3600_000,
    });
    const certificate = new X509Certificate(pem);
    assert.equal(certificate.subject, 'C=DE\nO=system:nodes\nOU=racks\nCN=system:node:n1');
    assert.equal(
      certificate.subjectAltName,
      'DNS:n1.example, email:a@b.example, IP Address:192.0.2.7, IP Address:FD00:0:0:0:0:0:0:7, URI:spiffe://a/b',
    );
    assert.equal(certificate.ca, false);
    assert.equal(certificate.validToDate.getTime(), Math.floor((nowMs + 3600_000) / 1000) * 1000);
    assert.deepEqual(certificate.keyUsage, ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
    assert.ok(certificate.verify(new X509Certificate(authority.certificate).publicKey));
  });

  test('is one that OpenSSL takes for what it may be used for', () => {
    const request = requestOf(p256, ...names);
    const file = join(directory, 'leaf.crt');
    const sign = (usages: readonly string[]): void =>
      writeFileSync(
        file,
        operations.sign({ request, usages, notBeforeMs: nowMs - 60_000, notAfterMs: nowMs + 3600_000 }),
      );
    const verify = (purpose: string): string =>
      execFileSync(
        'openssl',
        ['verify', '-x509_strict', '-purpose', purpose, '-CAfile', join(directory, 'ca.crt'), file],
        { encoding: 'utf8', stdio: 'pipe' },
      );
    sign(['client auth', 'digital signature']);
    assert.match(verify('sslclient'), /OK/);
    assert.throws(() => verify('sslserver'));
    sign(['server auth', 'digital signature', 'key encipherment']);
    assert.match(verify('sslserver'), /OK/);
    assert.throws(() => verify('sslclient'));
  });

  test('ends no later than the authority', () => {
    const order = { request: requestOf(p256), usages: ['client auth'], notBeforeMs: nowMs };
    const pem = operations.sign({ ...order, notAfterMs: nowMs * 2 });
    assert.equal(new X509Certificate(pem).validToDate.getTime(), authority.expiresAtMs);
    const late = { ...order, notBeforeMs: authority.expiresAtMs, notAfterMs: nowMs * 2 };
    assert.throws(() => operations.sign(late), /the signer has expired/);
  });

  test('is written as PEM as everybody writes it', () => {
    const [block] = parsePem(authority.certificate);
    assert.equal(formatPem('CERTIFICATE', block!.bytes), authority.certificate);
  });
});
