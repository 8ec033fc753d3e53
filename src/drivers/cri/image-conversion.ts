import type { ImageFilesystem, ImageSummary } from '../../node/runtime/index.ts';
import type { Decoded } from '../grpc/index.ts';
import type { image } from './image-messages.ts';
import { millisecondsOf } from './sandbox-conversion.ts';
import type { filesystemUsage } from './stats-messages.ts';

export function fromCriImage(from: Decoded<typeof image>): ImageSummary {
  return {
    id: from.id,
    repoTags: from.repoTags,
    repoDigests: from.repoDigests,
    sizeBytes: from.size,
    isPinned: from.pinned,
    ...(from.uid === undefined ? {} : { uid: from.uid.value }),
    ...(from.username === '' ? {} : { username: from.username }),
  };
}

export function fromCriImageFilesystem(from: Decoded<typeof filesystemUsage>): ImageFilesystem {
  return {
    mountpoint: from.fsId?.mountpoint ?? '',
    usedBytes: from.usedBytes?.value ?? 0,
    inodesUsed: from.inodesUsed?.value ?? 0,
    at: millisecondsOf(from.timestamp),
  };
}
