import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { KubeObject } from '../../../machinery/index.ts';
import type { ConversionReview } from './conversion-review.ts';
import { WebhookConverter } from './webhook-converter.ts';

const widget = (name: string, version = 'v1', more: object = {}): KubeObject => ({
  apiVersion: `example.com/${version}`,
  kind: 'Widget',
  metadata: { name, namespace: 'test', uid: `uid-${name}`, generation: 3, labels: { a: '1' } },
  ...more,
});

/** A converter whose webhook answers as told, and what it was asked. */
function converterOf(answer: (review: ConversionReview) => unknown, reviewVersions: readonly string[] = ['v1']) {
  const asked: ConversionReview[] = [];
  const converter = new WebhookConverter({
    reviewVersions,
    uuid: () => `review-${asked.length}`,
    post: async review => {
      asked.push(review);
      return answer(review);
    },
  });
  return { asked, converter };
}

const success = (review: ConversionReview, objects: readonly unknown[]) => ({
  apiVersion: review.apiVersion,
  kind: 'ConversionReview',
  response: { uid: review.request.uid, convertedObjects: objects, result: { status: 'Success' } },
});

const renamed = (review: ConversionReview) =>
  success(
    review,
    review.request.objects.map(object => ({ ...object, apiVersion: review.request.desiredAPIVersion })),
  );

async function failureOf(answer: (review: ConversionReview) => unknown, count = 1): Promise<string> {
  const { converter } = converterOf(answer);
  const objects = Array.from({ length: count }, (_, index) => widget(`w${index}`));
  const error = await converter.convert(objects, 'example.com/v2').then(
    () => assert.fail('it was accepted'),
    (rejected: Error) => rejected,
  );
  return error.message;
}

describe('a conversion webhook', () => {
  it('is asked once for all objects of another version, which come back in their places', async () => {
    const { asked, converter } = converterOf(renamed);
    const objects = [widget('a'), widget('b', 'v2'), widget('c')];
    const converted = await converter.convert(objects, 'example.com/v2');
    assert.deepEqual(
      converted.map(({ apiVersion, metadata }) => [apiVersion, metadata.name]),
      [
        ['example.com/v2', 'a'],
        ['example.com/v2', 'b'],
        ['example.com/v2', 'c'],
      ],
    );
    assert.equal(converted[1], objects[1]);
    assert.equal(asked.length, 1);
    assert.equal(asked[0]!.apiVersion, 'apiextensions.k8s.io/v1');
    assert.deepEqual(asked[0]!.request.objects, [objects[0], objects[2]]);
  });

  it('is not asked when there is nothing to convert', async () => {
    const { asked, converter } = converterOf(renamed);
    await converter.convert([widget('a', 'v2')], 'example.com/v2');
    assert.equal(asked.length, 0);
  });

  it('is asked in the first version of its list that the server speaks', async () => {
    const { asked, converter } = converterOf(renamed, ['v9', 'v1beta1', 'v1']);
    await converter.convert([widget('a')], 'example.com/v2');
    assert.equal(asked[0]!.apiVersion, 'apiextensions.k8s.io/v1beta1');
  });

  it('changes labels and annotations, and nothing else of metadata', async () => {
    const { converter } = converterOf(review =>
      success(review, [
        {
          ...widget('a', 'v2'),
          metadata: {
            ...widget('a').metadata,
            generation: 99,
            finalizers: ['x/y'],
            labels: { b: '2' },
            annotations: { c: '3' },
          },
        },
      ]),
    );
    const [converted] = await converter.convert([widget('a')], 'example.com/v2');
    assert.deepEqual(converted!.metadata, {
      name: 'a',
      namespace: 'test',
      uid: 'uid-a',
      generation: 3,
      labels: { b: '2' },
      annotations: { c: '3' },
    });
  });

  const about = 'conversion webhook for example.com/v1, Kind=Widget';
  const one = (more: object) => (review: ConversionReview) => success(review, [{ ...widget('w0', 'v2'), ...more }]);
  const withMetadata = (more: object) => one({ metadata: { ...widget('w0').metadata, ...more } });
  const cases: readonly [string, (review: ConversionReview) => unknown, string][] = [
    [
      'nothing',
      () => ({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'ConversionReview' }),
      'failed: no response provided',
    ],
    [
      'another type',
      review => ({ ...renamed(review), kind: 'Pod' }),
      'failed: expected webhook response of apiextensions.k8s.io/v1, Kind=ConversionReview, got apiextensions.k8s.io/v1, Kind=Pod',
    ],
    [
      'another uid',
      review => ({ ...renamed(review), response: { uid: 'x' } }),
      'failed: expected response.uid="review-0", got "x"',
    ],
    [
      'a failure',
      review => ({
        ...renamed(review),
        response: { uid: 'review-0', result: { status: 'Failure', message: 'no way' } },
      }),
      'failed: no way',
    ],
    [
      'no result',
      review => ({ ...renamed(review), response: { uid: 'review-0' } }),
      "failed: response.result.status was '', not 'Success'",
    ],
    ['too few objects', review => success(review, []), 'returned 0 objects, expected 1'],
    [
      'another version',
      one({ apiVersion: 'example.com/v3' }),
      'returned invalid object at index 0: invalid groupVersion (expected example.com/v2, received example.com/v3)',
    ],
    [
      'another kind',
      one({ kind: 'Gadget' }),
      'returned invalid object at index 0: invalid kind (expected Widget, received Gadget)',
    ],
    ['another name', withMetadata({ name: 'x' }), 'returned invalid object: must have the same name: w0 != x'],
    [
      'another uid of the object',
      withMetadata({ uid: 'x' }),
      'returned invalid object: must have the same UID: uid-w0 != x',
    ],
    [
      'a label that is no text',
      withMetadata({ labels: { a: 1 } }),
      'returned invalid metadata: metadata.labels[a] must be a string, but is int64 in converted object',
    ],
    [
      'a label that is none',
      withMetadata({ labels: { 'a b': 'c' } }),
      `returned invalid metadata: metadata.labels: Invalid value: "a b": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
    ],
  ];
  for (const [what, answer, problem] of cases) {
    it(`is refused when it answers with ${what}`, async () => {
      assert.equal(await failureOf(answer), `${about} ${problem}`);
    });
  }

  it('tells which object of several it got wrong', async () => {
    const answer = (review: ConversionReview): unknown =>
      success(review, [widget('w0', 'v2'), { ...widget('w1', 'v2'), metadata: {} }]);
    assert.equal(
      await failureOf(answer, 2),
      `${about} returned invalid converted object at index 1: must have the same name: w1 != `,
    );
  });
});
