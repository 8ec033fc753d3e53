import assert from 'node:assert/strict';
import { it } from 'node:test';
import { normalizeReference } from './image-reference.ts';

it('gives images their full names', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  for (const [short, full] of [
    ['busybox', 'docker.io/library/busybox:latest'],
    ['busybox:1.36', 'docker.io/library/busybox:1.36'],
    ['grafana/loki', 'docker.io/grafana/loki:latest'],
    ['localhost/busybox:1', 'localhost/busybox:1'],
    ['registry.k8s.io/pause', 'registry.k8s.io/pause:latest'],
    ['127.0.0.1:5000/a/b', '127.0.0.1:5000/a/b:latest'],
    [`quay.io/x/y@${digest}`, `quay.io/x/y@${digest}`],
  ] as const) {
    assert.equal(normalizeReference(short), full);
  }
  for (const bad of ['', '/x', 'a b', '-x']) assert.equal(normalizeReference(bad), undefined);
});
