/** Where the API server can be reached from the nodes and pods of the cluster. */
export interface AdvertisedAddress {
  readonly ip: string;
  readonly port: number;
}
