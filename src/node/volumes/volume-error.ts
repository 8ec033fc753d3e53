import { quoteGo } from '../../machinery/index.ts';

export interface VolumeFailure {
  readonly volume: string;
  /** `SetUp`, `FindPluginBySpec`. */
  readonly step: string;
  readonly problem: string;
}

/** Volumes that could not be set up. `messages` are what the `FailedMount` events say, one each. */
export class VolumeError extends Error {
  readonly messages: readonly string[];

  constructor(failures: readonly VolumeFailure[]) {
    const messages = failures.map(
      ({ volume, step, problem }) => `MountVolume.${step} failed for volume ${quoteGo(volume)} : ${problem}`,
    );
    super(messages.join('; '));
    this.name = 'VolumeError';
    this.messages = messages;
  }
}
