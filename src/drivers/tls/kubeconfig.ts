import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { writePrivateFile } from './private-file.ts';

/** How to reach one API server and prove who one is. Certificates and keys are PEM. */
export interface Connection {
  /** `https://127.0.0.1:6443` */
  readonly server: string;
  readonly certificateAuthority?: string | undefined;
  readonly skipsTlsVerification?: boolean | undefined;
  /** The name to expect in the server's certificate where it differs from the URL's. */
  readonly serverName?: string | undefined;
  readonly clientCertificate?: string | undefined;
  readonly clientKey?: string | undefined;
  readonly token?: string | undefined;
  /** Where requests go that name none. */
  readonly namespace?: string | undefined;
}

/** A kubeconfig with one cluster, one user and one context, all inline. */
export function formatKubeconfig(
  connection: Connection,
  contextName = 'sampan',
  userName = `${contextName}-admin`,
): string {
  const cluster = formatEntries(6, {
    server: connection.server,
    'certificate-authority-data': encodeBase64(connection.certificateAuthority),
    'tls-server-name': connection.serverName,
    'insecure-skip-tls-verify': connection.skipsTlsVerification,
  });
  const user = formatEntries(6, {
    'client-certificate-data': encodeBase64(connection.clientCertificate),
    'client-key-data': encodeBase64(connection.clientKey),
    token: connection.token,
  });
  const context = formatEntries(6, { cluster: contextName, user: userName, namespace: connection.namespace });
  const named = (list: string, member: string, name: string, entries: string): string =>
    `${list}:\n  - name: ${JSON.stringify(name)}\n    ${member}:\n${entries}`;
  return [
    'apiVersion: v1\nkind: Config\n',
    named('clusters', 'cluster', contextName, cluster),
    named('users', 'user', userName, user),
    named('contexts', 'context', contextName, context),
    `current-context: ${JSON.stringify(contextName)}\n`,
  ].join('');
}

// By hand, because every start writes this file, and loading a YAML library takes longer than the rest of its work.
// A JSON string is a YAML string.
function formatEntries(indent: number, entries: Readonly<Record<string, string | boolean | undefined>>): string {
  return Object.entries(entries)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${' '.repeat(indent)}${key}: ${JSON.stringify(value)}\n`)
    .join('');
}

function encodeBase64(text: string | undefined): string | undefined {
  return text === undefined ? undefined : Buffer.from(text).toString('base64');
}

/** Writes a kubeconfig at `path` that only its owner may read; the folder is made where it is missing. */
export function writeKubeconfig(path: string, connection: Connection, contextName = 'sampan'): void {
  writePrivateFile(path, formatKubeconfig(connection, contextName));
}

/** The connection that a kubeconfig's context (default: the current one) names. Throws an Error that says what is missing. */
export async function readKubeconfig(path: string, contextName?: string): Promise<Connection> {
  const { parse } = await import('yaml');
  const config = asRecord(parse(readFileSync(path, 'utf8')), `${path} is not a kubeconfig`);
  const wanted = contextName ?? asText(config['current-context']);
  if (wanted === undefined) throw new Error(`${path} has no current-context`);
  const context = find(config, path, 'contexts', 'context', wanted);
  const cluster = find(config, path, 'clusters', 'cluster', asText(context['cluster']) ?? '');
  const user = find(config, path, 'users', 'user', asText(context['user']) ?? '');
  const server = asText(cluster['server']);
  if (server === undefined) throw new Error(`${path}: cluster "${asText(context['cluster'])}" names no server`);
  const pem = (entry: Record<string, unknown>, key: string): string | undefined => readPem(entry, key, path);
  const tokenFile = asText(user['tokenFile']);
  return {
    server,
    certificateAuthority: pem(cluster, 'certificate-authority'),
    skipsTlsVerification: cluster['insecure-skip-tls-verify'] === true ? true : undefined,
    serverName: asText(cluster['tls-server-name']),
    clientCertificate: pem(user, 'client-certificate'),
    clientKey: pem(user, 'client-key'),
    token:
      asText(user['token']) ??
      (tokenFile === undefined ? undefined : readFileSync(resolve(dirname(path), tokenFile), 'utf8').trim()),
    namespace: asText(context['namespace']),
  };
}

/** Inline data wins over a file, as in client-go; file names are relative to the kubeconfig. */
function readPem(entry: Record<string, unknown>, key: string, kubeconfigPath: string): string | undefined {
  const data = asText(entry[`${key}-data`]);
  if (data !== undefined) return Buffer.from(data, 'base64').toString('utf8');
  const file = asText(entry[key]);
  return file === undefined ? undefined : readFileSync(resolve(dirname(kubeconfigPath), file), 'utf8');
}

function find(
  config: Record<string, unknown>,
  path: string,
  list: string,
  member: string,
  name: string,
): Record<string, unknown> {
  const entries = config[list];
  const found = Array.isArray(entries) ? entries.find(entry => entry?.name === name) : undefined;
  return asRecord(found?.[member], `${path}: there is no "${name}" in ${list}`);
}

function asRecord(value: unknown, problem: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new Error(problem);
  return value as Record<string, unknown>;
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
