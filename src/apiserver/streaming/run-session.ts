import type { ByteSink, ByteSource, ExecSession, TerminalSize } from '../core-contract.ts';
import { describeOutcome } from './exit-status.ts';
import type { SessionChannels } from './session-channels.ts';
import { decodeAscii, encodeText } from './text-bytes.ts';

/**
 * Joins a client with a command: bytes both ways until the command has ended and its output is delivered, then the
 * outcome. Resolves when all has been said; a client that hangs up ends the session. Never rejects.
 */
export async function runSession(session: ExecSession, channels: SessionChannels): Promise<void> {
  void feedInput(session, channels);
  void applySizes(session, channels.resize);
  const outputs = [copy(session.stdout, channels.stdout), copy(session.stderr, channels.stderr)];
  const [outcome, ...delivered] = await Promise.all([session.result, ...outputs]);
  if (delivered.includes(false)) session.close();
  const status = describeOutcome(outcome);
  const text = channels.outcomeFormat === 'message' ? (status.message ?? '') : JSON.stringify(status);
  await tell(channels.error, encodeText(text));
}

async function feedInput(session: ExecSession, { stdin }: SessionChannels): Promise<void> {
  const { stdin: sink } = session;
  if (stdin === undefined || sink === undefined) return;
  await copy(stdin, sink);
}

/** Copies to the end and closes the sink; false when the other side is gone. */
async function copy(source: ByteSource | undefined, sink: ByteSink | undefined): Promise<boolean> {
  if (source === undefined || sink === undefined) return true;
  try {
    for await (const chunk of source) await sink.write(chunk);
    await sink.end();
    return true;
  } catch {
    // Either side may hang up at any time. What that means is said by the session's result.
    return false;
  }
}

async function tell(sink: ByteSink, bytes: Uint8Array): Promise<void> {
  try {
    if (bytes.length > 0) await sink.write(bytes);
    await sink.end();
  } catch {
    // The client has gone: there is nobody to tell.
  }
}

async function applySizes(session: ExecSession, source: ByteSource | undefined): Promise<void> {
  if (source === undefined) return;
  let text = '';
  try {
    for await (const chunk of source) {
      text += decodeAscii(chunk);
      const end = text.lastIndexOf('}') + 1;
      const size = readLastSize(text.slice(0, end));
      if (size !== undefined) session.resize(size);
      text = text.slice(end).slice(-1024);
    }
  } catch {
    // The client has gone; the session's result says the rest.
  }
}

const sizePattern = /"(Width|Height)"\s*:\s*(\d{1,5})/gi;

/** The last of the sizes in a text of JSON documents: those before it are out of date. */
export function readLastSize(text: string): TerminalSize | undefined {
  const document = text.slice(text.lastIndexOf('{'));
  const found: Record<string, number> = {};
  for (const [, name = '', value] of document.matchAll(sizePattern)) found[name.toLowerCase()] = Number(value);
  const { width, height } = found;
  return width === undefined || height === undefined ? undefined : { width, height };
}
