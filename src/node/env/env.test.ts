import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Container, Pod, Service } from '../../api/generated/index.ts';
import { buildEnvironment, expandVariables, serviceVariables } from './index.ts';

describe('references to variables', () => {
  const lookup = (name: string): string | undefined => ({ A: 'a', B: '$(A)' })[name];
  const cases: readonly (readonly [string, string])[] = [
    ['$(A)', 'a'],
    ['x$(A)y$(A)', 'xaya'],
    ['$(B)', '$(A)'],
    ['$(NONE)', '$(NONE)'],
    ['$$(A)', '$(A)'],
    ['$$$(A)', '$a'],
    ['$A', '$A'],
    ['$(A', '$(A'],
    ['cost: 5$', 'cost: 5$'],
    ['$()', '$()'],
  ];
  for (const [text, expected] of cases) {
    it(`makes ${expected} of ${text}`, () => assert.equal(expandVariables(text, lookup), expected));
  }

  it('leaves text without a dollar as it is', () => {
    fc.assert(
      fc.property(
        fc.string().filter(text => !text.includes('$')),
        text => expandVariables(text, lookup) === text,
      ),
    );
  });
});

describe('a container’s environment', () => {
  const pod: Pod = { metadata: { name: 'p', namespace: 'n' }, spec: { containers: [] } };
  const build = (container: Partial<Container>): Readonly<Record<string, string>> =>
    Object.fromEntries(
      buildEnvironment({
        pod,
        container: { name: 'app', ...container },
        addresses: { podIPs: ['10.0.0.5'], hostIPs: ['192.0.2.1'] },
        allocatable: { cpu: '2', memory: '1Gi' },
        services: [],
        objects: {
          find: (kind, _, name) =>
            kind === 'configmap' && name === 'cm' ? { metadata: {}, data: { k: 'v' } } : undefined,
        },
      }),
    );

  it('takes later definitions over earlier ones', () => {
    const env = [
      { name: 'A', value: '1' },
      { name: 'B', value: '$(A)$(k)' },
      { name: 'A', value: '2' },
    ];
    assert.deepEqual(build({ envFrom: [{ configMapRef: { name: 'cm' } }], env }), { k: 'v', A: '2', B: '1v' });
  });

  it('gives a container without limits what the node has', () => {
    const field = (resource: string) => ({ name: 'X', valueFrom: { resourceFieldRef: { resource } } });
    assert.deepEqual(build({ env: [field('limits.cpu')] }), { X: '2' });
    assert.deepEqual(build({ env: [field('requests.cpu')], resources: { requests: { cpu: '1500m' } } }), { X: '2' });
  });

  it('says what is missing, unless that is optional', () => {
    const from = (key: string, name: string, optional?: boolean): Partial<Container> => ({
      env: [{ name: 'X', valueFrom: { configMapKeyRef: { name, key, optional } } }],
    });
    assert.throws(() => build(from('k', 'none')), { message: 'configmap "none" not found' });
    assert.throws(() => build(from('none', 'cm')), { message: "couldn't find key none in ConfigMap n/cm" });
    assert.throws(() => build({ envFrom: [{ secretRef: { name: 's' } }] }), { message: 'secret "s" not found' });
    assert.deepEqual(build(from('none', 'cm', true)), {});
    assert.deepEqual(build(from('k', 'none', true)), {});
  });
});

describe('variables of services', () => {
  const service = (name: string, namespace: string, clusterIP = '10.96.0.7'): Service => ({
    metadata: { name, namespace },
    spec: { clusterIP, ports: [{ name: 'web', port: 80, protocol: 'TCP' }] },
  });

  it('name host and ports as Docker’s links did', () => {
    assert.deepEqual(Object.fromEntries(serviceVariables([service('my-app', 'n')], 'n', true)), {
      MY_APP_SERVICE_HOST: '10.96.0.7',
      MY_APP_SERVICE_PORT: '80',
      MY_APP_SERVICE_PORT_WEB: '80',
      MY_APP_PORT: 'tcp://10.96.0.7:80',
      MY_APP_PORT_80_TCP: 'tcp://10.96.0.7:80',
      MY_APP_PORT_80_TCP_PROTO: 'tcp',
      MY_APP_PORT_80_TCP_PORT: '80',
      MY_APP_PORT_80_TCP_ADDR: '10.96.0.7',
    });
  });

  it('leave out other namespaces and headless services, but not the API server', () => {
    const services = [service('a', 'other'), service('b', 'n', 'None'), service('kubernetes', 'default')];
    const names = [...serviceVariables(services, 'n', true).keys()];
    assert.ok(names.length > 0 && names.every(name => name.startsWith('KUBERNETES_')));
    assert.equal(serviceVariables([service('a', 'n')], 'n', false).size, 0);
  });
});
