import type { Writable } from 'node:stream';
import type { ByteSource } from '../../apiserver/index.ts';
import { waitForDrain } from '../http/body-writer.ts';

/** Sends a body as it comes, no faster than the backend reads. A client that breaks off breaks the request off. */
export function sendBody(outgoing: Writable, body: ByteSource | undefined): void {
  if (body === undefined) {
    outgoing.end();
    return;
  }
  void copy(outgoing, body).catch(() => outgoing.destroy(new Error('context canceled')));
}

async function copy(outgoing: Writable, body: ByteSource): Promise<void> {
  for await (const chunk of body) {
    // A backend may answer, and hang up, before it has read everything.
    if (outgoing.destroyed) return;
    if (!outgoing.write(chunk)) await waitForDrain(outgoing);
  }
  outgoing.end();
}
