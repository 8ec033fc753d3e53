/**
 * Images of containers: names, pull policies, pull secrets, back-off, with upstream's events.
 *
 * Start reading at `image-provider.ts`.
 */
export { ImageProvider, type ProvidedImage, type SayAboutContainer } from './image-provider.ts';
export { locateRepository, parseImageReference, withDefaultTag } from './image-reference.ts';
export { findPullCredentials } from './pull-secrets.ts';
