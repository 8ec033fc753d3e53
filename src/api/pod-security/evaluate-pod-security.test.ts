import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Container, PodSpec, SecurityContext, Volume } from '../generated/index.ts';
import { describeReasons, describeViolations, evaluatePodSecurity } from './evaluate-pod-security.ts';
import type { PodSecurityStandard } from './pod-security-policy.ts';

const strictContext: SecurityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };

const strictSpec: PodSpec = {
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [{ name: 'a', securityContext: strictContext }],
};

function strictWith(more: Partial<PodSpec>): PodSpec {
  return { ...strictSpec, ...more };
}

function strictContainer(more: Partial<Container>, context: SecurityContext = {}): PodSpec {
  return strictWith({ containers: [{ name: 'a', securityContext: { ...strictContext, ...context }, ...more }] });
}

function judge(spec: PodSpec, standard: string, annotations: Record<string, string> = {}): string {
  const [level, version] = standard.split(':') as [PodSecurityStandard['level'], string | undefined];
  const release = version === undefined || version === 'latest' ? 'latest' : Number(version.slice(3));
  return describeViolations(evaluatePodSecurity({ level, version: release }, { annotations, spec }));
}

describe('the level restricted', () => {
  test('says everything that a plain pod lacks', () => {
    const plain = { containers: [{ name: 'a' }, { name: 'b' }] };
    assert.equal(
      judge(plain, 'restricted'),
      'allowPrivilegeEscalation != false (containers "a", "b" must set securityContext.allowPrivilegeEscalation=false), ' +
        'unrestricted capabilities (containers "a", "b" must set securityContext.capabilities.drop=["ALL"]), ' +
        'runAsNonRoot != true (pod or containers "a", "b" must set securityContext.runAsNonRoot=true), ' +
        'seccompProfile (pod or containers "a", "b" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
    );
    assert.equal(judge(plain, 'baseline'), '');
    assert.equal(judge({ hostPID: true, ...plain }, 'privileged'), '');
  });

  test('lets in what meets it', () => {
    assert.equal(judge(strictSpec, 'restricted'), '');
  });

  test('asked for less in earlier releases', () => {
    const plain: PodSpec = { containers: [{ name: 'a' }] };
    const reasonsIn = (release: number): string =>
      describeReasons(evaluatePodSecurity({ level: 'restricted', version: release }, { annotations: {}, spec: plain }));
    assert.equal(reasonsIn(7), 'runAsNonRoot != true');
    assert.equal(reasonsIn(18), 'allowPrivilegeEscalation != false, runAsNonRoot != true');
    assert.equal(reasonsIn(21), 'allowPrivilegeEscalation != false, runAsNonRoot != true, seccompProfile');
    assert.equal(reasonsIn(99), reasonsIn(36));
  });

  test('looks at containers of every sort, in the order in which they start', () => {
    const container = { securityContext: strictContext };
    const root = { ...strictContext, runAsUser: 0 };
    const spec = strictWith({
      initContainers: [{ ...container, name: 'i', securityContext: root }],
      ephemeralContainers: [{ ...container, name: 'e', securityContext: root }],
    });
    assert.equal(judge(spec, 'restricted'), 'runAsUser=0 (containers "i", "e" must not set runAsUser=0)');
  });

  test('replaces what baseline asks for by its own words', () => {
    const volumes: readonly Volume[] = [
      { name: 'v', hostPath: { path: '/' } },
      { name: 'w', nfs: { server: 's', path: '/' } },
    ];
    assert.equal(judge(strictWith({ volumes }), 'baseline'), 'hostPath volumes (volume "v")');
    assert.equal(
      judge(strictWith({ volumes }), 'restricted'),
      'restricted volume types (volumes "v", "w" use restricted volume types "hostPath", "nfs")',
    );
    const added = strictContainer({}, { capabilities: { drop: ['ALL'], add: ['SYS_ADMIN', 'CHOWN'] } });
    assert.equal(
      judge(added, 'baseline'),
      'non-default capabilities (container "a" must not include "SYS_ADMIN" in securityContext.capabilities.add)',
    );
    assert.equal(
      judge(added, 'restricted'),
      'unrestricted capabilities (container "a" must not include "CHOWN", "SYS_ADMIN" in securityContext.capabilities.add)',
    );
  });

  test('does not ask of Windows what Windows does not know', () => {
    const spec: PodSpec = {
      os: { name: 'windows' },
      securityContext: { runAsNonRoot: true },
      containers: [{ name: 'a' }],
    };
    assert.equal(judge(spec, 'restricted'), '');
    assert.match(judge(spec, 'restricted:v1.24'), /^allowPrivilegeEscalation/);
  });

  test('lets root be where root is nobody', () => {
    const spec = strictContainer({}, { runAsUser: 0, runAsNonRoot: false, procMount: 'Unmasked' });
    const mapped = { ...spec, hostUsers: false };
    assert.equal(
      judge(mapped, 'restricted'),
      'procMount (container "a" must not set securityContext.procMount to "Unmasked")',
    );
    assert.equal(judge(mapped, 'baseline'), '');
    assert.match(judge(mapped, 'restricted:v1.34'), /runAsNonRoot != true \(container "a" must not set .*runAsUser=0/);
  });

  test('takes a profile of the pod for those of its containers, but not a bad one', () => {
    const bad = strictWith({ securityContext: { runAsNonRoot: true, seccompProfile: { type: 'Unconfined' } } });
    assert.equal(
      judge(bad, 'restricted'),
      'seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")',
    );
  });
});

describe('the level baseline', () => {
  const cases: readonly (readonly [Partial<PodSpec>, string])[] = [
    [{ hostNetwork: true, hostIPC: true }, 'host namespaces (hostNetwork=true, hostIPC=true)'],
    [
      {
        containers: [
          {
            name: 'a',
            ports: [
              { containerPort: 1, hostPort: 90 },
              { containerPort: 2, hostPort: 100 },
            ],
          },
        ],
      },
      'hostPort (container "a" uses hostPorts 100, 90)',
    ],
    [
      { containers: [{ name: 'a', livenessProbe: { httpGet: { host: 'h', port: 1 } } }] },
      'probe or lifecycle host (container "a" uses probe or lifecycle host "h")',
    ],
    [
      { containers: [{ name: 'a', securityContext: { privileged: true } }] },
      'privileged (container "a" must not set securityContext.privileged=true)',
    ],
    [
      {
        securityContext: {
          sysctls: [
            { name: 'kernel.msgmax', value: '1' },
            { name: 'net.ipv4.tcp_rmem', value: '1' },
          ],
        },
      },
      'forbidden sysctls (kernel.msgmax)',
    ],
    [
      {
        securityContext: { seLinuxOptions: { user: 'u' } },
        containers: [{ name: 'a', securityContext: { seLinuxOptions: { type: 't', role: 'r' } } }],
      },
      'seLinuxOptions (pod and container "a" set forbidden securityContext.seLinuxOptions: type "t"; user may not be set; role may not be set)',
    ],
    [
      { securityContext: { windowsOptions: { hostProcess: true } } },
      'hostProcess (pod must not set securityContext.windowsOptions.hostProcess=true)',
    ],
    [
      { securityContext: { appArmorProfile: { type: 'Unconfined' } } },
      'forbidden AppArmor profile (pod must not set AppArmor profile type to "Unconfined")',
    ],
  ];
  for (const [spec, expected] of cases) {
    test(`refuses ${expected.slice(0, expected.indexOf(' ('))}`, () => {
      assert.equal(judge({ containers: [{ name: 'a' }], ...spec }, 'baseline'), expected);
    });
  }

  test('reads annotations of old', () => {
    const spec = { containers: [{ name: 'a' }] };
    const appArmor = { 'container.apparmor.security.beta.kubernetes.io/a': 'unconfined' };
    assert.equal(
      judge(spec, 'baseline', appArmor),
      'forbidden AppArmor profile (annotation must not set AppArmor profile type to "container.apparmor.security.beta.kubernetes.io/a="unconfined"")',
    );
    const seccomp = { 'seccomp.security.alpha.kubernetes.io/pod': 'unconfined' };
    assert.equal(judge(spec, 'baseline', seccomp), '');
    assert.equal(
      judge(spec, 'baseline:v1.18', seccomp),
      'seccompProfile (forbidden annotation seccomp.security.alpha.kubernetes.io/pod="unconfined")',
    );
  });

  test('found more sysctls safe over time', () => {
    const sysctls = ['net.ipv4.ip_local_reserved_ports', 'net.ipv4.tcp_fin_timeout', 'net.ipv4.tcp_wmem'];
    const spec: PodSpec = {
      containers: [{ name: 'a' }],
      securityContext: { sysctls: sysctls.map(name => ({ name, value: '1' })) },
    };
    assert.equal(judge(spec, 'baseline:v1.26'), `forbidden sysctls (${sysctls.join(', ')})`);
    assert.equal(judge(spec, 'baseline:v1.28'), `forbidden sysctls (${sysctls.slice(1).join(', ')})`);
    assert.equal(judge(spec, 'baseline:v1.31'), `forbidden sysctls (${sysctls[2]})`);
    assert.equal(judge(spec, 'baseline:v1.32'), '');
  });
});
