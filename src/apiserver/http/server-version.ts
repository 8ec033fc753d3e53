/** What `/version` says. */
export interface ServerVersion {
  readonly major: string;
  readonly minor: string;
  readonly gitVersion: string;
  readonly gitCommit: string;
  readonly gitTreeState: string;
  readonly buildDate: string;
  readonly goVersion: string;
  readonly compiler: string;
  readonly platform: string;
  readonly emulationMajor: string;
  readonly emulationMinor: string;
  readonly minCompatibilityMajor: string;
  readonly minCompatibilityMinor: string;
}

/** `v1.36.0+sampan0.1.0`: the Kubernetes version whose API is served, and the program's own behind the plus. */
export function describeVersion(facts: {
  readonly sampanVersion: string;
  readonly platform: string;
  readonly runtime: string;
}): ServerVersion {
  return {
    major: '1',
    minor: '36',
    emulationMajor: '1',
    emulationMinor: '36',
    minCompatibilityMajor: '1',
    minCompatibilityMinor: '35',
    gitVersion: `v1.36.0+sampan${facts.sampanVersion}`,
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
    // Kubernetes names the Go version here; clients only print it.
    goVersion: facts.runtime,
    compiler: 'none',
    platform: facts.platform,
  };
}
