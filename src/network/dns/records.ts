/** Record types by name, as numbers on the wire. */
export const recordTypes = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  OPT: 41,
  AXFR: 252,
  ANY: 255,
} as const;

/** Response codes by name. */
export const responseCodes = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
} as const;

export type ResponseCode = (typeof responseCodes)[keyof typeof responseCodes];

export interface SoaData {
  readonly primary: string;
  readonly mailbox: string;
  readonly serial: number;
  readonly refresh: number;
  readonly retry: number;
  readonly expire: number;
  readonly minimum: number;
}

export interface SrvData {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly target: string;
}

/** A resource record. Names are without the last dot; `ttl` is in seconds. */
export type DnsRecord = { readonly name: string; readonly ttl: number } & (
  | { readonly type: 'A' | 'AAAA' | 'CNAME' | 'NS' | 'PTR' | 'TXT'; readonly data: string }
  | { readonly type: 'SRV'; readonly data: SrvData }
  | { readonly type: 'SOA'; readonly data: SoaData }
);

/** What is known about a question, before it is written for whoever asked. */
export interface Answer {
  readonly code: ResponseCode;
  readonly isAuthoritative: boolean;
  readonly answers: readonly DnsRecord[];
  readonly authority: readonly DnsRecord[];
  readonly additional: readonly DnsRecord[];
}
