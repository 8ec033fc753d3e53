import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Pod, Secret } from '../../api/generated/index.ts';
import { findPullCredentials, locateRepository, withDefaultTag } from './index.ts';

describe('an image’s name', () => {
  it('means latest without a tag', () => {
    assert.equal(withDefaultTag('nginx'), 'nginx:latest');
    assert.equal(withDefaultTag('localhost:5000/a/b'), 'localhost:5000/a/b:latest');
    assert.equal(withDefaultTag('nginx:1.29'), 'nginx:1.29');
    const digest = `nginx@sha256:${'0'.repeat(64)}`;
    assert.equal(withDefaultTag(digest), digest);
  });

  it('must be one', () => {
    assert.throws(() => withDefaultTag('Team/App'.slice(5)), {
      message:
        'couldn\'t parse image name "App": invalid reference format: repository name (library/App) must be lowercase',
    });
    assert.throws(() => withDefaultTag('a b'), {
      message: 'couldn\'t parse image name "a b": invalid reference format',
    });
  });

  it('leads to a registry', () => {
    assert.deepEqual(locateRepository('nginx'), { registry: 'docker.io', path: 'library/nginx' });
    assert.deepEqual(locateRepository('team/app:1'), { registry: 'docker.io', path: 'team/app' });
    assert.deepEqual(locateRepository('quay.io/team/app'), { registry: 'quay.io', path: 'team/app' });
    assert.deepEqual(locateRepository('localhost/app'), { registry: 'localhost', path: 'app' });
  });
});

describe('pull secrets', () => {
  const pod: Pod = {
    metadata: { namespace: 'n' },
    spec: { containers: [], imagePullSecrets: [{ name: 'mine' }, { name: 'gone' }] },
  };
  const encode = (text: string): string => Buffer.from(text).toString('base64');
  const find = (auths: unknown, image: string) => {
    const secret: Secret = { metadata: {}, data: { '.dockerconfigjson': encode(JSON.stringify({ auths })) } };
    return findPullCredentials(pod, image, { find: (_, __, name) => (name === 'mine' ? secret : undefined) });
  };

  it('are taken for their registry, the most specific path first', () => {
    const auths = {
      'quay.io': { auth: encode('all:pass:word') },
      'quay.io/team': { username: 'team', password: 'secret' },
      'ghcr.io': { username: 'other' },
    };
    assert.deepEqual(
      find(auths, 'quay.io/team/app').map(({ username, password }) => [username, password]),
      [
        ['team', 'secret'],
        ['all', 'pass:word'],
      ],
    );
    assert.equal(find(auths, 'quay.io/teamwork/app').length, 1);
    assert.deepEqual(find(auths, 'example.org/app'), []);
  });

  it('may name Docker Hub as Docker does, and hosts by pattern', () => {
    assert.equal(find({ 'https://index.docker.io/v1/': { username: 'hub' } }, 'nginx')[0]!.username, 'hub');
    assert.equal(find({ '*.example.org': { username: 'any' } }, 'a.example.org/app')[0]!.username, 'any');
    assert.deepEqual(find({ '*.example.org': { username: 'any' } }, 'a.b.example.org/app'), []);
  });
});
