import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { placeDefinition, prefixOfModule } from './definition-name.ts';
import { parseEnums, parseStructs } from './go-structs.ts';
import { nameConstant } from './resource-types.ts';

describe('nameConstant', () => {
  it('takes the case from the kind and the plural from the resource', () => {
    assert.equal(nameConstant('Pod', 'pods'), 'pods');
    assert.equal(nameConstant('NetworkPolicy', 'networkpolicies'), 'networkPolicies');
    assert.equal(nameConstant('CSIDriver', 'csidrivers'), 'csiDrivers');
    assert.equal(nameConstant('APIService', 'apiservices'), 'apiServices');
    assert.equal(nameConstant('IPAddress', 'ipaddresses'), 'ipAddresses');
    assert.equal(nameConstant('Endpoints', 'endpoints'), 'endpoints');
  });
});

describe('placeDefinition', () => {
  it('gives each definition a module and a name', () => {
    assert.deepEqual(placeDefinition('io.k8s.api.core.v1.Pod'), { module: 'core-v1', name: 'Pod' });
    assert.deepEqual(placeDefinition('io.k8s.apimachinery.pkg.apis.meta.v1.Status'), {
      module: 'meta-v1',
      name: 'Status',
    });
    assert.equal(prefixOfModule('rbac-v1'), 'RbacV1');
  });
});

describe('the reader of Go structs', () => {
  const source = [
    '// A Thing is a thing.',
    'type Thing struct {',
    '\tmetav1.TypeMeta `json:",inline"`',
    '\t// Replicas is how many.',
    '\t// +optional',
    '\tReplicas *int32 `json:"replicas,omitempty" protobuf:"varint,1,opt,name=replicas"`',
    '\tSource `json:",inline" protobuf:"bytes,2,opt,name=source"`',
    '}',
    'type Empty struct{}',
    '',
    '// Mode says how.',
    '// +enum',
    'type Mode string',
    '',
    'const (',
    '\tModeSlow Mode = "Slow"',
    '\tModeFast Mode = "Fast"',
    ')',
    '',
  ].join('\n');

  it('finds fields with their tags, embedded structs without a name, and empty structs', () => {
    const structs = parseStructs(source);
    assert.deepEqual([...structs.keys()], ['Thing', 'Empty']);
    const fields = structs.get('Thing')!;
    assert.deepEqual(
      fields.map(({ name, type, isOptional }) => [name, type, isOptional]),
      [
        [undefined, 'metav1.TypeMeta', false],
        ['Replicas', '*int32', true],
        [undefined, 'Source', false],
      ],
    );
    assert.equal(fields[1]!.tags.get('protobuf'), 'varint,1,opt,name=replicas');
  });

  it('finds the values of enums', () => {
    assert.deepEqual([...parseEnums(source)], [['Mode', ['Fast', 'Slow']]]);
  });
});
