import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deletionsOf, readFlows } from './conntrack.ts';
import { readNftError } from './nft-error.ts';

test('names what nft said and the element it said it about', () => {
  const script = 'add table ip t\nadd element ip t m { 1.1.1.1 . 80 : goto a, 1.1.1.2 . 80 : goto b }\n';
  const stderr = `/run/x/services.nft:2:45-56: Error: Could not process rule: File exists\nadd element …\n    ^^^^\n`;
  const error = readNftError(stderr, script);
  assert.equal(error.reason, 'Could not process rule: File exists');
  assert.equal(error.message, 'nft: Could not process rule: File exists: 1.1.1.2 . 80 (add element ip t m)');
});

test('keeps a message that names no place', () => {
  assert.equal(
    readNftError('Operation not permitted (you must be root)\n', '').message,
    'nft: Operation not permitted (you must be root)',
  );
});

test('reads the flows that conntrack lists, in both families', () => {
  const text = `udp      17 27 src=10.1.0.4 dst=10.96.0.20 sport=40001 dport=80 src=10.1.0.2 dst=10.1.0.4 sport=8080 dport=40001 mark=0 use=1
udp      17 3 src=10.1.0.4 dst=192.0.2.7 sport=40002 dport=53 [UNREPLIED] src=192.0.2.7 dst=10.1.0.4 sport=53 dport=40002 mark=0 use=1
conntrack v1.4.7 (conntrack-tools): 2 flow entries have been shown.`;
  const flows = readFlows(text);
  assert.equal(flows.length, 2);
  assert.deepEqual(flows[0], {
    originalSource: '10.1.0.4',
    originalSourcePort: 40001,
    originalDestination: '10.96.0.20',
    originalDestinationPort: 80,
    replySource: '10.1.0.2',
    replySourcePort: 8080,
  });
});

test('deletes all flows of a frontend to a backend in one call', () => {
  const flow = {
    originalSource: '10.1.0.4',
    originalSourcePort: 40001,
    originalDestination: '10.96.0.20',
    originalDestinationPort: 80,
    replySource: '10.1.0.2',
    replySourcePort: 8080,
  };
  const calls = deletionsOf([flow, { ...flow, originalSourcePort: 40002 }, { ...flow, replySource: '10.1.0.3' }]);
  assert.deepEqual(
    calls.map(call => call.at(-3)),
    ['10.1.0.2', '10.1.0.3'],
  );
});
