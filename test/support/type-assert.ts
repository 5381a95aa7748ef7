/**
 * Assertions about types: a false one does not compile. Put each into an exported type, for instance
 * `export type _ = Expect<SameKeys<Ours, Theirs>>`; nothing is left of them at run time.
 */

/** Compiles only for `true`. */
export type Expect<Holds extends true> = Holds;

/** Compiles only for `false`: for a control that shows that an assertion can fail. */
export type Refute<Holds extends false> = Holds;

/** A value of the first type can be used as the second, as a whole and not member by member of a union. */
export type Assignable<From, To> = [From] extends [To] ? true : false;

/** Both types are the same, optional and readonly marks included. */
export type Equal<Left, Right> =
  (<T>() => T extends Left ? 1 : 2) extends <T>() => T extends Right ? 1 : 2 ? true : false;

/** Both types have the same keys: neither has one that the other has dropped, renamed or spelled differently. */
export type SameKeys<Left, Right> = Equal<keyof Left, keyof Right>;

/** The first type has no key that the second lacks. */
export type KeysWithin<Part, Whole> = [Exclude<keyof Part, keyof Whole>] extends [never] ? true : false;

/** An answer that we send or read: the other side takes it, and knows every key of it. */
export type AnswerAgrees<Ours, Theirs> =
  Assignable<Ours, Theirs> extends true ? KeysWithin<Ours, Theirs> : false;

/** A request body: each side takes the other's, and they have the same keys. */
export type BodyAgrees<Ours, Theirs> =
  Assignable<Ours, Theirs> extends true
    ? Assignable<Theirs, Ours> extends true
      ? SameKeys<Ours, Theirs>
      : false
    : false;

/** The element of a list that may be missing. */
export type ElementOf<List> = NonNullable<List> extends readonly (infer Element)[] ? Element : never;
