/** A container that cannot be started, with the reason that its status then shows. */
export class ContainerStartError extends Error {
  /** `CreateContainerConfigError`, `ErrImagePull` … */
  readonly reason: string;
  /** When another attempt makes sense, in milliseconds since the epoch. */
  readonly retryAt: number | undefined;

  constructor(reason: string, message: string, retryAt?: number) {
    super(message);
    this.name = 'ContainerStartError';
    this.reason = reason;
    this.retryAt = retryAt;
  }
}
