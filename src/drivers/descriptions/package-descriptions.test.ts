import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { definitionNames } from '../../api/generated/index.ts';
import { readDeclarationTexts } from './declaration-texts.ts';
import { PackageDescriptions } from './package-descriptions.ts';

describe('PackageDescriptions', () => {
  const descriptions = new PackageDescriptions();

  it('describes a kind and its fields', () => {
    assert.match(descriptions.describe('io.k8s.api.core.v1.PodSpec') ?? '', /^PodSpec is a description of a pod/);
    assert.match(descriptions.describe('io.k8s.api.core.v1.PodSpec', 'containers') ?? '', /^List of containers/);
    assert.match(descriptions.describe('io.k8s.api.events.v1.Event') ?? '', /^Event is a report of an event/);
  });

  it('knows nothing of what the package does not have', () => {
    assert.equal(descriptions.describe('com.example.v1.CronTab'), undefined);
    assert.equal(descriptions.describe('io.k8s.api.core.v1.PodSpec', 'noSuchField'), undefined);
  });

  it('describes nearly every definition of the release', () => {
    const missing = [...definitionNames()].filter(name => descriptions.describe(name) === undefined);
    assert.deepEqual(
      missing.filter(name => !/JSONSchemaPropsOr|CustomResourceSubresourceStatus/.test(name)),
      [],
    );
  });
});

describe('readDeclarationTexts', () => {
  it('takes off stars and the escapes before quotes', () => {
    const source = `/**\n* A thing.\n*/\nexport declare class V1Thing {\n    /**\n    * Say \\"yes\\" or \\'no\\'.\n    */\n    'answer'?: string;\n    'other': number;\n}\n`;
    assert.deepEqual(
      [...readDeclarationTexts(source)],
      [
        ['', 'A thing.'],
        ['answer', `Say "yes" or 'no'.`],
      ],
    );
  });
});
