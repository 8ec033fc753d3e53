import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatCniConfig } from '../cni-config.ts';
import { formatContainerdConfig } from './containerd-config.ts';
import { containerdLayout } from './layout.ts';

const layout = containerdLayout('/data/"quoted"');
const settings = {
  layout,
  pauseImage: 'localhost/pause:1',
  cniPluginDirectory: '/usr/lib/cni',
  canLowerOomScore: false,
  snapshotter: 'overlayfs',
} as const;

describe('containerd’s configuration', () => {
  it('speaks version 2 to containerd 1 and version 3 to containerd 2', () => {
    const old = formatContainerdConfig({ ...settings, majorVersion: 1 });
    assert.match(old, /^version = 2$/m);
    assert.match(old, /^ {2}sandbox_image = "localhost\/pause:1"$/m);
    assert.match(old, /^ {2}bin_dir = "\/usr\/lib\/cni"$/m);
    const recent = formatContainerdConfig({ ...settings, majorVersion: 2 });
    assert.match(recent, /^version = 3$/m);
    assert.match(recent, /^ {2}sandbox = "localhost\/pause:1"$/m);
    assert.match(recent, /^ {2}bin_dirs = \["\/usr\/lib\/cni"\]$/m);
  });

  it('quotes paths', () => {
    assert.ok(
      formatContainerdConfig({ ...settings, majorVersion: 1 }).includes(String.raw`root = "/data/\"quoted\"/root"`),
    );
  });

  it('restricts oom scores only where they cannot be lowered', () => {
    assert.match(formatContainerdConfig({ ...settings, majorVersion: 1 }), /restrict_oom_score_adj = true/);
    const able = formatContainerdConfig({ ...settings, canLowerOomScore: true, majorVersion: 1 });
    assert.match(able, /restrict_oom_score_adj = false/);
    assert.match(able, /oom_score = -999/);
  });
});

it('keeps sockets short and data directories apart', () => {
  const deep = containerdLayout(`/${'very/deep/'.repeat(30)}`);
  assert.ok(deep.socket.length < 100);
  assert.notEqual(deep.id, layout.id);
});

it('writes a CNI configuration for one or two address families', () => {
  const config = JSON.parse(
    formatCniConfig({ bridge: 'sampan0', podCidrs: ['10.1.0.0/24', 'fd00::/64'], stateDirectory: '/run/x' }),
  );
  const [bridge] = config.plugins;
  assert.deepEqual(bridge.ipam.ranges, [[{ subnet: '10.1.0.0/24' }], [{ subnet: 'fd00::/64' }]]);
  assert.deepEqual(bridge.ipam.routes, [{ dst: '0.0.0.0/0' }, { dst: '::/0' }]);
});
