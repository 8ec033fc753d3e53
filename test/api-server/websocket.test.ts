/** What comes over a WebSocket besides sessions of new clients: logs, watches, and commands by the first protocol. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { WebSocket } from 'ws';
import { configMaps, pods, serviceAccounts } from '../../src/api/generated/index.ts';
import { createProcessConnections } from './process-connections.ts';
import { type RunningApiServer, startApiServer } from './start-api-server.ts';

let running: RunningApiServer;
const podPath = '/api/v1/namespaces/default/pods/p';

before(async () => {
  running = await startApiServer({ nodes: createProcessConnections() });
  await running.client.create(serviceAccounts, { metadata: { name: 'default', namespace: 'default' } });
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'default' },
    spec: { nodeName: 'n', containers: [{ name: 'main', image: 'x' }] },
  };
  const created = await running.client.create(pods, pod as never);
  const state = { name: 'main', image: 'x', imageID: 'x', ready: true, restartCount: 0, state: { running: {} } };
  const status = { phase: 'Running', containerStatuses: [state] };
  await running.client.updateStatus(pods, { ...created, status } as never);
});
after(() => running[Symbol.asyncDispose]());

interface Talk {
  readonly socket: WebSocket;
  readonly messages: (string | Buffer)[];
  /** Resolves when the server has closed, to its code. */
  readonly closed: Promise<number>;
}

function open(path: string, protocols: string[]): Talk {
  const { admin, authority } = running.pki;
  const socket = new WebSocket(`wss://127.0.0.1:${running.port}${path}`, protocols, {
    ca: authority.certificate,
    cert: admin.certificate,
    key: admin.privateKey,
  });
  const messages: (string | Buffer)[] = [];
  socket.on('message', (data: Buffer, isBinary) => messages.push(isBinary ? data : data.toString()));
  const closed = new Promise<number>((resolve, reject) => socket.on('close', resolve).on('error', reject));
  return { socket, messages, closed };
}

test('a log comes as binary messages behind an empty one', async () => {
  for (const protocols of [['binary.k8s.io'], []]) {
    const { messages, closed, socket } = open(`${podPath}/log?follow=true`, protocols);
    assert.equal(await closed, 1000);
    assert.equal(socket.protocol, protocols[0] ?? '');
    assert.equal(messages[0]!.length, 0);
    assert.equal(Buffer.concat(messages as Buffer[]).toString(), 'line 1\nline 2\nline 3\n');
  }
});

test('a log comes in base64 to who cannot read bytes', async () => {
  const { messages, closed } = open(`${podPath}/log`, ['base64.binary.k8s.io']);
  await closed;
  assert.equal(messages.map(text => Buffer.from(text as string, 'base64').toString()).join(''), '1\n2\n3\n');
});

test('a log that there is not is refused as ever', async () => {
  const { closed } = open(`${podPath}/log?container=none`, ['binary.k8s.io']);
  await assert.rejects(closed, /Unexpected server response: 400/);
  await assert.rejects(open(`${podPath}/log`, ['v4.channel.k8s.io']).closed, /Unexpected server response: 400/);
});

test('a watch tells each event in a message of its own', async () => {
  const { socket, messages, closed } = open('/api/v1/namespaces/default/configmaps?watch=true&timeoutSeconds=2', []);
  await new Promise(resolve => socket.once('open', resolve));
  for (const name of ['a', 'b']) {
    await running.client.create(configMaps, { metadata: { name, namespace: 'default' } });
  }
  assert.equal(await closed, 1000);
  const events = messages.map(text => JSON.parse(text as string));
  assert.deepEqual(
    events.map(({ type, object }) => [type, object.metadata.name]),
    [
      ['ADDED', 'a'],
      ['ADDED', 'b'],
    ],
  );
});

test('before version 4, a command tells how it ended only when it failed', async () => {
  const run = async (command: string): Promise<readonly string[]> => {
    const query = `stdout=1&command=sh&command=-c&command=${encodeURIComponent(command)}`;
    const { messages, closed } = open(`${podPath}/exec?${query}`, ['channel.k8s.io']);
    await closed;
    return messages.map(message => message.toString()).filter(message => message.length > 1);
  };
  assert.deepEqual(await run('echo out'), ['\u0001out\n']);
  assert.deepEqual(await run('exit 3'), [
    '\u0003command terminated with non-zero exit code: command terminated with exit code 3',
  ]);
});
