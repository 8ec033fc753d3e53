/**
 * Bytes to be read, once. Each chunk is the reader's to keep. Not asking for the next chunk is back-pressure; leaving
 * the loop early tells the other side that nobody reads any more.
 */
export type ByteSource = AsyncIterable<Uint8Array>;

/** Where bytes go. After `end`, `write` rejects. */
export interface ByteSink {
  /** Resolves when the next chunk is welcome (back-pressure); rejects when the other side is gone. */
  write(chunk: Uint8Array): Promise<void>;
  /** Half-close: the other side reads to the end. Calling it twice does nothing. */
  end(): Promise<void>;
}

/** A two-way stream whose sides end on their own. */
export interface ByteDuplex {
  readonly source: ByteSource;
  readonly sink: ByteSink;
  /** Drops both directions at once. Calling it twice does nothing. */
  close(): void;
}
