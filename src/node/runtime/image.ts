export interface ImageSummary {
  /** The digest of the image's configuration: `sha256:…`. */
  readonly id: string;
  readonly repoTags: readonly string[];
  readonly repoDigests: readonly string[];
  readonly sizeBytes: number;
  /** The user that the image runs as, if it names one by number. */
  readonly uid?: number;
  /** The same, by text. */
  readonly username?: string;
  /** Never to be collected as garbage: the pause image. */
  readonly isPinned: boolean;
}

/** Credentials of a registry, as in a pull secret. */
export interface ImageAuth {
  readonly username?: string;
  readonly password?: string;
  /** Base64 of `username:password`. */
  readonly auth?: string;
  readonly serverAddress?: string;
  readonly identityToken?: string;
  readonly registryToken?: string;
}

/** Bytes over all parts known so far; `totalBytes` grows while manifests are still being read. */
export interface PullProgress {
  readonly doneBytes: number;
  readonly totalBytes: number;
}

export interface PullOptions {
  readonly auth?: ImageAuth;
  /** Called at most a few times a second, and not at all by a runtime that does not tell. */
  readonly onProgress?: (progress: PullProgress) => void;
}

export interface ImageFilesystem {
  readonly mountpoint: string;
  readonly usedBytes: number;
  readonly inodesUsed: number;
  /** When it was measured, milliseconds since the epoch. */
  readonly at: number;
}
