import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseCertificateChain } from './certificate-chain.ts';
import { parseCertificateRequest } from './certificate-request.ts';
import { DerReader, readObjectIdentifier } from './der-reader.ts';
import { formatPem, parsePem } from './pem.ts';

/** Made with OpenSSL: CN=system:node:n1, O=system:nodes, O=Knöten; DNS:n1.example, IP:192.0.2.7, IP:fd00::7, email, URI. */
const request = `-----BEGIN CERTIFICATE REQUEST-----
MIIBVzCB/wIBADBCMRUwEwYDVQQKDAxzeXN0ZW06bm9kZXMxEDAOBgNVBAoMB0tu
w7Z0ZW4xFzAVBgNVBAMMDnN5c3RlbTpub2RlOm4xMFkwEwYHKoZIzj0CAQYIKoZI
zj0DAQcDQgAEb3L3OQMamshKvNOeNQF6VANjdVyGCs6UpkvDSvJyFPDrLh/IRglt
d2RS+F3J/KdM+ZjmxjBjOoYl5LZLm+aexqBbMFkGCSqGSIb3DQEJDjFMMEowSAYD
VR0RBEEwP4IKbjEuZXhhbXBsZYcEwAACB4cQ/QAAAAAAAAAAAAAAAAAAB4ELYUBi
LmV4YW1wbGWGDHNwaWZmZTovL2EvYjAKBggqhkjOPQQDAgNHADBEAiBCXuhR9DOB
BAiE5587nQQYk4wEcdFeGlG6jFSBLMWlMQIgUXv4FPM42ND8A64cd5ZXIl13UKUb
6kgIW0NjqHaHSg8=
-----END CERTIFICATE REQUEST-----
`;

/** Made with OpenSSL: CN=a, valid until 2061-01-01T00:00:00Z. */
const certificate = `-----BEGIN CERTIFICATE-----
MIIBADCBqAIBATAKBggqhkjOPQQDAjAMMQowCAYDVQQDDAFhMCAXDTIwMDEwMTAw
MDAwMFoYDzIwNjEwMTAxMDAwMDAwWjAMMQowCAYDVQQDDAFhMFkwEwYHKoZIzj0C
AQYIKoZIzj0DAQcDQgAEb3L3OQMamshKvNOeNQF6VANjdVyGCs6UpkvDSvJyFPDr
Lh/IRgltd2RS+F3J/KdM+ZjmxjBjOoYl5LZLm+aexjAKBggqhkjOPQQDAgNHADBE
AiA6ZvPW+2cz/2hyQb9L/KIl7gfrKHK3lTr8Pjv/dLOUawIgag8Ujptx6AGlzCoY
4L0mXDtyRg39dV/D0JZ/DO3lNEA=
-----END CERTIFICATE-----
`;

describe('a certificate request', () => {
  test('says for whom it asks', () => {
    const { request: parsed } = parseCertificateRequest(request);
    assert.equal(parsed?.subject.commonName, 'system:node:n1');
    assert.deepEqual(parsed?.subject.organizations, ['system:nodes', 'Knöten']);
    assert.deepEqual(parsed?.dnsNames, ['n1.example']);
    assert.deepEqual(parsed?.emailAddresses, ['a@b.example']);
    assert.deepEqual(parsed?.uris, ['spiffe://a/b']);
    assert.deepEqual(
      parsed?.ipAddresses.map(address => [...address].join('.')),
      ['192.0.2.7', '253.0.0.0.0.0.0.0.0.0.0.0.0.0.0.7'],
    );
    assert.equal(parsed?.signatureAlgorithm, '1.2.840.10045.4.3.2');
  });

  test('is looked for in PEM, with anything around it', () => {
    assert.equal(parseCertificateRequest(`Subject: x\n${request}`).problem, undefined);
    assert.equal(parseCertificateRequest(request.replaceAll('\n', '\r\n')).problem, undefined);
    for (const text of ['', 'x', certificate, request.replace('END CERT', 'END CART')]) {
      assert.equal(parseCertificateRequest(text).problem, 'PEM block type must be CERTIFICATE REQUEST');
    }
  });

  test('that is damaged is refused, however it is damaged', () => {
    const { bytes } = parsePem(request)[0]!;
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.boolean(), (at, value, isCut) => {
        const damaged = isCut ? bytes.slice(0, at) : bytes.slice();
        if (!isCut) damaged[at] = value;
        const { request: parsed, problem } = parseCertificateRequest(formatPem('CERTIFICATE REQUEST', damaged));
        assert.ok(parsed !== undefined || problem.length > 0);
        if (isCut) assert.notEqual(problem, undefined);
      }),
    );
  });
});

describe('a certificate', () => {
  test('says how long it is valid', () => {
    assert.deepEqual(parseCertificateChain(certificate + certificate).expiries, [
      Date.parse('2061-01-01T00:00:00Z'),
      Date.parse('2061-01-01T00:00:00Z'),
    ]);
  });

  test('is not something else', () => {
    assert.equal(parseCertificateChain('').problem, 'must contain at least one CERTIFICATE PEM block');
    assert.equal(
      parseCertificateChain(certificate + request).problem,
      'only CERTIFICATE PEM blocks are allowed, found "CERTIFICATE REQUEST"',
    );
    assert.equal(
      parseCertificateChain(formatPem('CERTIFICATE', new Uint8Array([1, 2]))).problem,
      'x509: malformed certificate',
    );
    assert.equal(
      parseCertificateChain(certificate.replace('-----\n', '-----\nProc-Type: 4\n\n')).problem,
      'no PEM block headers are permitted',
    );
  });
});

describe('DER', () => {
  test('reads what OpenSSL writes of object identifiers', () => {
    const value = new DerReader(new Uint8Array([6, 6, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d])).read();
    assert.equal(readObjectIdentifier(value), '1.2.840.113549');
  });

  test('has one way to write a length', () => {
    for (const bytes of [
      [4, 0x81, 1, 0],
      [4, 0x80, 0, 0],
      [4, 0x82, 0, 1, 0],
      [4, 2, 0],
    ]) {
      assert.throws(() => new DerReader(new Uint8Array(bytes)).read());
    }
  });

  test('goes through PEM and back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        assert.deepEqual([...parsePem(formatPem('X', bytes))[0]!.bytes], [...bytes]);
      }),
    );
  });
});
