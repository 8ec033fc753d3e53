import type { ByteSink, ByteSource } from '../core-contract.ts';

/** The client's side of an exec or attach session, whatever protocol carries it. */
export interface SessionChannels {
  /** Ends when the client closes its standard input. */
  readonly stdin?: ByteSource | undefined;
  readonly stdout?: ByteSink | undefined;
  readonly stderr?: ByteSink | undefined;
  /** Each chunk, or several together, holds JSON documents `{"Width":80,"Height":24}`. */
  readonly resize?: ByteSource | undefined;
  /** Where the outcome goes. */
  readonly error: ByteSink;
  /** Kubernetes: before version 4 of the protocol only a failure was told, by its message; since then a Status as JSON. */
  readonly outcomeFormat?: 'message' | 'status';
}
