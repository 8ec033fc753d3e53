import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRequestBody } from './request-body.ts';

const read = (body: string) =>
  readRequestBody(
    { method: 'PATCH', path: '/', query: '', headers: { 'content-type': 'application/apply-patch+yaml' }, body },
    'patch',
    () => undefined,
  );

test('an apply patch in braces is YAML all the same: commas may stand behind the last field, and comments', async () => {
  const { value, patchType } = await read(
    '{\n\t"spec": {\n\t\t"replicas": 3, # three\n\t\t"names": ["a", "b",],\n\t},\n}',
  );
  assert.deepEqual([value, patchType], [{ spec: { replicas: 3, names: ['a', 'b'] } }, 'apply']);
  await assert.rejects(read('{"spec": {'), { message: /^the object provided is unrecognized: / });
});
