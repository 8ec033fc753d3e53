import { type Component, componentUsers } from '../../cluster/index.ts';
import { type ClusterPki, writeKubeconfig } from '../../drivers/tls/index.ts';
import type { DataDirectory } from '../data-directory.ts';

export interface ComponentPlace {
  readonly directory: DataDirectory;
  /** `https://127.0.0.1:6443` */
  readonly server: string;
  readonly pki: ClusterPki;
}

/** Writes, for each component that another program takes the place of, the kubeconfig with which it does so. */
export function writeComponentKubeconfigs(without: readonly Component[], place: ComponentPlace): void {
  const { schedulerKubeconfig, controllersKubeconfig } = place.directory;
  if (without.includes('scheduler')) {
    write(schedulerKubeconfig, 'scheduler', componentUsers.scheduler.username, place);
  }
  if (without.includes('controllers')) {
    write(controllersKubeconfig, 'controller-manager', componentUsers.controllerManager.username, place);
  }
}

/** Kubernetes: kubeadm's `scheduler.conf` and `controller-manager.conf`: who it is stands in the certificate. */
function write(path: string, fileName: string, commonName: string, { server, pki }: ComponentPlace): void {
  const client = pki.ensureClient(fileName, { commonName });
  writeKubeconfig(path, {
    server,
    certificateAuthority: pki.authority.certificate,
    clientCertificate: client.certificate,
    clientKey: client.privateKey,
  });
}
