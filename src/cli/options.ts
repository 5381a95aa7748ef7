/** Options that are more than a text. Each parser throws what commander shows as a wrong argument. */
import { InvalidArgumentError } from 'commander';

export const DIMENSIONS = [
  'DATE',
  'OAUTH_CLIENT',
  'ORGANIZATION',
  'USER',
  'TEMPLATE_URI',
  'HTTP_METHOD',
  'PLATFORM',
] as const;
export const METRICS = [
  'REQUESTS',
  'STATUS_200',
  'STATUS_300',
  'STATUS_400',
  'STATUS_429',
  'STATUS_500',
] as const;
export const GRANULARITIES = ['DAY', 'WEEK', 'MONTH'] as const;
export const STATUSES = ['QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELED', 'TIMED_OUT'] as const;

/** One of the contract's values, in lower case and with dashes if you like: `oauth-client`. */
export function oneOf<T extends string>(values: readonly T[]): (text: string) => T {
  return (text) => {
    const value = values.find((one) => one === toEnum(text));
    if (value === undefined)
      throw new InvalidArgumentError(`It is one of ${values.map(toOption).join(', ')}.`);
    return value;
  };
}

/** The same, several of them, with commas or with the option repeated. */
export function someOf<T extends string>(
  values: readonly T[],
): (text: string, before?: readonly T[]) => readonly T[] {
  const parse = oneOf(values);
  return (text, before = []) => [...before, ...text.split(',').map(parse)];
}

export function texts(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...text.split(',').map((one) => one.trim())];
}

export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It is a whole number from ${least} to ${most}.`);
  };
}

export function toOption(value: string): string {
  return value.toLowerCase().replaceAll('_', '-');
}

function toEnum(text: string): string {
  return text.trim().toUpperCase().replaceAll('-', '_');
}
