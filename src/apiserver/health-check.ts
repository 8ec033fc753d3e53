/** One thing that must be well for the server to be. */
export interface HealthCheck {
  /** As it appears in `/readyz?verbose` and as a path of its own: `etcd`, `poststarthook/rbac/bootstrap-roles`. */
  readonly name: string;
  /** Asked by `/livez` and `/healthz` too; a check that only readiness depends on is left out there. Default true. */
  readonly concernsLife?: boolean | undefined;
  /** What is wrong, or undefined. Who asks for all checks is not told; the log is. */
  check(): string | undefined;
}
