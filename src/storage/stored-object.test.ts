import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createObjectCodec, createTextCodec } from './object-codec.ts';
import { draftObject } from './stored-object.ts';

const draft = (name: string) =>
  draftObject(`/registry/core/pods/default/${name}`, { metadata: { name, resourceVersion: '', uid: 'u' } });

describe('a stored object', () => {
  it('knows the revision at which it was written, in the place that the draft kept for it', () => {
    const stored = createObjectCodec().atRevision(draft('a'), 7);
    assert.equal(stored.revision, 7);
    assert.equal(stored.json, '{"metadata":{"name":"a","resourceVersion":"7","uid":"u"}}');
  });

  it('leaves the draft as it was', () => {
    const unwritten = draft('a');
    createObjectCodec().atRevision(unwritten, 7);
    assert.equal(unwritten.object.metadata.resourceVersion, '');
  });

  it('is decoded once and encoded once', () => {
    const stored = createObjectCodec().atRevision(draft('a'), 7);
    assert.equal(stored.object, stored.object);
    const decoded = createTextCodec().decode(stored.json, 7, stored.key);
    assert.equal(decoded.isDecoded, false);
    assert.equal(decoded.object, decoded.object);
    assert.deepEqual(decoded.object, stored.object);
  });

  it('is not kept decoded by a mere look', () => {
    const stored = createTextCodec().decode('{"metadata":{"name":"a"}}', 7, 'k');
    assert.equal(stored.peek().metadata.name, 'a');
    assert.equal(stored.isDecoded, false);
  });

  it('goes on sharing the instance that somebody holds after the store let it go', () => {
    const codec = createTextCodec(2);
    const [first, ...others] = ['a', 'b', 'c'].map(name => codec.decode(`{"metadata":{"name":"${name}"}}`, 7, name));
    const held = first!.object;
    for (const other of others) assert.ok(other.object);
    assert.equal(first!.isDecoded, false);
    assert.equal(first!.object, held);
  });
});
