import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ipv4 } from './family.ts';
import { RulesetLedger } from './ledger.ts';
import { applyChange, type Contribution, diffModels, emptyModel, isEmptyChange, type RulesetModel } from './model.ts';
import { rulesForService } from './service-rules.ts';
import type { EndpointSliceView, ServiceView } from './service-view.ts';

const node = { nodeName: 'here', podCidrs: ['10.244.0.0/16'] };

// Few names, addresses and ports, so that Services collide in all ways they can.
const arbitrarySpec = fc.record({
  clusterIP: fc.constantFrom('10.96.0.1', '10.96.0.2', 'None'),
  type: fc.constantFrom('ClusterIP', 'NodePort'),
  externalIPs: fc.subarray(['192.0.2.1', '192.0.2.2']),
  sessionAffinity: fc.constantFrom('None', 'ClientIP'),
  externalTrafficPolicy: fc.constantFrom('Cluster', 'Local'),
  internalTrafficPolicy: fc.constantFrom('Cluster', 'Local'),
  ports: fc.subarray([
    { name: 'a', port: 80, protocol: 'TCP', nodePort: 30080 },
    { name: 'b', port: 80, protocol: 'UDP', nodePort: 30080 },
    { name: 'c', port: 81, protocol: 'TCP', nodePort: undefined },
  ]),
});

const arbitraryEndpoint = fc.record({
  addresses: fc.constantFrom(['10.244.0.2'], ['10.244.0.3'], ['10.244.0.4'], ['10.244.0.5']),
  nodeName: fc.constantFrom('here', 'there', undefined),
  conditions: fc.record({ ready: fc.boolean(), terminating: fc.boolean() }),
});

const arbitraryChange = fc.record({
  name: fc.constantFrom('one', 'two', 'three'),
  spec: fc.option(arbitrarySpec, { nil: undefined }),
  endpoints: fc.array(arbitraryEndpoint, { maxLength: 4 }),
});

type Change = typeof arbitraryChange extends fc.Arbitrary<infer T> ? T : never;

function contributionOf({ name, spec, endpoints }: Change): Contribution | undefined {
  if (spec === undefined) return undefined;
  const service: ServiceView = { metadata: { namespace: 'default', name }, spec };
  const ports = spec.ports.map(port => ({ ...port, port: 8080 }));
  const slice: EndpointSliceView = { addressType: 'IPv4', ports, endpoints };
  return rulesForService(ipv4, service, [slice], node);
}

test('the changes of any history, applied one after another, make what the history ends with', () => {
  fc.assert(
    fc.property(fc.array(fc.array(arbitraryChange, { maxLength: 3 }), { maxLength: 8 }), batches => {
      const ledger = new RulesetLedger();
      let model: RulesetModel = emptyModel;
      for (const batch of batches) {
        for (const change of batch) ledger.contribute(change.name, contributionOf(change));
        // `applyChange` refuses what the kernel would refuse: adding what is there, removing what is not.
        model = applyChange(model, ledger.takeChanges());
        assert.deepEqual(sorted(model), sorted(ledger.snapshot()));
      }
    }),
  );
});

test('the difference between any two models leads from the one to the other', () => {
  const arbitraryModel = fc.array(arbitraryChange, { maxLength: 6 }).map(changes => {
    const ledger = new RulesetLedger();
    for (const change of changes) ledger.contribute(change.name, contributionOf(change));
    return ledger.snapshot();
  });
  fc.assert(
    fc.property(arbitraryModel, arbitraryModel, (previous, next) => {
      const made = applyChange(previous, diffModels(previous, next));
      assert.deepEqual(sorted(made), sorted(next));
      assert.ok(isEmptyChange(diffModels(next, made)));
    }),
  );
});

test('nothing remains when every Service is gone, and every verdict leads to a chain that exists', () => {
  fc.assert(
    fc.property(fc.array(arbitraryChange, { maxLength: 10 }), changes => {
      const ledger = new RulesetLedger();
      for (const change of changes) {
        ledger.contribute(change.name, contributionOf(change));
        assertVerdictsLead(ledger.snapshot());
      }
      for (const owner of [...ledger.owners()]) ledger.contribute(owner, undefined);
      assert.deepEqual(ledger.snapshot(), { objects: new Map(), elements: new Map() });
    }),
  );
});

test('the Service seen first keeps an address that two claim, until it goes', () => {
  const claim = (value: string): Contribution => ({ objects: [], elements: [{ container: 'map', key: 'k', value }] });
  const ledger = new RulesetLedger();
  const value = () => ledger.snapshot().elements.get('map')?.get('k');
  ledger.contribute('first', claim('1'));
  ledger.contribute('second', claim('2'));
  assert.equal(value(), '1');
  ledger.contribute('first', claim('3'));
  assert.equal(value(), '3');
  ledger.contribute('first', undefined);
  assert.equal(value(), '2');
  ledger.contribute('first', claim('1'));
  assert.equal(value(), '2');
});

test('changing one Service out of many changes only what is its own', () => {
  const ledger = new RulesetLedger();
  const contribution = (i: number, ip: string): Contribution => {
    const service = {
      metadata: { namespace: 'default', name: `s${i}` },
      spec: { clusterIP: `10.96.1.${i}`, ports: [{ port: 80 }] },
    };
    return rulesForService(
      ipv4,
      service,
      [{ addressType: 'IPv4', ports: [{ port: 80 }], endpoints: [{ addresses: [ip], nodeName: 'there' }] }],
      node,
    );
  };
  for (let i = 0; i < 100; i++) ledger.contribute(`s${i}`, contribution(i, `10.244.0.${i}`));
  ledger.takeChanges();
  ledger.contribute('s7', contribution(7, '10.244.1.7'));
  const change = ledger.takeChanges();
  assert.deepEqual(change, {
    removedElements: [{ container: 'ip-outside-tcp-1', key: '10.96.1.7 . 80 . 0', value: '10.244.0.7 . 80' }],
    addedElements: [{ container: 'ip-outside-tcp-1', key: '10.96.1.7 . 80 . 0', value: '10.244.1.7 . 80' }],
    removedObjects: [],
    addedObjects: [],
    changedChains: [],
  });
});

function assertVerdictsLead(model: RulesetModel): void {
  for (const [container, elements] of model.elements) {
    for (const [key, value] of elements) {
      const target = /^goto (.*)/.exec(value)?.[1];
      if (target === undefined) continue;
      assert.ok(model.objects.has(`chain ${target}`), `${container} ${key} leads to ${target}`);
    }
  }
  for (const object of model.objects.values()) {
    if (object.kind !== 'chain') continue;
    for (const [, target] of object.rules.join('\n').matchAll(/goto ([^\s,]+)/g)) {
      assert.ok(model.objects.has(`chain ${target}`), `${object.name} leads to ${target}`);
    }
    for (const [, set] of object.rules.join('\n').matchAll(/@([^\s,]+)/g)) {
      assert.ok(set === 'pod-cidrs' || model.objects.has(`set ${set}`) || model.objects.has(`map ${set}`), `no ${set}`);
    }
  }
}

function sorted({ objects, elements }: RulesetModel): unknown {
  const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);
  const containers = [...elements].map(([name, entries]) => [name, [...entries].sort(byKey)] as const);
  return { objects: [...objects].sort(byKey), elements: containers.sort(byKey) };
}
