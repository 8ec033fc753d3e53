import type { ContainerdLayout } from './layout.ts';

export interface ContainerdSettings {
  readonly layout: ContainerdLayout;
  /** containerd's own version: 1 reads configuration version 2, 2 reads version 3. */
  readonly majorVersion: number;
  readonly pauseImage: string;
  readonly cniPluginDirectory: string;
  /** Without CAP_SYS_RESOURCE a negative oom_score_adj cannot be set, and runc would refuse every sandbox. */
  readonly canLowerOomScore: boolean;
  readonly snapshotter: 'overlayfs' | 'native';
  /** Where exec, attach and port-forward are served; default 127.0.0.1. */
  readonly streamingAddress?: string;
}

/** Plugins that a node has no use for: snapshotters of other filesystems, tracing, and the one that creates /opt/containerd. */
const disabledPlugins = [
  'io.containerd.internal.v1.opt',
  'io.containerd.internal.v1.tracing',
  'io.containerd.nri.v1.nri',
  'io.containerd.snapshotter.v1.aufs',
  'io.containerd.snapshotter.v1.blockfile',
  'io.containerd.snapshotter.v1.btrfs',
  'io.containerd.snapshotter.v1.devmapper',
  'io.containerd.snapshotter.v1.zfs',
  'io.containerd.tracing.processor.v1.otlp',
];

/** containerd's configuration file. */
export function formatContainerdConfig(settings: ContainerdSettings): string {
  const sections = settings.majorVersion >= 2 ? sectionsOfVersion3(settings) : sectionsOfVersion2(settings);
  return [...head(settings), ...sections].join('\n');
}

function head({ layout, majorVersion, canLowerOomScore }: ContainerdSettings): string[] {
  return [
    '# Written by Sampan at every start; changes are lost.',
    `version = ${majorVersion >= 2 ? 3 : 2}`,
    `root = ${quote(layout.root)}`,
    `state = ${quote(layout.state)}`,
    `oom_score = ${canLowerOomScore ? -999 : 0}`,
    `disabled_plugins = ${list(disabledPlugins)}`,
    '[grpc]',
    `  address = ${quote(layout.socket)}`,
  ];
}

function sectionsOfVersion2(settings: ContainerdSettings): string[] {
  const { layout } = settings;
  const cri = 'plugins."io.containerd.grpc.v1.cri"';
  return [
    `[${cri}]`,
    `  sandbox_image = ${quote(settings.pauseImage)}`,
    ...sandboxKeys(settings),
    ...streamingKeys(settings),
    `[${cri}.cni]`,
    `  bin_dir = ${quote(settings.cniPluginDirectory)}`,
    `  conf_dir = ${quote(layout.cniConfigDirectory)}`,
    `[${cri}.containerd]`,
    `  snapshotter = ${quote(settings.snapshotter)}`,
    ...runcSection(`${cri}.containerd`),
    `[${cri}.registry]`,
    `  config_path = ${quote(layout.registryConfigDirectory)}`,
    '',
  ];
}

function sectionsOfVersion3(settings: ContainerdSettings): string[] {
  const { layout } = settings;
  const runtime = `plugins.'io.containerd.cri.v1.runtime'`;
  const images = `plugins.'io.containerd.cri.v1.images'`;
  return [
    `[${images}]`,
    `  snapshotter = ${quote(settings.snapshotter)}`,
    `[${images}.pinned_images]`,
    `  sandbox = ${quote(settings.pauseImage)}`,
    `[${images}.registry]`,
    `  config_path = ${quote(layout.registryConfigDirectory)}`,
    `[${runtime}]`,
    ...sandboxKeys(settings),
    `[${runtime}.cni]`,
    `  bin_dirs = ${list([settings.cniPluginDirectory])}`,
    `  conf_dir = ${quote(layout.cniConfigDirectory)}`,
    ...runcSection(`${runtime}.containerd`),
    `[plugins.'io.containerd.grpc.v1.cri']`,
    ...streamingKeys(settings),
    '',
  ];
}

function sandboxKeys({ canLowerOomScore }: ContainerdSettings): string[] {
  return [
    `  restrict_oom_score_adj = ${!canLowerOomScore}`,
    '  netns_mounts_under_state_dir = true',
    // As containerd 2 has them by default: ports below 1024 and ping without capabilities.
    '  enable_unprivileged_ports = true',
    '  enable_unprivileged_icmp = true',
  ];
}

function streamingKeys({ streamingAddress = '127.0.0.1' }: ContainerdSettings): string[] {
  return [`  stream_server_address = ${quote(streamingAddress)}`, '  stream_server_port = "0"'];
}

function runcSection(containerd: string): string[] {
  return [
    `[${containerd}.runtimes.runc]`,
    '  runtime_type = "io.containerd.runc.v2"',
    `[${containerd}.runtimes.runc.options]`,
    '  SystemdCgroup = false',
  ];
}

/** A TOML basic string; JSON's escapes are a subset of TOML's. */
function quote(text: string): string {
  return JSON.stringify(text);
}

function list(items: readonly string[]): string {
  return `[${items.map(quote).join(', ')}]`;
}
