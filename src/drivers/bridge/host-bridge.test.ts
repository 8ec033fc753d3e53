import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gatewayOf } from './host-bridge.ts';

test('the gateway of a subnet is its first address', () => {
  assert.equal(gatewayOf('10.244.0.0/24'), '10.244.0.1');
  assert.equal(gatewayOf('10.244.3.128/25'), '10.244.3.129');
  assert.equal(gatewayOf('fd01::/64'), 'fd01::1');
  assert.throws(() => gatewayOf('10.244.0.0'), /no subnet for pods: 10\.244\.0\.0/);
});
