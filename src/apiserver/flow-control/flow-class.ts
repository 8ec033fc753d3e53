import type { FlowSchema, PolicyRulesWithSubjects } from '../../api/generated/index.ts';
import type { UserInfo } from '../core-contract.ts';
import type { RequestInfo } from '../http/request-info.ts';
import type { FlowCounters } from './flow-counters.ts';
import { compileRules, type RequestRule } from './flow-rules.ts';
import { includesSubject } from './flow-subjects.ts';
import type { PriorityLevel } from './priority-level.ts';
import { dealHand } from './shuffle-sharding.ts';

/** Flows whose hands are remembered: users and namespaces come and go. */
const handsMax = 4096;
const noHand: readonly number[] = [];

interface Part {
  readonly subjects: PolicyRulesWithSubjects['subjects'];
  readonly rules: RequestRule;
}

/** A FlowSchema, ready to classify requests, with the level that they go to. */
export class FlowClass {
  readonly name: string;
  readonly uid: string;
  readonly level: PriorityLevel;
  readonly counters: FlowCounters;
  readonly #parts: readonly Part[];
  readonly #distinguisher: string | undefined;
  readonly #queueCount: number;
  readonly #handSize: number;
  readonly #hands = new Map<string, readonly number[]>();

  constructor({ metadata, spec }: FlowSchema, level: PriorityLevel, counters: FlowCounters) {
    this.name = metadata.name!;
    this.uid = metadata.uid ?? '';
    this.level = level;
    this.counters = counters;
    this.#parts = (spec.rules ?? []).map(rule => ({ subjects: rule.subjects, rules: compileRules(rule) }));
    this.#distinguisher = spec.distinguisherMethod?.type;
    const { admission } = level;
    this.#queueCount = typeof admission === 'object' ? admission.queues : 0;
    this.#handSize = typeof admission === 'object' ? admission.handSize : 0;
  }

  /** The rules that concern this user's requests. */
  rulesFor(user: UserInfo): readonly RequestRule[] {
    return this.#parts.filter(({ subjects }) => includesSubject(subjects, user)).map(({ rules }) => rules);
  }

  /** What tells this request's flow from others of the same schema; empty where it does not matter. */
  distinguish(info: RequestInfo, user: UserInfo): string {
    if (this.#queueCount <= 1) return '';
    if (this.#distinguisher === 'ByUser') return user.username;
    return this.#distinguisher === 'ByNamespace' ? info.namespace : '';
  }

  /** The queues that the flow may use. */
  handOf(distinguisher: string): readonly number[] {
    if (this.#queueCount === 0) return noHand;
    let hand = this.#hands.get(distinguisher);
    if (hand === undefined) {
      hand = dealHand(`${this.name}\0${distinguisher}`, this.#queueCount, this.#handSize);
      if (this.#hands.size >= handsMax) this.#hands.clear();
      this.#hands.set(distinguisher, hand);
    }
    return hand;
  }
}
