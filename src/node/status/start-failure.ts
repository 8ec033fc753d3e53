/** Why a container could not be started at the last attempt: what its status shows while it waits. */
export interface StartFailure {
  /** `CrashLoopBackOff`, `ErrImagePull` …: Kubernetes' reasons for waiting. */
  readonly reason: string;
  readonly message: string;
  /** When another attempt makes sense, in milliseconds since the epoch; absent for the worker's usual delay. */
  readonly retryAt?: number | undefined;
}

/** By container name. */
export type StartFailures = ReadonlyMap<string, StartFailure>;
