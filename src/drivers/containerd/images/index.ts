/**
 * Images straight into containerd's content store: archives as `docker save` and OCI write them, and the pause image,
 * which is a program that we assemble ourselves.
 *
 * Start reading at `import-image-archive.ts`.
 */

export { normalizeReference } from './image-reference.ts';
export { ImageViews } from './image-view.ts';
export { importImageArchive } from './import-image-archive.ts';
export { installPauseImage, pauseImage } from './pause-image.ts';
export { createPauseProgram } from './pause-program.ts';
