/**
 * Bootstrap tokens: deletes those that have ended, and signs `cluster-info` with the others. That they let anybody in is
 * authentication's work.
 *
 * Absent: nobody publishes `cluster-info` here, as kubeadm does; once it is there, it is signed.
 */
export { bootstrapSigner, type SignDetached } from './bootstrap-signer.ts';
export { tokenCleaner } from './token-cleaner.ts';
