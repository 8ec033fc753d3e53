import type { AttachOptions, ExecResult, ExecSession } from '../../../node/runtime/index.ts';
import { RuntimeError } from '../../../node/runtime/index.ts';
import { connectSpdy, type SpdyConnection, type SpdyStream } from '../../spdy/index.ts';
import { connectingAsRuntimeError } from './streaming-failure.ts';

/** Kubernetes: the stream protocol whose error stream carries a Status object with the exit code. */
const protocol = 'v4.channel.k8s.io';
/** A status is a few hundred bytes. */
const statusBytesMax = 64 * 1024;

/** Opens the session that the runtime's Exec or Attach gave the URL of; it is good for one use. */
export async function openExecSession(url: string, options: AttachOptions): Promise<ExecSession> {
  const { connection } = await connectingAsRuntimeError(connectSpdy(url, [protocol]));
  try {
    return await openStreams(connection, options);
  } catch (error) {
    connection.close();
    throw new RuntimeError('unavailable', (error as Error).message, { cause: error });
  }
}

async function openStreams(connection: SpdyConnection, options: AttachOptions): Promise<ExecSession> {
  const open = (type: string): Promise<SpdyStream> => connection.open({ streamtype: type });
  const openIf = (isWanted: boolean | undefined, type: string) => (isWanted ? open(type) : undefined);
  // The server waits until it has all that were asked for, so none may wait for another's answer.
  const [failure, stdin, stdout, stderr, resize] = await Promise.all([
    open('error'),
    openIf(options.stdin, 'stdin'),
    openIf(options.stdout, 'stdout'),
    openIf(options.stderr && !options.tty, 'stderr'),
    openIf(options.tty, 'resize'),
  ]);
  // The streams that go one way only are not ended from our side: a runtime that has said everything and hung up answers
  // whatever still arrives with a reset, which costs us what we have not read yet.
  return {
    ...(stdin && { stdin: stdin.sink }),
    ...(stdout && { stdout: stdout.source }),
    ...(stderr && { stderr: stderr.source }),
    resize({ width, height }) {
      void resize?.sink.write(Buffer.from(JSON.stringify({ Width: width, Height: height }))).catch(ignoreHangUp);
    },
    result: readResult(failure, connection),
    close: () => connection.close(),
  };
}

/** What is lost here is said by the session's result. */
function ignoreHangUp(): void {}

async function readResult(failure: SpdyStream, connection: SpdyConnection): Promise<ExecResult> {
  let text = '';
  for await (const chunk of failure.source) {
    text += Buffer.from(chunk).toString('utf8');
    if (text.length > statusBytesMax) break;
  }
  if (text !== '') return parseStatus(text);
  const end = await Promise.race([connection.closed, failure.closed]);
  // In this protocol success is said too, so silence never means it.
  const reason = end instanceof Error ? end.message : 'the runtime ended the stream without a status';
  return { outcome: 'failed', message: reason };
}

interface Status {
  readonly status?: string;
  readonly message?: string;
  readonly details?: { readonly causes?: readonly { readonly reason?: string; readonly message?: string }[] };
}

function parseStatus(text: string): ExecResult {
  let status: Status;
  try {
    status = JSON.parse(text) as Status;
  } catch {
    return { outcome: 'failed', message: text };
  }
  if (status.status === 'Success') return { outcome: 'exited', exitCode: 0 };
  const cause = status.details?.causes?.find(one => one.reason === 'ExitCode');
  const exitCode = Number(cause?.message);
  if (cause !== undefined && Number.isInteger(exitCode)) return { outcome: 'exited', exitCode };
  return { outcome: 'failed', message: status.message ?? text };
}
