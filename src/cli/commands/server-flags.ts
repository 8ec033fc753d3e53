/** The flags that every command with an API server takes: `up/server-options.ts` reads them. */
export const addressFlags = `\
  --data-dir DIR            where everything is kept; default $XDG_DATA_HOME/sampan or ~/.local/share/sampan
  --port N                  port of the API server; default 6443, 0 takes any free one
  --bind-address IP         address that it listens on; default 127.0.0.1, which only this machine reaches
`;

const apiServerFlags = `\
  --max-requests-inflight N, --max-mutating-requests-inflight N
                            how many requests are worked on at once, both together; default 400 and 200
  --audit-policy-file FILE  which requests are told of, and how much (audit.k8s.io/v1 Policy)
  --audit-log-path FILE     where that is told, one event a line; - is standard output
  --audit-log-maxsize MB, --audit-log-maxbackup N, --audit-log-maxage DAYS
                            when a new file begins, how many old ones stay and how long; default 100, 100, 366
  --audit-webhook-config-file FILE
                            a kubeconfig of the server that is told in batches
  --encryption-provider-config FILE
                            with which keys which resources are encrypted on the disk (EncryptionConfiguration)
  --encryption-provider-config-automatic-reload
                            read that file again when it changes
`;

export const rangeAndLogFlags = `\
${apiServerFlags}\
  --pod-cidr CIDR           addresses of pods, chosen at the first start; default 10.244.0.0/16
  --service-cidr CIDR       addresses of Services, chosen at the first start; default 10.96.0.0/16
  --log-level LEVEL         debug, info, warn or error; default warn
  --log-format FORMAT       text or json; default text
  --help                    this text
`;
