import type { Command } from './command.ts';

export const imageImportCommand: Command = {
  name: 'image import',
  summary: 'give the running cluster the images of an archive',
  usage: `usage: sampan image import FILE [--data-dir DIR]

Loads the images of an archive (docker save, podman save, or an OCI layout as a tar) into the running cluster's
containerd, and prints their names. Pods use them with imagePullPolicy: IfNotPresent or Never.

  --data-dir DIR  the cluster's data directory; default $XDG_DATA_HOME/sampan or ~/.local/share/sampan
  --help          this text
`,
  load: async () => (await import('./run-image-import.ts')).runImageImport,
};
