/**
 * Admission policies: CEL expressions, kept as objects, that say what may be written. Owns which requests a policy is
 * about, its parameters and what becomes of its outcome; the language is `machinery/cel`'s.
 *
 * Absent: MutatingAdmissionPolicy. Start reading at `validating-policies.ts`.
 */
export { createValidatingPolicies } from './validating-policies.ts';
