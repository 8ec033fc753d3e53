/**
 * Admission policies: CEL expressions, kept as objects, that say what may be written. Owns which requests a policy is
 * about, its parameters and what becomes of its outcome; the language is `machinery/cel`'s.
 *
 * Start reading at `validating-policies.ts`, then `bound-policy.ts`.
 */
export { createMutatingPolicies } from './mutating-policies.ts';
export { createValidatingPolicies } from './validating-policies.ts';
