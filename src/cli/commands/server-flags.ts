/** The flags that every command with an API server takes: `up/server-options.ts` reads them. */
export const addressFlags = `\
  --data-dir DIR            where everything is kept; default $XDG_DATA_HOME/sampan or ~/.local/share/sampan
  --port N                  port of the API server; default 6443, 0 takes any free one
  --bind-address IP         address that it listens on; default 127.0.0.1, which only this machine reaches
`;

const apiServerFlags = `\
  --max-requests-inflight N, --max-mutating-requests-inflight N
                            how many requests are worked on at once, both together; default 400 and 200
  --request-timeout TIME, --min-request-timeout SECONDS
                            how long requests may take, and watches that name no end last at least; default 1m0s
                            and 1800
  --shutdown-send-retry-after
                            while it stops, send who still comes away for a while (429)
  --audit-policy-file FILE  which requests are told of, and how much (audit.k8s.io/v1 Policy)
  --audit-log-path FILE     where that is told, one event a line; - is standard output
  --audit-log-maxsize MB, --audit-log-maxbackup N, --audit-log-maxage DAYS
                            when a new file begins, how many old ones stay and how long; default 100, 100, 366
  --audit-webhook-config-file FILE
                            a kubeconfig of the server that is told in batches
  --oidc-issuer-url URL, --oidc-client-id ID
                            whose tokens let users in, and for whom they must be
  --oidc-ca-file FILE       authorities of the issuer's certificate; default those of this machine
  --oidc-username-claim CLAIM, --oidc-username-prefix PREFIX, --oidc-groups-claim CLAIM, --oidc-groups-prefix PREFIX
                            what makes name and groups; default sub with the issuer's URL before it, and no groups
  --oidc-required-claim CLAIM=VALUE, --oidc-signing-algs ALGS
                            what tokens must say (may be repeated), and how they may be signed; default RS256
  --authentication-config FILE
                            the same for several issuers (apiserver.config.k8s.io/v1 AuthenticationConfiguration)
  --authentication-token-webhook-config-file FILE
                            a kubeconfig of the server that is asked whose a token is
  --authentication-token-webhook-version V, --authentication-token-webhook-cache-ttl TIME
                            of what it is asked, and how long its answers count; default v1beta1 and 2m0s
  --enable-bootstrap-token-auth BOOL, --anonymous-auth BOOL
                            whether tokens for joining count, and who brings no credentials; default true
  --authorization-webhook-config-file FILE
                            a kubeconfig of the server that is asked what somebody may do whom no role allows it
  --authorization-webhook-version V, --authorization-webhook-cache-authorized-ttl TIME,
  --authorization-webhook-cache-unauthorized-ttl TIME
                            of what it is asked, and how long its answers count; default v1beta1, 5m0s and 30s
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
