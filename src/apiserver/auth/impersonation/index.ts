/**
 * Requests that are made in somebody else's name: whom the headers name, and by which rights their sender may act as
 * that user: in general (`impersonate`), or as a sort of user for some requests only (KEP-5284).
 *
 * Start reading at `impersonate.ts`.
 */
export { type Impersonation, impersonate } from './impersonate.ts';
