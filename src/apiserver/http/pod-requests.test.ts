import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../api/generated/index.ts';
import type { ExecSession, NodeConnections } from '../core-contract.ts';
import { chooseContainer } from './pod-containers.ts';
import { explainMissingLog, readLogRequest, respondLog } from './pod-log.ts';
import { openStreamTarget } from './pod-stream.ts';
import { parseQuery } from './query.ts';

function pod(state: object = { running: {} }, lastState?: object): Pod {
  const containers = [{ name: 'main' }, { name: 'other' }];
  const status = { containerStatuses: [{ name: 'main', state, lastState }] };
  const spec = {
    nodeName: 'n',
    initContainers: [{ name: 'init' }],
    containers,
    ephemeralContainers: [{ name: 'debug' }],
  };
  return { metadata: { name: 'p' }, spec, status } as unknown as Pod;
}

test('a container must be named where there are several, and exist', () => {
  assert.equal(chooseContainer(pod(), 'debug'), 'debug');
  assert.throws(() => chooseContainer(pod(), ''), {
    code: 400,
    message: 'a container name must be specified for pod p, choose one of: [init main other debug]',
  });
  assert.throws(() => chooseContainer(pod(), 'x'), { code: 400, message: 'container x is not valid for pod p' });
});

test('log options out of range are named', () => {
  const read = (query: string) => readLogRequest(parseQuery(`container=main&${query}`), pod());
  assert.deepEqual([read('follow=true&tailLines=0').follow, read('tailLines=0').tailLines], [true, 0]);
  assert.throws(() => read('tailLines=-1'), {
    code: 422,
    message: 'PodLogOptions "p" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0',
  });
  assert.throws(() => read('limitBytes=0'), /limitBytes: Invalid value: 0: must be greater than 0/);
  assert.throws(
    () => read('sinceSeconds=1&sinceTime=2026-01-01T00:00:00Z'),
    /at most one of `sinceTime` or `sinceSeconds`/,
  );
  assert.throws(() => read('tailLines=x'), { code: 400 });
});

test('a log that is not there is explained as the kubelet does', () => {
  const explain = (state: object, lastState?: object, previous = false) =>
    explainMissingLog(pod(state, lastState), { container: 'main', previous });
  assert.equal(explain({ running: {} }), undefined);
  assert.equal(
    explain({ waiting: { reason: 'ContainerCreating' } }),
    'container "main" in pod "p" is waiting to start: ContainerCreating',
  );
  assert.equal(
    explain({ waiting: { reason: 'ErrImagePull' } }),
    'container "main" in pod "p" is waiting to start: image can\'t be pulled',
  );
  assert.equal(
    explain({ waiting: { reason: 'ImagePullBackOff' } }),
    'container "main" in pod "p" is waiting to start: trying and failing to pull image',
  );
  assert.equal(explain({ waiting: { reason: 'CrashLoopBackOff' } }, { terminated: { containerID: 'c' } }), undefined);
  assert.equal(explain({ running: {} }, undefined, true), 'previous terminated container "main" in pod "p" not found');
  assert.equal(explain({ running: {} }, { terminated: { containerID: 'c' } }, true), undefined);
  assert.equal(
    explainMissingLog(pod(), { container: 'other', previous: false }),
    'container "other" in pod "p" is not available',
  );
});

const unreachable: NodeConnections = {
  logs: () => assert.fail('nobody asked the node'),
  exec: () => assert.fail('nobody asked the node'),
  attach: () => assert.fail('nobody asked the node'),
  portForward: () => assert.fail('nobody asked the node'),
};

test('a pod without a node has an empty log and no sessions', async () => {
  const unscheduled = { ...pod(), spec: { containers: [{ name: 'main' }] } } as unknown as Pod;
  assert.equal((await respondLog(unreachable, unscheduled, parseQuery(''))).body, '');
  const opened = openStreamTarget(unreachable, unscheduled, 'exec', parseQuery('stdout=1&command=ls'));
  await assert.rejects(opened, { code: 400, message: 'pod p does not have a host assigned' });
});

test('a session is opened with what the query asks for', async () => {
  const asked: unknown[] = [];
  const session = {} as ExecSession;
  const nodes: NodeConnections = {
    ...unreachable,
    exec: async (_pod, request) => {
      asked.push(request);
      return session;
    },
  };
  const query = 'container=main&stdin=1&stdout=true&stderr=true&tty=true&command=sh&command=-c&command=a%20b';
  await openStreamTarget(nodes, pod(), 'exec', parseQuery(query));
  const wanted = {
    container: 'main',
    stdin: true,
    stdout: true,
    stderr: false,
    tty: true,
    command: ['sh', '-c', 'a b'],
  };
  assert.deepEqual(asked, [wanted]);
  const open = (text: string) => openStreamTarget(nodes, pod(), 'exec', parseQuery(`container=main&${text}`));
  await assert.rejects(open('command=ls'), /at least 1 of stdin, stdout, stderr/);
  await assert.rejects(open('stdout=1'), /at least one command/);
});
