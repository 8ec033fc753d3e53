/** What an image has in it, by which the suite's images are built here instead of being pulled. */
export interface ImageRecipe {
  /** Layers from the bottom up, by their names in `layerRecipes`. */
  readonly layers: readonly string[];
  /** Docker's words: `Entrypoint`, `Cmd`, `User`. */
  readonly config?: Readonly<Record<string, unknown>>;
}

export interface LayerRecipe {
  /** Debian packages, unpacked with everything that they depend on. */
  readonly packages?: readonly string[];
  /** Every applet of this machine's static busybox in /bin, where nothing of that name is yet. */
  readonly hasBusybox?: boolean;
  /** Programs by where they lie in the image: names in the cache of upstream's programs. */
  readonly programs?: Readonly<Record<string, string>>;
  /** Those of the programs that run with their owner's rights. */
  readonly setuid?: readonly string[];
  /** Files of upstream's module of Kubernetes, by where they lie in the image. */
  readonly upstreamFiles?: Readonly<Record<string, string>>;
  readonly texts?: Readonly<Record<string, string>>;
  readonly links?: Readonly<Record<string, string>>;
  readonly directories?: Readonly<Record<string, number>>;
  /** The program that does nothing, which Sampan's own pods start from. */
  readonly hasPause?: boolean;
}

const accounts = {
  'etc/passwd': [
    'root:x:0:0:root:/root:/bin/sh',
    'nobody:x:65534:65534:nobody:/home:/bin/sh',
    'user-defined-in-image:x:1000:1000::/home/user-defined-in-image:/bin/sh',
    '',
  ].join('\n'),
  'etc/group': [
    'root:x:0:',
    'nogroup:x:65534:',
    'user-defined-in-image:x:1000:',
    'group-defined-in-image:x:50000:user-defined-in-image',
    '',
  ].join('\n'),
};

const directories = {
  tmp: 0o1777,
  root: 0o700,
  home: 0o755,
  var: 0o755,
  etc: 0o755,
  proc: 0o755,
  sys: 0o755,
  dev: 0o755,
};

const nginxConfig = `user nobody nogroup;
error_log /dev/stderr;
pid /run/nginx.pid;
events {}
http {
  include /etc/nginx/mime.types;
  access_log /dev/stdout;
  server {
    listen 80;
    root /usr/share/nginx/html;
  }
}
`;

export const layerRecipes: Readonly<Record<string, LayerRecipe>> = {
  busybox: {
    packages: ['bash-static'],
    hasBusybox: true,
    texts: accounts,
    // Debian's busybox, as a shell, keeps variables such as `data-1` from its children, unlike the one of upstream's image.
    // Cases that look at all variables call `sh`; one that looks at busybox' own words calls `/bin/sh`.
    links: { 'usr/bin/sh': '/bin/bash-static' },
    directories,
  },
  network: {
    packages: ['bash', 'bind9-dnsutils', 'coreutils', 'curl', 'dash', 'iproute2', 'libc-bin', 'netcat-openbsd', 'wget'],
    hasBusybox: true,
    texts: { ...accounts, 'etc/nsswitch.conf': 'hosts: files dns\n' },
    // Debian's busybox, as a shell, prefers its own applets to programs of the same name.
    links: { 'bin/nc': 'nc.openbsd', 'bin/sh': 'dash' },
    directories,
  },
  agnhost: {
    programs: { agnhost: 'agnhost' },
    links: { 'agnhost-2': 'agnhost' },
    upstreamFiles: {
      'localhost.crt': 'test/images/agnhost/porter/localhost.crt',
      'localhost.key': 'test/images/agnhost/porter/localhost.key',
    },
    directories: { uploads: 0o755 },
  },
  nautilus: {
    upstreamFiles: {
      'nautilus.jpg': 'test/images/nautilus/html/nautilus.jpg',
      'data.json': 'test/images/nautilus/html/data.json',
    },
  },
  kitten: {
    // Upstream's is built on Alpine, and the case that mounts it as a volume looks for that name.
    texts: { 'etc/os-release': 'NAME="Alpine Linux"\nID=alpine\n' },
    upstreamFiles: {
      'kitten.jpg': 'test/images/kitten/html/kitten.jpg',
      'data.json': 'test/images/kitten/html/data.json',
    },
  },
  nginx: {
    packages: ['nginx-light'],
    hasBusybox: true,
    texts: { ...accounts, 'etc/nginx/nginx.conf': nginxConfig },
    directories: { ...directories, run: 0o755, 'var/lib/nginx': 0o755, 'var/log/nginx': 0o755 },
  },
  pause: { hasPause: true },
  nonewprivs: { programs: { 'usr/local/bin/nnp': 'nonewprivs' }, setuid: ['usr/local/bin/nnp'] },
  'sample-apiserver': { programs: { 'sample-apiserver': 'sample-apiserver' } },
  etcd: { programs: { 'usr/local/bin/etcd': 'etcd' } },
};

const agnhost = { layers: ['network', 'agnhost'], config: { Entrypoint: ['/agnhost'], Cmd: ['pause'] } };
const nginx = { layers: ['nginx'], config: { Entrypoint: ['nginx', '-g', 'daemon off;'] } };

/** By the last part of the image's name, without its version: what the cases of the conformance suite run. */
export const imageRecipes: Readonly<Record<string, ImageRecipe>> = {
  agnhost,
  kitten: { ...agnhost, layers: [...agnhost.layers, 'kitten'], config: { ...agnhost.config, Cmd: ['test-webserver'] } },
  nautilus: {
    ...agnhost,
    layers: [...agnhost.layers, 'nautilus'],
    config: { ...agnhost.config, Cmd: ['test-webserver'] },
  },
  busybox: { layers: ['busybox'], config: { Cmd: ['sh'] } },
  'glibc-dns-testing': { layers: ['network'], config: { Cmd: ['bash'] } },
  nginx,
  nonewprivs: { layers: ['busybox', 'nonewprivs'], config: { Cmd: ['nnp'] } },
  nonroot: { layers: ['busybox'], config: { User: '1234', Cmd: ['bash'] } },
  pause: { layers: ['pause'], config: { Entrypoint: ['/pause'], User: '65535:65535' } },
  'sample-apiserver': { layers: ['sample-apiserver'], config: { Entrypoint: ['/sample-apiserver'] } },
  etcd: { layers: ['busybox', 'etcd'] },
};
