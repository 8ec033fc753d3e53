/**
 * The rarer verbs and flags of kubectl against a control plane with simulated nodes. Of the kubectls at hand only the
 * newest: `npm run clients` runs all from 1.27 on.
 */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Kubectl, startKubectl } from '../api-server/kubectl.ts';
import { TestCluster } from './cluster-process.ts';
import { kubectlsAtHand } from './kubectls-at-hand.ts';
import { type BoundKubectl, bindKubectl, eventually } from './run-kubectl.ts';

const oldestMinor = 27;
const supported = kubectlsAtHand().filter(({ version }) => Number(version.split('.')[1]) >= oldestMinor);
const kubectls = supported.slice(-1);

const deployment = (image: string): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, labels: { app: web } }
spec:
  replicas: 1
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { terminationGracePeriodSeconds: 1, containers: [{ name: web, image: "${image}" }] }
`;

const configMap = (name: string, value: string, labels = '{}'): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name}, labels: ${labels} }\ndata: { key: ${value} }\n`;

describe('kubectl, its rarer verbs', {
  concurrency: 2,
  skip: kubectls.length === 0 ? 'no kubectl at hand' : false,
}, () => {
  let cluster: TestCluster;
  const folder = mkdtempSync(join(tmpdir(), 'sampan-more-verbs-'));
  before(async () => {
    cluster = await TestCluster.start(['--nodes', `simulated:${kubectls.length + 1}`]);
  });
  after(async () => {
    await cluster[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  for (const [index, version] of kubectls.entries())
    describe(version.version, { concurrency: false }, () => testVersion(version, `sim-${index}`));

  function testVersion(version: Kubectl, ownNode: string): void {
    const namespace = `m${version.version.replace('.', '-')}`;
    let kubectl: BoundKubectl;
    const file = (name: string, text: string): string => {
      const path = join(folder, namespace, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      return path;
    };
    const value = (name: string): Promise<string> =>
      kubectl('get', 'configmap', name, '--ignore-not-found', '-o', 'jsonpath={.data.key}');

    before(async () => {
      kubectl = bindKubectl(version, cluster.kubeconfig, namespace);
      await kubectl('create', 'namespace', namespace);
      await kubectl('apply', '-f', file('web.yaml', deployment('web:1')));
      await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
    });
    after(() => kubectl('delete', 'namespace', namespace, '--wait=false'));

    test('version, cluster-info, api-versions, get --raw', async () => {
      const { serverVersion } = JSON.parse(await kubectl('version', '-o', 'json'));
      assert.match(serverVersion.gitVersion, /^v1\.36\.0/);
      assert.match(await kubectl('cluster-info'), /is running at .*https:\/\/127\.0\.0\.1/);
      const versions = (await kubectl('api-versions')).trim().split('\n');
      for (const one of ['v1', 'apps/v1', 'batch/v1', 'rbac.authorization.k8s.io/v1'])
        assert.ok(versions.includes(one), one);
      assert.equal(await kubectl('get', '--raw', '/readyz'), 'ok');
      assert.equal(JSON.parse(await kubectl('get', '--raw', '/version')).minor, '36');
      assert.match(await kubectl('get', '--raw', '/metrics'), /^apiserver_request/m);
      const status = await kubectl.attempt(['get', 'componentstatuses']);
      assert.equal(status.code, 0, status.stderr);
    });

    test('explain, with and without --recursive, in both of its formats', async () => {
      assert.match(
        await kubectl('explain', 'pod.spec.containers', '--recursive'),
        /imagePullPolicy[\s\S]*startupProbe/,
      );
      assert.match(await kubectl('explain', 'cronjobs', '--api-version=batch/v1'), /KIND: +CronJob/);
      assert.match(await kubectl('explain', 'hpa.spec.metrics', '--api-version=autoscaling/v2'), /RESOURCE|FIELD/i);
      const wrong = await kubectl.attempt(['explain', 'pod.spec.nothing']);
      assert.match(wrong.stderr, /field "nothing" does not exist|field "spec\.nothing" does not exist/);
      assert.match(await kubectl('explain', 'deployment.spec', '--output=plaintext-openapiv2'), /minReadySeconds/);
    });

    test('api-resources: by group, verb, namespace, name and width', async () => {
      const names = (await kubectl('api-resources', '--namespaced=false', '--verbs=list', '-o', 'name')).split('\n');
      assert.ok(names.includes('nodes') && names.includes('clusterroles.rbac.authorization.k8s.io'));
      assert.ok(!names.includes('pods'));
      assert.match(
        await kubectl('api-resources', '--api-group=apps', '-o', 'wide'),
        /deployments +deploy +apps\/v1 +true/,
      );
    });

    test('get: several kinds, ignore-not-found, chunks, field selectors, templates, show-managed-fields, subresources', async () => {
      assert.match(
        await kubectl('get', 'deploy,rs,po', '-l', 'app=web', '--show-kind'),
        /deployment\.apps\/web[\s\S]*pod\/web-/,
      );
      assert.equal(await kubectl('get', 'secret', 'nothing', '--ignore-not-found'), '');
      assert.match(await kubectl('get', 'pods', '-A', '--chunk-size=1', '--no-headers'), /web-/);
      const running = await kubectl('get', 'pods', '--field-selector=status.phase=Running', '-o', 'name');
      assert.match(running, /^pod\/web-/);
      const template = '{{range .items}}{{.metadata.name}} {{end}}';
      assert.match(await kubectl('get', 'deploy', '-o', `go-template=${template}`), /^web $/);
      assert.match(
        await kubectl('get', 'deploy', 'web', '-o', 'yaml', '--show-managed-fields'),
        /manager: kubectl-client-side-apply/,
      );
      assert.match(await kubectl('get', 'deploy', '--show-labels', '-L', 'app'), /LABELS[\s\S]*app=web/);
      assert.match(await kubectl('get', 'deployment', 'web', '--subresource=scale'), /^NAME +DESIRED +AVAILABLE/);
      assert.match(
        await kubectl('get', 'events', '--for', 'deployment/web', '-o', 'name').catch(() =>
          kubectl('events', '--for', 'deployment/web'),
        ),
        /event\/web|ScalingReplicaSet/,
      );
    });

    test('events: of one object and by type', async () => {
      assert.match(await kubectl('events', '--for=deployment/web'), /ScalingReplicaSet/);
      assert.doesNotMatch(await kubectl('events', '--types=Warning'), /ScalingReplicaSet/);
      assert.match(await kubectl('events', '-A', '--no-headers'), /Scheduled/);
    });

    test('apply --server-side with its dry runs, field managers and conflicts; then client-side again', async () => {
      const path = file('served.yaml', configMap('served', 'one'));
      assert.match(
        await kubectl('apply', '--server-side', '--dry-run=server', '-f', path),
        /serverside-applied \(server dry run\)/,
      );
      assert.equal(await value('served'), '');
      await kubectl('apply', '--server-side', '-f', path);
      assert.equal((await kubectl.attempt(['diff', '--server-side', '-f', path])).code, 0);
      const changed = file('changed.yaml', configMap('served', 'two'));
      const diff = await kubectl.attempt([
        'diff',
        '--server-side',
        '--field-manager=other',
        '--force-conflicts',
        '-f',
        changed,
      ]);
      assert.equal(diff.code, 1, diff.stderr);
      assert.match(diff.stdout.toString(), /^\+ +key: two$/m);
      await kubectl(
        'patch',
        'configmap',
        'served',
        '--field-manager=stranger',
        '--type=merge',
        '-p',
        '{"data":{"key":"theirs"}}',
      );
      const refused = await kubectl.attempt(['apply', '--server-side', '-f', changed]);
      assert.match(refused.stderr, /conflict with "stranger"/);
      await kubectl('apply', '--server-side', '--force-conflicts', '-f', changed);
      assert.equal(await value('served'), 'two');
      await kubectl('apply', '-f', path, '--force-conflicts=false');
      assert.equal(await value('served'), 'one');
    });

    test('apply --prune takes away what the files no longer hold', async () => {
      const mine = '{ pruned: "yes" }';
      const both = `${configMap('stays', 'a', mine)}---\n${configMap('goes', 'b', mine)}`;
      await kubectl('apply', '-f', file('both.yaml', both));
      const text = await kubectl(
        'apply',
        ...['-f', file('one.yaml', configMap('stays', 'a', mine)), '--prune', '-l', 'pruned=yes'],
        ...['--prune-allowlist=core/v1/ConfigMap'],
      );
      assert.match(text, /configmap\/goes pruned/);
      assert.equal(await kubectl('get', 'configmap', '-l', 'pruned=yes', '-o', 'name'), 'configmap/stays\n');
    });

    test('apply view-last-applied, edit-last-applied, set-last-applied', async () => {
      assert.match(await kubectl('apply', 'view-last-applied', 'deployment/web'), /image: web:1/);
      await kubectl('apply', 'set-last-applied', '-f', file('web.yaml', deployment('web:1')));
    });

    test('kustomize, and apply -k', async () => {
      file('kustom/base.yaml', configMap('base', 'plain'));
      const root = dirname(
        file(
          'kustom/kustomization.yaml',
          'resources: [base.yaml]\nnamePrefix: pre-\nlabels: [{ pairs: { from: kustomize } }]\n' +
            'configMapGenerator: [{ name: made, literals: [a=b] }]\n',
        ),
      );
      assert.match(await kubectl('kustomize', root), /name: pre-base[\s\S]*name: pre-made-/);
      assert.match(await kubectl('apply', '-k', root), /configmap\/pre-base created/);
      await kubectl('delete', '-k', root);
    });

    test('wait: for a JSON path, a condition, creation and deletion; and its time limit', async () => {
      await kubectl('wait', '--for=jsonpath={.status.readyReplicas}=1', 'deployment/web', '--timeout=30s');
      await kubectl('wait', '--for=condition=Available=True', 'deployment', '-l', 'app=web', '--timeout=30s');
      const never = await kubectl.attempt([
        'wait',
        '--for=jsonpath={.data.key}=never',
        'configmap/kube-root-ca.crt',
        '--timeout=1s',
      ]);
      assert.match(never.stderr, /timed out waiting for the condition/);
      if (kubectl.minor >= 31) {
        const created = kubectl('wait', '--for=create', 'configmap/awaited', '--timeout=20s');
        await kubectl('create', 'configmap', 'awaited');
        await created;
      }
    });

    test('set: image, env, resources, serviceaccount, selector, subject', async () => {
      await kubectl('create', 'serviceaccount', 'robot');
      await kubectl('set', 'image', 'deployment/web', 'web=web:2');
      await kubectl('set', 'env', 'deployment/web', 'COLOR=blue');
      await kubectl('set', 'resources', 'deployment/web', '--limits=cpu=200m,memory=64Mi', '--requests=cpu=10m');
      await kubectl('set', 'serviceaccount', 'deployment/web', 'robot');
      const spec = JSON.parse(await kubectl('get', 'deployment', 'web', '-o', 'jsonpath={.spec.template.spec}'));
      const [container] = spec.containers;
      assert.deepEqual(
        [container.image, container.env[0].value, container.resources.limits.memory, spec.serviceAccountName],
        ['web:2', 'blue', '64Mi', 'robot'],
      );
      assert.match(await kubectl('set', 'env', 'deployment/web', '--list'), /COLOR=blue/);
      await kubectl('create', 'rolebinding', 'reads', '--clusterrole=view', '--user=ann');
      await kubectl('set', 'subject', 'rolebinding', 'reads', `--serviceaccount=${namespace}:robot`);
      await kubectl('create', 'service', 'clusterip', 'chosen', '--tcp=80:80');
      await kubectl('set', 'selector', 'service', 'chosen', 'app=web');
      assert.equal(await kubectl('get', 'service', 'chosen', '-o', 'jsonpath={.spec.selector.app}'), 'web');
      await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
    });

    test('rollout: history of a revision, pause, resume, restart, undo to a revision', async () => {
      assert.match(await kubectl('rollout', 'history', 'deployment/web', '--revision=1'), /Image:\s+web:1/);
      await kubectl('rollout', 'pause', 'deployment/web');
      const paused = await kubectl.attempt(['rollout', 'undo', 'deployment/web']);
      assert.match(paused.stderr, /cannot rollback a paused deployment|paused/);
      await kubectl('rollout', 'resume', 'deployment/web');
      await kubectl('rollout', 'undo', 'deployment/web', '--to-revision=1');
      await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
      assert.equal(
        await kubectl('get', 'deployment', 'web', '-o', 'jsonpath={.spec.template.spec.containers[0].image}'),
        'web:1',
      );
      await kubectl('rollout', 'restart', 'deployment', '-l', 'app=web');
      await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
    });

    test('autoscale, scale with a precondition, and patch --subresource', async () => {
      await kubectl('autoscale', 'deployment', 'web', '--min=1', '--max=3', '--cpu-percent=50').catch(() =>
        kubectl('autoscale', 'deployment', 'web', '--min=1', '--max=3', '--cpu=50%'),
      );
      assert.match(await kubectl('get', 'hpa', 'web'), /Deployment\/web/);
      await kubectl('delete', 'hpa', 'web');
      const wrong = await kubectl.attempt(['scale', 'deployment/web', '--current-replicas=7', '--replicas=2']);
      assert.match(wrong.stderr, /Expected replicas to be 7, was 1/);
      await kubectl('scale', 'deployment/web', '--current-replicas=1', '--replicas=2');
      await kubectl(
        'patch',
        'deployment',
        'web',
        '--subresource=scale',
        '--type=merge',
        '-p',
        '{"spec":{"replicas":1}}',
      );
      assert.equal(await kubectl('get', 'deployment', 'web', '-o', 'jsonpath={.spec.replicas}'), '1');
      await kubectl(
        'patch',
        'node',
        ownNode,
        '--subresource=status',
        '--type=merge',
        '-p',
        '{"status":{"capacity":{"example.com/oar":"4"}}}',
      );
      assert.equal(await kubectl('get', 'node', ownNode, '-o', 'jsonpath={.status.capacity.example\\.com/oar}'), '4');
    });

    test('edit, also of a subresource; label and annotate --list, --all, --overwrite', async () => {
      const editor = file('editor.sh', '#!/bin/sh\nsed -i "s/key: one/key: edited/" "$1"\n');
      chmodSync(editor, 0o755);
      const before = process.env['KUBE_EDITOR'];
      process.env['KUBE_EDITOR'] = editor;
      try {
        await kubectl('edit', 'configmap', 'served');
      } finally {
        if (before === undefined) delete process.env['KUBE_EDITOR'];
        else process.env['KUBE_EDITOR'] = before;
      }
      assert.equal(await value('served'), 'edited');
      await kubectl('label', 'configmap', '--all', 'seen=yes');
      await kubectl('label', 'configmap', 'served', 'seen=again', '--overwrite', '--resource-version=0').catch(
        () => '',
      );
      assert.match(await kubectl('label', 'configmap', 'served', '--list'), /seen=/);
      await kubectl('annotate', 'configmap', 'served', 'note=a', 'other=b');
      assert.match(await kubectl('annotate', 'configmap', 'served', '--list'), /note=a/);
      await kubectl('annotate', 'configmap', 'served', 'note-');
    });

    test('replace, and replace --force', async () => {
      await kubectl('replace', '-f', file('replaced.yaml', configMap('served', 'replaced')));
      assert.equal(await value('served'), 'replaced');
      const before = await kubectl('get', 'configmap', 'served', '-o', 'jsonpath={.metadata.uid}');
      await kubectl('replace', '--force', '-f', file('replaced.yaml', configMap('served', 'forced')));
      assert.notEqual(await kubectl('get', 'configmap', 'served', '-o', 'jsonpath={.metadata.uid}'), before);
    });

    test('create of every sort', async () => {
      for (const words of [
        'quota few --hard=pods=50,secrets=20',
        'role writer --verb=create,update --resource=deployments.apps,configmaps --resource-name=one',
        'rolebinding writes --role=writer --user=ann --group=crew',
        `clusterrole ${namespace}-reader --verb=get,list --resource=nodes`,
        `clusterrole ${namespace}-paths --verb=get --non-resource-url=/logs/*`,
        `clusterrolebinding ${namespace}-reads --clusterrole=${namespace}-reader --user=ann`,
        `priorityclass ${namespace}-high --value=1000 --description=high`,
        'poddisruptionbudget safe --selector=app=web --min-available=1',
        'ingress gate --rule=example.com/*=web:80',
        'cronjob tick --image=web:1 --schedule=0_0_*_*_*',
        'job once --image=web:1',
        'service nodeport outside --tcp=80:80',
        'service externalname away --external-name=example.com',
        'service loadbalancer balanced --tcp=80:80',
        'secret docker-registry pull --docker-server=example.com --docker-username=a --docker-password=b',
        'secret generic plain --from-literal=a=b',
        'configmap literals --from-literal=a=b',
        'deployment another --image=web:1 --replicas=0 --port=80',
      ]) {
        const args = words.split(' ').map(word => word.replaceAll('_', ' '));
        await kubectl('create', ...args);
      }
      await kubectl('create', 'job', 'from-tick', '--from=cronjob/tick');
      const token = await kubectl('create', 'token', 'robot', '--duration=1h', '--audience=vault');
      assert.equal(token.trim().split('.').length, 3);
      assert.match(
        await kubectl('create', 'deployment', 'dry', '--image=x', '--dry-run=client', '-o', 'yaml'),
        /kind: Deployment/,
      );
      const refused = await kubectl.attempt(['create', 'configmap', 'literals']);
      assert.match(refused.stderr, /configmaps "literals" already exists/);
      await kubectl('delete', 'clusterrole', `${namespace}-reader`, `${namespace}-paths`);
      await kubectl('delete', 'clusterrolebinding', `${namespace}-reads`);
      await kubectl('delete', 'poddisruptionbudget', 'safe');
      await kubectl('delete', 'priorityclass', `${namespace}-high`);
    });

    test('auth: whoami, can-i --list, reconcile', async () => {
      if (kubectl.minor >= 28) assert.match(await kubectl('auth', 'whoami'), /Username +kubernetes-admin/);
      assert.match(
        await kubectl('auth', 'can-i', '--list', '--as=ann'),
        /deployments\.apps +\[\] +\[one\] +\[create update\]/,
      );
      const roles = file(
        'roles.yaml',
        `apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: { name: reconciled, namespace: ${namespace} }\n` +
          'rules: [{ apiGroups: [""], resources: [pods], verbs: [get] }]\n',
      );
      assert.match(
        await kubectl('auth', 'reconcile', '-f', roles),
        /role\.rbac\.authorization\.k8s\.io\/reconciled reconciled/,
      );
      assert.equal((await kubectl('auth', 'can-i', 'get', 'pods/log', '--as=nobody').catch(() => 'no')).trim(), 'no');
    });

    test('certificate approve and deny', async () => {
      const request = readFileSync(join(import.meta.dirname, '../fixtures/certificate-request.pem')).toString('base64');
      const csr = (name: string): string =>
        'apiVersion: certificates.k8s.io/v1\nkind: CertificateSigningRequest\n' +
        `metadata: { name: ${namespace}-${name} }\n` +
        `spec: { request: ${request}, signerName: example.com/harbour, usages: [client auth] }\n`;
      await kubectl('apply', '-f', file('csr.yaml', `${csr('good')}---\n${csr('bad')}`));
      await kubectl('certificate', 'approve', `${namespace}-good`);
      await kubectl('certificate', 'deny', `${namespace}-bad`);
      const list = await kubectl('get', 'csr');
      assert.match(list, new RegExp(`${namespace}-good .* Approved`));
      assert.match(list, new RegExp(`${namespace}-bad .* Denied`));
      await kubectl('delete', 'csr', `${namespace}-good`, `${namespace}-bad`);
    });

    test('cordon, taint, drain and uncordon', async () => {
      await kubectl('cordon', ownNode);
      await kubectl(
        'drain',
        ownNode,
        '--ignore-daemonsets',
        '--force',
        '--delete-emptydir-data',
        '--grace-period=1',
        '--timeout=60s',
      );
      await kubectl('uncordon', ownNode);
      await kubectl('taint', 'nodes', ownNode, 'a=b:NoSchedule', 'c=d:PreferNoSchedule');
      await kubectl('taint', 'nodes', ownNode, 'a-', 'c-');
      assert.match(await kubectl('describe', 'node', ownNode), /Taints: +<none>/);
    });

    test('top: there is no metrics API, and it says so', async () => {
      for (const kind of ['nodes', 'pods']) {
        const { code, stderr } = await kubectl.attempt(['top', kind]);
        assert.equal(code, 1);
        assert.match(stderr, /Metrics API not available/);
      }
    });

    test('what needs a container says that nothing executes there', async () => {
      const pod = (await kubectl('get', 'pods', '-l', 'app=web', '-o', 'name')).trim().split('\n')[0]!;
      for (const args of [
        ['logs', pod],
        ['exec', pod, '--', 'true'],
        ['cp', `${namespace}/${pod.replace('pod/', '')}:/etc/hosts`, join(folder, 'hosts')],
      ] as const) {
        const { code, stderr } = await kubectl.attempt(args);
        assert.notEqual(code, 0, args[0]);
        assert.match(stderr, /nothing executes/, args[0]);
      }
    });

    test('debug: an ephemeral container, and a copy of the pod', async () => {
      await kubectl('run', 'patient', '--image=web:1');
      await kubectl('wait', '--for=condition=Ready', 'pod/patient', '--timeout=30s');
      await kubectl('debug', 'patient', '--image=tools:1', '--container=doctor', '--attach=false');
      const names = await kubectl('get', 'pod', 'patient', '-o', 'jsonpath={.spec.ephemeralContainers[*].name}');
      assert.equal(names, 'doctor');
      await kubectl('debug', 'patient', '--image=tools:1', '--copy-to=twin', '--share-processes', '--attach=false');
      assert.equal(await kubectl('get', 'pod', 'twin', '-o', 'jsonpath={.spec.shareProcessNamespace}'), 'true');
    });

    test('proxy passes requests on', async () => {
      const proxy = startKubectl(version, cluster.kubeconfig, ['proxy', '--port=0']);
      try {
        const address = /127\.0\.0\.1:\d+/.exec(await proxy.waitFor(/Starting to serve on 127\.0\.0\.1:\d+/))![0];
        const answer = await fetch(`http://${address}/api/v1/namespaces/${namespace}`);
        assert.equal(((await answer.json()) as { metadata: { name: string } }).metadata.name, namespace);
      } finally {
        await proxy.stop();
      }
    });

    test('delete: by label, all of a kind, with cascades, in the background', async () => {
      await kubectl('delete', 'configmap', '-l', 'seen=yes', '--field-selector=metadata.name!=kube-root-ca.crt');
      await kubectl('delete', 'deployment', 'web', '--cascade=orphan');
      assert.match(await kubectl('get', 'rs', '-l', 'app=web', '-o', 'name'), /replicaset/);
      await kubectl('delete', 'rs', '-l', 'app=web', '--cascade=foreground', '--timeout=60s');
      const pods = () => kubectl('get', 'pods', '-l', 'app=web', '-o', 'name');
      await eventually('no pods', pods, names => names === '');
      await kubectl('delete', 'jobs,cronjobs', '--all', '--wait=false');
      await kubectl('delete', 'pod', 'patient', '--now');
      await kubectl('delete', 'pod', 'twin', '--grace-period=0', '--force');
    });
  }
});
