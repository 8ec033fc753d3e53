/**
 * Questions about access, asked as objects: SubjectAccessReview and its family, SelfSubjectRulesReview, TokenReview,
 * SelfSubjectReview.
 *
 * Start reading at `access-reviews.ts`.
 */
export { createAccessReviews } from './access-reviews.ts';
export { createIdentityReviews } from './identity-reviews.ts';
export { createRulesReview } from './rules-review.ts';
