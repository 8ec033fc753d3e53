import type { Duplex } from 'node:stream';
import type { ByteDuplex } from '../../apiserver/index.ts';
import { waitForDrain } from '../http/body-writer.ts';

/** A socket as a pair of byte streams. */
export function toByteDuplex(socket: Duplex): ByteDuplex {
  // Told to whoever reads or writes.
  socket.on('error', () => socket.destroy());
  return {
    source: socket,
    sink: {
      async write(chunk) {
        if (socket.destroyed) throw new Error('the other side has gone away');
        if (!socket.write(chunk)) await waitForDrain(socket);
      },
      async end() {
        socket.end();
      },
    },
    close: () => void socket.destroy(),
  };
}
