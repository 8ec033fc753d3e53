/** The flags that every command with an API server takes: `up/server-options.ts` reads them. */
export const addressFlags = `\
  --data-dir DIR            where everything is kept; default $XDG_DATA_HOME/sampan or ~/.local/share/sampan
  --port N                  port of the API server; default 6443, 0 takes any free one
  --bind-address IP         address that it listens on; default 127.0.0.1, which only this machine reaches
`;

export const rangeAndLogFlags = `\
  --pod-cidr CIDR           addresses of pods, chosen at the first start; default 10.244.0.0/16
  --service-cidr CIDR       addresses of Services, chosen at the first start; default 10.96.0.0/16
  --log-level LEVEL         debug, info, warn or error; default warn
  --log-format FORMAT       text or json; default text
  --help                    this text
`;
