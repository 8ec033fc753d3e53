import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { refusalOf, TestServer } from '../../test/fixtures/test-server.ts';
import { type Service, services } from '../api/generated/index.ts';

const at = (name: string) => ({ name, namespace: 'default' });

function serviceOf(name: string, spec: Service['spec'] = {}): Service {
  return { metadata: at(name), spec: { selector: { app: name }, ports: [{ port: 80 }], ...spec } };
}

describe('cluster IPs', () => {
  it('are drawn beyond the first 256 addresses', async () => {
    using api = await TestServer.start();
    const { spec } = await api.client.create(services, serviceOf('a'));
    assert.match(spec!.clusterIP!, /^10\.96\.\d+\.\d+$/);
    assert.notEqual(spec!.clusterIP!.split('.')[2], '0');
    assert.deepEqual(spec!.clusterIPs, [spec!.clusterIP]);
    assert.deepEqual([spec!.ipFamilyPolicy, spec!.ipFamilies], ['SingleStack', ['IPv4']]);
  });

  it('may be asked for, once each and within the range', async () => {
    using api = await TestServer.start();
    const { spec } = await api.client.create(services, serviceOf('a', { clusterIP: '10.96.0.10' }));
    assert.deepEqual(spec!.clusterIPs, ['10.96.0.10']);
    const taken = await refusalOf(api.client.create(services, serviceOf('b', { clusterIP: '10.96.0.10' })));
    assert.equal(
      taken.message,
      'Service "b" is invalid: spec.clusterIPs: Invalid value: ["10.96.0.10"]: failed to allocate IP 10.96.0.10: provided IP is already allocated',
    );
    const far = serviceOf('b', { clusterIP: '10.1.0.1' });
    const outside = await refusalOf(api.client.create(services, far));
    assert.match(
      outside.message,
      /failed to allocate IP 10\.1\.0\.1: the provided network does not match the current range$/,
    );
    const tried = await refusalOf(api.client.create(services, far, { dryRun: true }));
    assert.match(
      tried.message,
      /the provided IP \(10\.1\.0\.1\) is not in the valid range\. The range of valid IPs is 10\.96\.0\.0\/16$/,
    );
  });

  it('are free again when their Service is gone, or becomes an ExternalName', async () => {
    using api = await TestServer.start();
    await api.client.create(services, serviceOf('a', { clusterIP: '10.96.0.10' }));
    await api.client.delete(services, at('a'));
    const b = await api.client.create(services, serviceOf('b', { clusterIP: '10.96.0.10' }));
    const external = { ...b.spec, type: 'ExternalName', externalName: 'example.com' };
    const { clusterIP, clusterIPs, ...spec } = external;
    await api.client.update(services, { ...b, spec: { ...spec, clusterIP: '' } });
    await api.client.create(services, serviceOf('c', { clusterIP: '10.96.0.10' }));
  });

  it('are kept by an update that leaves them out', async () => {
    using api = await TestServer.start();
    const created = await api.client.create(services, serviceOf('a'));
    const updated = await api.client.update(services, {
      ...serviceOf('a', { ports: [{ port: 81 }] }),
      metadata: created.metadata,
    });
    assert.equal(updated.spec!.clusterIP, created.spec!.clusterIP);
    assert.equal(updated.spec!.ports![0]!.port, 81);
  });

  it('run out, and say so', async () => {
    using api = await TestServer.start({ services: { serviceCidr: '10.0.0.0/29' } });
    for (let i = 0; i < 5; i++) await api.client.create(services, serviceOf(`s${i}`));
    const error = await refusalOf(api.client.create(services, serviceOf('more')));
    assert.equal(
      error.message,
      'Internal error occurred: failed to allocate a serviceIP for Service "more": range is full',
    );
  });

  it('are not taken by dry runs, nor by what is refused', async () => {
    using api = await TestServer.start();
    await api.client.create(services, serviceOf('a', { clusterIP: '10.96.0.10' }), { dryRun: true });
    await refusalOf(api.client.create(services, serviceOf('A_', { clusterIP: '10.96.0.10' })));
    await api.client.create(services, serviceOf('a', { clusterIP: '10.96.0.10' }));
  });

  it('are known again after a restart', async () => {
    using first = await TestServer.start();
    await first.client.create(services, serviceOf('a', { clusterIP: '10.96.0.10' }));
    using second = await TestServer.start({ store: first.store });
    const error = await refusalOf(second.client.create(services, serviceOf('b', { clusterIP: '10.96.0.10' })));
    assert.match(error.message, /provided IP is already allocated$/);
  });

  it('are not for headless Services', async () => {
    using api = await TestServer.start();
    const { spec } = await api.client.create(services, serviceOf('a', { clusterIP: 'None' }));
    assert.deepEqual([spec!.clusterIP, spec!.clusterIPs], ['None', ['None']]);
  });

  it('of two families are refused where there is one', async () => {
    using api = await TestServer.start();
    const both = await refusalOf(api.client.create(services, serviceOf('a', { ipFamilyPolicy: 'RequireDualStack' })));
    assert.match(
      both.message,
      /spec\.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services$/,
    );
    const preferred = await api.client.create(services, serviceOf('b', { ipFamilyPolicy: 'PreferDualStack' }));
    assert.deepEqual(preferred.spec!.ipFamilies, ['IPv4']);
    const other = await refusalOf(api.client.create(services, serviceOf('c', { ipFamilies: ['IPv6'] })));
    assert.match(other.message, /spec\.ipFamilies\[0\]: Invalid value: "IPv6": not configured on this cluster$/);
  });
});

describe('node ports', () => {
  const nodePort = (ports: NonNullable<Service['spec']>['ports']) => ({ type: 'NodePort', ports });

  it('are drawn from the range', async () => {
    using api = await TestServer.start();
    const { spec } = await api.client.create(services, serviceOf('a', nodePort([{ port: 80 }])));
    const port = spec!.ports![0]!.nodePort!;
    assert.ok(port >= 30086 && port <= 32767, String(port));
  });

  it('may be asked for, once each and within the range', async () => {
    using api = await TestServer.start();
    await api.client.create(services, serviceOf('a', nodePort([{ port: 80, nodePort: 30080 }])));
    const taken = await refusalOf(
      api.client.create(services, serviceOf('b', nodePort([{ port: 80, nodePort: 30080 }]))),
    );
    assert.equal(
      taken.message,
      'Service "b" is invalid: spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated',
    );
    const outside = await refusalOf(
      api.client.create(services, serviceOf('b', nodePort([{ port: 80, nodePort: 80 }]))),
    );
    assert.match(outside.message, /provided port is not in the valid range\. The range of valid ports is 30000-32767$/);
  });

  it('are shared by the protocols of a port', async () => {
    using api = await TestServer.start();
    const ports = [
      { name: 'tcp', port: 53, protocol: 'TCP' },
      { name: 'udp', port: 53, protocol: 'UDP' },
    ];
    const { spec } = await api.client.create(services, serviceOf('a', nodePort(ports)));
    assert.equal(spec!.ports![0]!.nodePort, spec!.ports![1]!.nodePort);
  });

  it('are kept by name when an update leaves them out, and given back with the type', async () => {
    using api = await TestServer.start();
    const created = await api.client.create(
      services,
      serviceOf('a', nodePort([{ name: 'web', port: 80, nodePort: 30080 }])),
    );
    const kept = await api.client.update(services, {
      metadata: created.metadata,
      spec: { ...created.spec, ports: [{ name: 'web', port: 81 }] },
    });
    assert.equal(kept.spec!.ports![0]!.nodePort, 30080);
    const ports = [{ name: 'web', port: 81 }];
    await api.client.update(services, { ...kept, spec: { ...kept.spec, type: 'ClusterIP', ports } });
    await api.client.create(services, serviceOf('b', nodePort([{ port: 80, nodePort: 30080 }])));
  });
});
