import { hashText } from '../../world/index.ts';

/**
 * The queues that a flow may use: `handSize` different ones out of `deckSize`, the same for the same flow. Two flows
 * rarely share all of theirs, so one that floods its hand leaves the others a way. Kubernetes: `shufflesharding`.
 *
 * Differs from Kubernetes: hashed by FNV instead of SHA-256. Whoever can choose names to collide with somebody else's
 * flow can as well name that flow.
 */
export function dealHand(flow: string, deckSize: number, handSize: number): readonly number[] {
  let hash = (BigInt(hashText(flow)) << 32n) | BigInt(hashText(flow, 0x9747b28c));
  const hand: number[] = [];
  for (let i = 0; i < handSize; i++) {
    const size = BigInt(deckSize - i);
    hand.push(cardAt(Number(hash % size), hand));
    hash /= size;
  }
  return hand;
}

/** The card that stands at `place` when those of the hand are taken out of the deck. */
function cardAt(place: number, hand: readonly number[]): number {
  let card = place;
  for (const taken of hand.toSorted((a, b) => a - b)) if (card >= taken) card++;
  return card;
}
