/** Compiles only when the type is `true`: the comparison that failed stands in the compiler's message. */
export type Assert<T extends true> = T;

/** True when every value of `A` is one of `B`. */
export type Extends<A, B> = [A] extends [B] ? true : { readonly not: A; readonly extends: B };

/** True when both have the same keys, no more and no fewer. */
export type SameKeys<A, B> = [keyof A, keyof B] extends [keyof B, keyof A]
  ? true
  : { readonly onlyInFirst: Exclude<keyof A, keyof B>; readonly onlyInSecond: Exclude<keyof B, keyof A> };
