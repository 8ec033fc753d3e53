/** What parsing a user's text gives: the value, or what is wrong in upstream's words. */
export type Parsed<T> =
  | { readonly value: T; readonly problem?: undefined }
  | { readonly problem: string; readonly value?: undefined };
