import { nodes } from '../../api/generated/index.ts';
import { Client } from '../../client/index.ts';
import { readKubeconfig } from '../../drivers/tls/index.ts';
import { HttpsTransport } from '../../drivers/transport/index.ts';
import { CommandError, UsageError } from '../command-error.ts';
import { dataDirectory } from '../data-directory.ts';
import { parseFlags, refusePositionals } from '../parse-flags.ts';
import { findRunning } from '../running-cluster.ts';
import { statusCommand } from './status-command.ts';

export async function runStatus(args: readonly string[]): Promise<number> {
  const { usage } = statusCommand;
  const { values, positionals } = parseFlags(args, usage, {
    'data-dir': { type: 'string' },
    kubeconfig: { type: 'string' },
  });
  refusePositionals(positionals, usage);
  if (values.kubeconfig !== undefined) {
    if (values['data-dir'] !== undefined) throw new UsageError('--data-dir and --kubeconfig exclude each other', usage);
    process.stdout.write(await describeNodes(values.kubeconfig));
    return 0;
  }
  return reportDataDirectory(values['data-dir']);
}

async function reportDataDirectory(given: string | undefined): Promise<number> {
  const directory = dataDirectory(given);
  const cluster = findRunning(directory);
  if (cluster === undefined) {
    process.stdout.write(`not running  (data directory ${directory.root})\n`);
    return 1;
  }
  process.stdout.write(
    [
      `running      process ${cluster.pid}, sampan ${cluster.version}`,
      `server       ${cluster.server}`,
      `kubeconfig   ${cluster.kubeconfig}`,
      ...(cluster.containerdSocket === undefined ? [] : [`containerd   ${cluster.containerdSocket}`]),
      '',
    ].join('\n'),
  );
  process.stdout.write(await describeNodes(cluster.kubeconfig));
  return 0;
}

/** `nodes        3 of 3 ready` */
async function describeNodes(kubeconfig: string): Promise<string> {
  const connection = await readKubeconfig(kubeconfig).catch((error: Error) => {
    throw new CommandError(`cannot use ${kubeconfig}: ${error.message}`, { cause: error });
  });
  const transport = new HttpsTransport({ connection });
  try {
    const { items } = await new Client(transport).list(nodes);
    const ready = items.filter(node =>
      node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'),
    );
    return `nodes        ${ready.length} of ${items.length} ready\n`;
  } catch (error) {
    throw new CommandError(`no answer from ${connection.server}: ${(error as Error).message}`, { cause: error });
  } finally {
    transport.close();
  }
}
