/** A volume that containers can be given. */
export interface MountedVolume {
  readonly hostPath: string;
  /** Whatever a container asks for. */
  readonly isReadOnly: boolean;
}
