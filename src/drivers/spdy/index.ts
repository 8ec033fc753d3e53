/**
 * SPDY/3.1, client and server: many two-way byte streams over one upgraded HTTP/1.1 connection. containerd's streaming
 * server speaks it (exec, attach, port-forward), and kubectl up to 1.29 expects it of the API server.
 *
 * Owns frames, header blocks and streams; what the streams mean belongs to who opens them (`../cri/streaming`, the
 * HTTP driver). Start reading at `spdy-connection.ts`.
 */
export { ChunkQueue } from './chunk-queue.ts';
export type { SpdyHeaders } from './header-block.ts';
export { SpdyConnection, type SpdyConnectionOptions } from './spdy-connection.ts';
export { SpdyStream, type SpdyStreamEnd } from './spdy-stream.ts';
export { connectSpdy, UpgradeRefusal } from './upgrade.ts';
