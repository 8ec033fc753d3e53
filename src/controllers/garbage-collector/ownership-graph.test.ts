import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configMaps } from '../../api/generated/index.ts';
import type { KubeObject } from '../../machinery/index.ts';
import { OwnershipGraph } from './ownership-graph.ts';

function map(uid: string, owners: readonly string[] = []): KubeObject {
  const ownerReferences = owners.map(owner => ({ apiVersion: 'v1', kind: 'ConfigMap', name: owner, uid: owner }));
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: uid, uid, ownerReferences } };
}

const dependents = (graph: OwnershipGraph, uid: string): string[] => graph.dependentsOf(uid).map(node => node.uid);

test('knows dependents of an owner that it sees only later', () => {
  const graph = new OwnershipGraph();
  graph.set(configMaps, map('child', ['owner']));
  assert.deepEqual(dependents(graph, 'owner'), ['child']);
  graph.set(configMaps, map('owner'));
  assert.deepEqual(dependents(graph, 'owner'), ['child']);
});

test('follows changes of owners', () => {
  const graph = new OwnershipGraph();
  assert.equal(graph.set(configMaps, map('child', ['first'])), true);
  const moved = map('child', ['second']);
  assert.equal(graph.set(configMaps, moved), true);
  assert.deepEqual([dependents(graph, 'first'), dependents(graph, 'second')], [[], ['child']]);
  assert.equal(graph.set(configMaps, { ...moved, metadata: { ...moved.metadata } }), false, 'the same owners');
});

test('keeps dependents of an owner that is gone until they are gone as well', () => {
  const graph = new OwnershipGraph();
  graph.set(configMaps, map('owner'));
  graph.set(configMaps, map('child', ['owner']));
  graph.delete('owner');
  assert.deepEqual(dependents(graph, 'owner'), ['child']);
  graph.delete('child');
  assert.deepEqual(dependents(graph, 'owner'), []);
});
