import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ResourceAttributes } from '../../../api/generated/index.ts';
import { formatFieldError } from '../../../machinery/index.ts';
import { readSelectors, validateSelectors } from './review-selectors.ts';

const messagesOf = (attributes: ResourceAttributes): readonly string[] =>
  validateSelectors(attributes).map(formatFieldError);

describe('the selectors of a review', () => {
  it('are read as text or as requirements', () => {
    assert.deepEqual(readSelectors({ fieldSelector: { rawSelector: 'spec.nodeName=n1' } }), {
      fieldSelector: 'spec.nodeName=n1',
      labelSelector: undefined,
      problems: [],
    });
    const fieldSelector = { requirements: [{ key: 'spec.nodeName', operator: 'In', values: ['n1'] }] };
    const labelSelector = { requirements: [{ key: 'app', operator: 'Exists' }] };
    assert.deepEqual(readSelectors({ fieldSelector, labelSelector }), {
      fieldSelector: 'spec.nodeName=n1',
      labelSelector: 'app',
      problems: [],
    });
  });

  it('leave out what cannot be read, and say so', () => {
    const fieldSelector = {
      requirements: [
        { key: 'a', operator: 'In', values: ['b'] },
        { key: 'c', operator: 'Near', values: ['d'] },
      ],
    };
    const read = readSelectors({ fieldSelector, labelSelector: { rawSelector: 'a in b' } });
    assert.equal(read.fieldSelector, 'a=b');
    assert.equal(read.labelSelector, undefined);
    assert.deepEqual(read.problems, [
      'spec.resourceAttributes.fieldSelector partially ignored due to parse error',
      'spec.resourceAttributes.labelSelector ignored due to parse error',
    ]);
  });

  it('must be one or the other', () => {
    const requirements = [{ key: 'a', operator: 'In', values: ['b'] }];
    assert.deepEqual(messagesOf({ fieldSelector: { rawSelector: 'a=b', requirements } }), [
      'spec.resourceAttributes.fieldSelector.rawSelector: Invalid value: "a=b": may not specified at the same time as requirements',
    ]);
    assert.deepEqual(messagesOf({ labelSelector: {} }), [
      'spec.resourceAttributes.labelSelector.requirements: Required value: when spec.resourceAttributes.labelSelector is specified, requirements or rawSelector is required',
    ]);
  });
});
