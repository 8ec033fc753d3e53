/** Where a webhook of the server's own is, as a kubeconfig says it. */
export interface WebhookTarget {
  /** The whole URL that reviews are posted to. */
  readonly url: string;
  /** PEM. */
  readonly certificateAuthority?: string | undefined;
  readonly shouldSkipVerification?: boolean | undefined;
  readonly clientCertificate?: { readonly certificate: string; readonly key: string } | undefined;
  readonly token?: string | undefined;
}
