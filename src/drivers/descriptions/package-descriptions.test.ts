import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { definitionNames, schemaOf } from '../../api/generated/index.ts';
import { leafDefinitionNames } from '../../machinery/index.ts';
import { readDeclarationTexts } from './declaration-texts.ts';
import { PackageDescriptions } from './package-descriptions.ts';
import { PackedDescriptions, packDescriptions } from './packed-descriptions.ts';

function objectDefinitions(): readonly string[] {
  return [...definitionNames()].filter(name => !leafDefinitionNames.includes(name));
}

describe('PackageDescriptions', () => {
  const descriptions = new PackageDescriptions();

  it('describes a kind and its fields', () => {
    assert.match(descriptions.describe('io.k8s.api.core.v1.PodSpec') ?? '', /^PodSpec is a description of a pod/);
    assert.match(descriptions.describe('io.k8s.api.core.v1.PodSpec', 'containers') ?? '', /^List of containers/);
    assert.match(descriptions.describe('io.k8s.api.events.v1.Event') ?? '', /^Event is a report of an event/);
  });

  it('describes a field that holds another definition in the field’s own words', () => {
    const text = descriptions.describe('io.k8s.api.core.v1.Pod', 'spec') ?? '';
    assert.match(text, /^Specification of the desired behavior of the pod/);
  });

  it('describes the fields that name a kind', () => {
    assert.match(descriptions.describe('io.k8s.api.core.v1.Pod', 'kind') ?? '', /^Kind is a string value/);
    assert.match(descriptions.describe('io.k8s.api.core.v1.Pod', 'apiVersion') ?? '', /^APIVersion defines/);
  });

  it('knows nothing of what the package does not have', () => {
    assert.equal(descriptions.describe('com.example.v1.CronTab'), undefined);
    assert.equal(descriptions.describe('com.example.v1.CronTab', 'kind'), undefined);
    assert.equal(descriptions.describe('io.k8s.api.core.v1.PodSpec', 'noSuchField'), undefined);
  });

  it('describes every definition of the release, and nearly every field', () => {
    const names = objectDefinitions();
    assert.deepEqual(
      names.filter(name => descriptions.describe(name) === undefined),
      [],
    );
    const fields = names.flatMap(name => [...schemaOf(name).fields.keys()].map(field => [name, field] as const));
    const silent = fields.filter(([name, field]) => descriptions.describe(name, field) === undefined);
    assert.ok(silent.length < fields.length / 50, `${silent.length} of ${fields.length}: ${silent.join(' ')}`);
  });
});

describe('PackedDescriptions', () => {
  it('says what was packed', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sampan-descriptions-'));
    try {
      const original = new PackageDescriptions();
      const file = join(folder, 'packed.gz');
      writeFileSync(file, packDescriptions(original));
      const packed = new PackedDescriptions(pathToFileURL(file));
      for (const name of objectDefinitions()) {
        for (const field of ['', ...schemaOf(name).fields.keys()]) {
          assert.equal(packed.describe(name, field), original.describe(name, field));
        }
      }
      assert.equal(packed.describe('com.example.v1.CronTab'), undefined);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('readDeclarationTexts', () => {
  it('takes off what the generator has put around the words', () => {
    const source = `/**
 * A thing. \\*All\\* of a\\/b.
 * @deprecated
 */
export interface IThing {
    /**
     * First.
     *
     * Second.
     */
    "answer"?: string;
    "other": number;
}
`;
    assert.deepEqual(
      [...readDeclarationTexts(source)],
      [
        ['', 'A thing. *All* of a/b.'],
        ['answer', 'First.\n\nSecond.'],
      ],
    );
  });
});
