import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeSteps, reconcile } from '../../../test/fixtures/view-of.ts';
import type { EndpointSlice, Endpoints, Node, Pod, Service } from '../../api/generated/index.ts';
import type { CreateStep, UpdateStep } from '../../client/index.ts';
import { endpointSliceController, endpointSliceMirroringController, endpointsController } from './index.ts';

const readyAt = '2026-01-01T00:00:00Z';

function service(spec: Partial<NonNullable<Service['spec']>> = {}): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'default', uid: 'service' },
    spec: {
      selector: { app: 'web' },
      clusterIP: '10.96.0.7',
      ipFamilies: ['IPv4'],
      ports: [{ name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' }],
      ...spec,
    },
  };
}

interface PodShape {
  readonly isReady?: boolean;
  readonly isTerminating?: boolean;
  readonly phase?: string;
  readonly port?: number;
  readonly hostname?: string;
  readonly subdomain?: string;
}

function pod(index: number, shape: PodShape = {}): Pod {
  const { isReady = true, isTerminating = false, phase = 'Running', port = 8080, hostname, subdomain } = shape;
  const ip = `10.0.${Math.floor(index / 200)}.${(index % 200) + 1}`;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `web-${index}`,
      namespace: 'default',
      uid: `pod-${index}`,
      labels: { app: 'web' },
      ...(isTerminating ? { deletionTimestamp: readyAt } : {}),
    },
    spec: {
      nodeName: 'node-0',
      hostname,
      subdomain,
      containers: [{ name: 'main', ports: [{ name: 'http', containerPort: port, protocol: 'TCP' }] }],
    },
    status: {
      phase,
      podIP: ip,
      podIPs: [{ ip }],
      conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False', lastTransitionTime: readyAt }],
    },
  };
}

const node: Node = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'node-0', labels: { 'topology.kubernetes.io/zone': 'a' } },
  spec: {},
};

const createdSlices = (of: Service, pods: readonly Pod[]): EndpointSlice[] =>
  reconcile(endpointSliceController, { object: of, others: [node, ...pods] })
    .filter((step): step is CreateStep => step.do === 'create')
    .map(step => step.object as EndpointSlice);

const createdEndpoints = (of: Service, pods: readonly Pod[]): Endpoints => {
  const [step] = reconcile(endpointsController, { object: of, others: pods });
  return (step as CreateStep).object as Endpoints;
};

const conditions = (slice: EndpointSlice | undefined) => slice?.endpoints?.map(each => each.conditions);

test('puts ready, unready and terminating pods into a slice, each with its conditions', () => {
  const [slice] = createdSlices(service(), [
    pod(0),
    pod(1, { isReady: false }),
    pod(2, { isTerminating: true }),
    pod(3, { phase: 'Succeeded' }),
  ]);
  assert.deepEqual(conditions(slice), [
    { ready: true, serving: true, terminating: false },
    { ready: false, serving: false, terminating: false },
    { ready: false, serving: true, terminating: true },
  ]);
  assert.deepEqual(slice?.ports, [{ name: 'http', port: 8080, protocol: 'TCP' }]);
  assert.equal(slice?.endpoints?.[0]?.zone, 'a');
  assert.deepEqual(slice?.metadata.labels, {
    'kubernetes.io/service-name': 'web',
    'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
  });
});

test('publishes unready addresses as ready where the Service asks for it', () => {
  const asks = service({ publishNotReadyAddresses: true });
  const pods = [pod(1, { isReady: false }), pod(2, { isReady: false, isTerminating: true })];
  assert.deepEqual(
    conditions(createdSlices(asks, pods)[0])?.map(each => each?.ready),
    [true, true],
  );
  assert.equal(createdEndpoints(asks, pods).subsets?.[0]?.addresses?.length, 2);
});

test('gives pods whose named port differs a slice of their own', () => {
  const slices = createdSlices(service(), [pod(0), pod(1, { port: 9090 })]);
  assert.deepEqual(
    slices.map(slice => slice.ports?.map(port => port.port)),
    [[8080], [9090]],
  );
});

test('names pods of a headless Service that ask for a name in its domain', () => {
  const [slice] = createdSlices(service({ clusterIP: 'None', ports: undefined }), [
    pod(0, { hostname: 'first', subdomain: 'web' }),
    pod(1, { hostname: 'second', subdomain: 'other' }),
  ]);
  assert.deepEqual(
    slice?.endpoints?.map(each => each.hostname),
    ['first', undefined],
  );
  assert.equal(slice?.metadata.labels?.['service.kubernetes.io/headless'], '');
  assert.deepEqual(slice?.ports, []);
});

test('splits more than a hundred endpoints over several slices', () => {
  const slices = createdSlices(
    service(),
    Array.from({ length: 250 }, (_, index) => pod(index)),
  );
  assert.deepEqual(
    slices.map(slice => slice.endpoints?.length),
    [100, 100, 50],
  );
});

test('keeps one empty slice for a Service that selects nothing', () => {
  const slices = createdSlices(service(), []);
  assert.deepEqual(
    slices.map(slice => [slice.endpoints?.length, slice.ports?.length]),
    [[0, 0]],
  );
});

test('fills a slice of the wrong ports with what is wanted instead of replacing it', () => {
  const [slice] = createdSlices(service(), [pod(0)]);
  const existing = { ...slice!, metadata: { ...slice!.metadata, name: 'web-abcde', uid: 'slice' } };
  const steps = reconcile(endpointSliceController, { object: service(), others: [node, existing] });
  assert.deepEqual(describeSteps(steps), ['update endpointslices web-abcde']);
  const updated = (steps[0] as UpdateStep).object as EndpointSlice;
  assert.deepEqual([updated.endpoints, updated.ports, updated.metadata.uid], [[], [], 'slice']);
});

test('wants nothing more once the slices are as they should be', () => {
  const pods = [pod(0), pod(1)];
  const [slice] = createdSlices(service(), pods);
  const existing = { ...slice!, metadata: { ...slice!.metadata, name: 'web-abcde' } };
  assert.deepEqual(reconcile(endpointSliceController, { object: service(), others: [node, existing, ...pods] }), []);
});

test('hints at the zone where traffic should stay close, and at the node where it should stay there', () => {
  const hints = (trafficDistribution: string) =>
    createdSlices(service({ trafficDistribution }), [pod(0), pod(1, { isReady: false })])[0]?.endpoints?.map(
      each => each.hints,
    );
  assert.deepEqual(hints('PreferSameZone'), [{ forZones: [{ name: 'a' }], forNodes: undefined }, undefined]);
  assert.deepEqual(hints('PreferSameNode'), [{ forZones: [{ name: 'a' }], forNodes: [{ name: 'node-0' }] }, undefined]);
});

test('leaves Services without a selector, and ExternalName, to others', () => {
  for (const spec of [{ selector: undefined }, { type: 'ExternalName' }]) {
    assert.deepEqual(reconcile(endpointSliceController, { object: service(spec), others: [pod(0)] }), []);
    assert.deepEqual(reconcile(endpointsController, { object: service(spec), others: [pod(0)] }), []);
  }
});

test('splits Endpoints into ready and unready addresses and leaves terminating pods out', () => {
  const { subsets, metadata } = createdEndpoints(service(), [
    pod(0),
    pod(1, { isReady: false }),
    pod(2, { isTerminating: true }),
  ]);
  assert.deepEqual(
    subsets?.map(subset => [
      subset.addresses?.map(each => each.ip),
      subset.notReadyAddresses?.map(each => each.ip),
      subset.ports,
    ]),
    [[['10.0.0.1'], ['10.0.0.2'], [{ name: 'http', port: 8080, protocol: 'TCP' }]]],
  );
  assert.equal(metadata.labels?.['endpoints.kubernetes.io/managed-by'], 'endpoint-controller');
});

test('holds no more than a thousand addresses in Endpoints, and says that there are more', () => {
  const pods = Array.from({ length: 1100 }, (_, index) => pod(index, { isReady: index < 900 }));
  const { subsets, metadata } = createdEndpoints(service(), pods);
  assert.deepEqual(
    subsets?.map(subset => [subset.addresses?.length, subset.notReadyAddresses?.length]),
    [[900, 100]],
  );
  assert.equal(metadata.annotations?.['endpoints.kubernetes.io/over-capacity'], 'truncated');
});

test('deletes the Endpoints of a Service that is gone', () => {
  const existing: Endpoints = { apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'web', namespace: 'default' } };
  const steps = reconcile(endpointsController, { key: 'default/web', others: [existing] });
  assert.deepEqual(describeSteps(steps), ['delete endpoints web']);
});

const handMade: Endpoints = {
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata: { name: 'web', namespace: 'default', uid: 'endpoints', labels: { of: 'mine' } },
  subsets: [
    {
      addresses: [{ ip: '192.0.2.1' }, { ip: '2001:db8::1' }],
      notReadyAddresses: [{ ip: '192.0.2.2' }],
      ports: [{ port: 5432 }],
    },
  ],
};

test('mirrors hand-made Endpoints, a slice for each family', () => {
  const others = [service({ selector: undefined })];
  const steps = reconcile(endpointSliceMirroringController, { object: handMade, others });
  const slices = steps.map(step => (step as CreateStep).object as EndpointSlice);
  assert.deepEqual(
    slices.map(slice => [slice.addressType, slice.endpoints?.map(each => [each.addresses[0], each.conditions?.ready])]),
    [
      [
        'IPv4',
        [
          ['192.0.2.1', true],
          ['192.0.2.2', false],
        ],
      ],
      ['IPv6', [['2001:db8::1', true]]],
    ],
  );
  assert.equal(slices[0]?.metadata.labels?.['of'], 'mine');
  const existing = slices.map((slice, index) => ({ ...slice, metadata: { ...slice.metadata, name: `web-${index}` } }));
  assert.deepEqual(
    reconcile(endpointSliceMirroringController, { object: handMade, others: [...others, ...existing] }),
    [],
  );
});

test('takes the mirror away when the Service gets a selector, or the Endpoints go', () => {
  const [step] = reconcile(endpointSliceMirroringController, {
    object: handMade,
    others: [service({ selector: undefined })],
  });
  const slice = (step as CreateStep).object;
  const existing = { ...slice, metadata: { ...slice.metadata, name: 'web-0' } };
  const withSelector = reconcile(endpointSliceMirroringController, { object: handMade, others: [service(), existing] });
  assert.deepEqual(describeSteps(withSelector), ['delete endpointslices web-0']);
  const withoutSource = reconcile(endpointSliceMirroringController, { key: 'default/web', others: [existing] });
  assert.deepEqual(describeSteps(withoutSource), ['delete endpointslices web-0']);
});
