import type { ByteDuplex } from '../../../node/runtime/index.ts';
import { RuntimeError } from '../../../node/runtime/index.ts';
import { connectSpdy, type SpdyConnection, type SpdyStream } from '../../spdy/index.ts';
import { connectingAsRuntimeError } from './streaming-failure.ts';

export type PortForwardStream = ByteDuplex & { readonly failure: Promise<string | undefined> };

const protocol = 'portforward.k8s.io';

/** Opens the one connection for which the runtime's PortForward gave the URL. */
export async function openPortForward(url: string, port: number): Promise<PortForwardStream> {
  const { connection } = await connectingAsRuntimeError(connectSpdy(url, [protocol]));
  try {
    const open = (streamtype: string) => connection.open({ streamtype, port: `${port}`, requestid: '0' });
    // Not ended from our side, though nothing goes that way: a runtime that has said everything and hung up answers
    // whatever still arrives with a reset, which costs us what we have not read yet.
    const failure = await open('error');
    const data = await open('data');
    return portForwardStream(connection, data, failure);
  } catch (error) {
    connection.close();
    throw new RuntimeError('unavailable', (error as Error).message, { cause: error });
  }
}

function portForwardStream(connection: SpdyConnection, data: SpdyStream, failure: SpdyStream): PortForwardStream {
  const message = readText(failure);
  void Promise.all([data.closed, message]).then(() => connection.close());
  return {
    source: data.source,
    sink: data.sink,
    failure: message.then(text => (text === '' ? undefined : text)),
    close: () => connection.close(),
  };
}

async function readText(stream: SpdyStream): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const chunk of stream.source) parts.push(chunk);
  return Buffer.concat(parts).toString('utf8');
}
