/**
 * Past templates of DaemonSets and StatefulSets, kept as ControllerRevisions.
 *
 * Start reading at `controller-revisions.ts`.
 */
export {
  encodeHash,
  type History,
  hashOf,
  orphanRevisions,
  type RevisedOwner,
  readHistory,
  revisionHashLabel,
  templateOf,
  trimHistory,
} from './controller-revisions.ts';
