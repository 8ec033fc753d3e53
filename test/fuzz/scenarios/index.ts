/** What the fuzzer does, each with how often. One scenario is one file's export and one line here. */
import type { Scenario } from '../draft.ts';
import { liveAdmissionRule, liveApiService, liveCustomKind, renewNamespace } from './lives.ts';
import {
  createObject,
  deleteCollection,
  deleteObject,
  listObjects,
  putObject,
  readObject,
  replaceObject,
} from './object-requests.ts';
import { abortRequest, askBadPath, mismatchMethod, sendOddBody, sendOddHeaders } from './odd-requests.ts';
import { askElsewhere, askSubresource, watchObjects } from './other-requests.ts';
import { patchObject } from './patch-requests.ts';
import { readBackAny } from './read-back.ts';

export const scenarios: readonly (readonly [weight: number, scenario: Scenario])[] = [
  [32, createObject],
  [8, replaceObject],
  [4, putObject],
  [12, patchObject],
  [4, readObject],
  [4, listObjects],
  [6, deleteObject],
  [2, deleteCollection],
  [8, askSubresource],
  [4, watchObjects],
  [3, readBackAny],
  [2, askElsewhere],
  [2, mismatchMethod],
  [3, askBadPath],
  [3, sendOddHeaders],
  [4, sendOddBody],
  [1, abortRequest],
  [3, renewNamespace],
  [0.7, liveCustomKind],
  [0.7, liveAdmissionRule],
  [0.2, liveApiService],
];
