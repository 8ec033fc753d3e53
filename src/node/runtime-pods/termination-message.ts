import { decodeUtf8 } from '../bytes/index.ts';
import { parseLogLine } from '../logs/index.ts';
import type { ContainerStatus, HostFiles } from '../runtime/index.ts';
import { type ContainerNotes, readContainerNotes } from './container-labels.ts';

/** Kubernetes: MaxContainerTerminationMessageLength and …LogLength, …LogLines. */
const messageBytesMax = 4096;
const logBytesMax = 2048;
const logLinesMax = 80;

/** The runtime's message about a container that has ended, followed by what the container left as its last words. */
export async function readTerminationMessage(files: HostFiles, status: ContainerStatus): Promise<string> {
  const notes = readContainerNotes(status.annotations);
  const own = (await readMessageFile(files, status, notes)) || (await readFromLogs(files, status, notes));
  if (own === '') return status.message;
  return status.message === '' ? own : `${status.message}: ${own}`;
}

async function readMessageFile(files: HostFiles, status: ContainerStatus, notes: ContainerNotes): Promise<string> {
  const mount = status.mounts.find(candidate => candidate.containerPath === notes.terminationMessagePath);
  if (notes.terminationMessagePath === '' || mount?.hostPath === undefined) return '';
  try {
    const found = await files.stat(mount.hostPath);
    if (found === undefined) return '';
    const offset = Math.max(0, found.sizeBytes - messageBytesMax);
    return decodeUtf8(await files.readRange(mount.hostPath, offset, messageBytesMax));
  } catch (error) {
    return `Error on reading termination log ${mount.hostPath}: ${(error as Error).message}`;
  }
}

/** A container that could not even be started has no logs to fall back to. */
async function readFromLogs(files: HostFiles, status: ContainerStatus, notes: ContainerNotes): Promise<string> {
  const isWanted = notes.terminationMessagePolicy === 'FallbackToLogsOnError' && status.exitCode !== 0;
  if (!isWanted || status.reason === 'ContainerCannotRun') return '';
  try {
    const found = await files.stat(status.logPath);
    if (found === undefined) return '';
    const from = await files.tailOffset(status.logPath, logLinesMax);
    const bytes = await files.readRange(status.logPath, from, found.sizeBytes - from);
    return lastOf(decodeUtf8(bytes));
  } catch (error) {
    return `Error on reading termination message from logs: ${(error as Error).message}`;
  }
}

function lastOf(lines: string): string {
  const text = lines
    .split('\n')
    .map(line => parseLogLine(line))
    .map(parsed => (parsed === undefined ? '' : `${parsed.text}${parsed.isPartial ? '' : '\n'}`))
    .join('');
  return text.slice(-logBytesMax);
}
