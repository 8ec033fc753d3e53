import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { ContainerdRuntime } from '../../drivers/containerd/index.ts';
import { CommandError, UsageError } from '../command-error.ts';
import { dataDirectory } from '../data-directory.ts';
import { parseFlags } from '../parse-flags.ts';
import { requireRunning } from '../running-cluster.ts';
import { imageImportCommand } from './image-import-command.ts';

export async function runImageImport(args: readonly string[]): Promise<number> {
  const { usage } = imageImportCommand;
  const { values, positionals } = parseFlags(args, usage, { 'data-dir': { type: 'string' } });
  const [file, ...more] = positionals;
  if (file === undefined) throw new UsageError('name the archive to import', usage);
  if (more.length > 0) throw new UsageError(`unexpected argument "${more[0]}": one archive at a time`, usage);
  await requireFile(file);
  const cluster = requireRunning(dataDirectory(values['data-dir']));
  if (cluster.containerdSocket === undefined) {
    throw new CommandError(
      cluster.nodes === 'none'
        ? 'this is a server without nodes of its own: it holds no images'
        : `the nodes of this cluster are simulated (--nodes ${cluster.nodes}): they hold no images`,
    );
  }
  const names = await importInto(cluster.containerdSocket, file);
  for (const name of names) process.stdout.write(`${name}\n`);
  return 0;
}

async function requireFile(file: string): Promise<void> {
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(
      error.code === 'ENOENT' ? `there is no file ${file}` : `cannot read ${file}: ${error.message}`,
    );
  });
  if (!found.isFile()) throw new CommandError(`${file} is not a file`);
}

async function importInto(socket: string, file: string): Promise<readonly string[]> {
  const runtime = new ContainerdRuntime(socket);
  try {
    return await runtime.importImages(createReadStream(file));
  } catch (error) {
    throw new CommandError(`cannot import ${file}: ${(error as Error).message}`, { cause: error });
  } finally {
    runtime.close();
  }
}
