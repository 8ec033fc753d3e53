import assert from 'node:assert/strict';
import { test } from 'node:test';
import { schemaOfKind } from '../../api/generated/index.ts';
import { builtInKinds } from '../../api/index.ts';
import { fieldError, formatFieldError } from '../../machinery/index.ts';
import { describeValues } from './describe-values.ts';

/** What becomes of one error about an object of the kind. */
function describe(group: string, kind: string, field: string, value: unknown): string {
  const definition = builtInKinds.find(({ storage }) => storage.group === group && storage.kind === kind)!;
  const endpoint = {
    resource: { definition, version: definition.versions[0]! },
    storageSchema: schemaOfKind(group, 'v1', kind),
  };
  return formatFieldError(describeValues(endpoint, [fieldError.invalid(field, value, 'no')])[0]!);
}

test('shows structs with all their fields, in the order and with the names that Go has for them', () => {
  assert.equal(
    describe('networking.k8s.io', 'IPAddress', 'spec.parentRef', { name: 'a', resource: 'services' }),
    'spec.parentRef: Invalid value: {"Group":"","Resource":"services","Namespace":"","Name":"a"}: no',
  );
  assert.equal(
    describe('', 'Event', 'source', { component: 'c' }),
    'source: Invalid value: {"Component":"c","Host":""}: no',
  );
});

test('finds items of lists by the path of an item and by that of the list', () => {
  const driver = { name: 'd', nodeID: 'n' };
  const shown = '{"Name":"d","NodeID":"n","TopologyKeys":null,"Allocatable":null}';
  assert.equal(
    describe('storage.k8s.io', 'CSINode', 'spec.drivers[0]', driver),
    `spec.drivers[0]: Invalid value: ${shown}: no`,
  );
  assert.equal(
    describe('storage.k8s.io', 'CSINode', 'spec.drivers', driver),
    `spec.drivers: Invalid value: ${shown}: no`,
  );
});

test('writes metadata among the fields of what it belongs to', () => {
  const spec = { metadata: { labels: { a: 'b' } }, spec: { devices: {} } };
  assert.equal(
    describe('resource.k8s.io', 'ResourceClaimTemplate', 'spec', spec),
    'spec: Invalid value: {"labels":{"a":"b"},"Spec":{"Devices":{"Requests":null,"Constraints":null,"Config":null}}}: no',
  );
});

test('leaves alone what has Go’s names already, and the types of meta/v1', () => {
  const written = { Component: 'c', Host: '' };
  assert.match(describe('', 'Event', 'source', written), /\{"Component":"c","Host":""\}/);
  const selector = { matchLabels: { a: 'b' } };
  assert.match(describe('apps', 'Deployment', 'spec.selector', selector), /\{"matchLabels":\{"a":"b"\}\}/);
});
