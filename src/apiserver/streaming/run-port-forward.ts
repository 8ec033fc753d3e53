import type { ByteDuplex, ByteSink, ByteSource } from '../core-contract.ts';
import { encodeText } from './text-bytes.ts';

/** One forwarded connection as the client sees it. */
export interface ForwardChannels {
  readonly port: number;
  readonly data: ByteDuplex;
  /** Where a failure is told, as text. Ends without a word when all went well. */
  readonly error: ByteSink;
}

/** Connects to the port and copies both ways until both sides have ended. Never rejects. */
export async function runPortForward(
  connect: (port: number) => Promise<ByteDuplex>,
  channels: ForwardChannels,
): Promise<void> {
  const { port, data, error } = channels;
  try {
    const target = await connect(port);
    const [hasSent, hasReceived] = await Promise.all([copy(data.source, target.sink), copy(target.source, data.sink)]);
    if (!hasSent || !hasReceived) target.close();
  } catch (failure) {
    await tell(error, `error forwarding port ${port}: ${(failure as Error).message}`);
    data.close();
  }
  await tell(error, '');
}

async function copy(source: ByteSource, sink: ByteSink): Promise<boolean> {
  try {
    for await (const chunk of source) await sink.write(chunk);
    await sink.end();
    return true;
  } catch {
    // One side has hung up; the caller drops the other.
    return false;
  }
}

async function tell(sink: ByteSink, text: string): Promise<void> {
  try {
    if (text !== '') await sink.write(encodeText(text));
    await sink.end();
  } catch {
    // The client has gone: there is nobody to tell.
  }
}
