/**
 * Admission policies: CEL expressions, kept as objects, that say what may be written. Owns which requests a policy is
 * about, its parameters and what becomes of its outcome; the language is `machinery/cel`'s.
 *
 * Absent: policies from files (`--admission-control-config-file` with manifests), and types of the objects that mutating
 * policies write (`Object.spec{…}` is taken as a map; the object's schema has the last word).
 *
 * Start reading at `validating-policies.ts`, then `bound-policy.ts`.
 */
export { createMutatingPolicies } from './mutating-policies.ts';
export { PolicyMetrics } from './policy-metrics.ts';
export type { PolicyPluginOptions } from './policy-plugin-options.ts';
export { createValidatingPolicies } from './validating-policies.ts';
