/**
 * Linux's packet filter, driven through `nft` and `conntrack`: applies scripts, makes the kernel settings that Services
 * need, forgets stale UDP flows. What the scripts say is decided in `network/proxy`.
 *
 * Start reading at `nft-packet-filter.ts`.
 */
export { NftError } from './nft-error.ts';
export { NftPacketFilter, type NftPacketFilterOptions } from './nft-packet-filter.ts';
export { type CommandResult, runCommand } from './run-command.ts';
