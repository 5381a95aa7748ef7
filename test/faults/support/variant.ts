/** The long variants run when the environment says `FAULTS=long`; the short ones are part of every test run. */
export const LONG = process.env['FAULTS'] === 'long';

/** How often, how many or how long: in the short variant, and in the long one. */
export function sized(short: number, long: number): number {
  return LONG ? long : short;
}
