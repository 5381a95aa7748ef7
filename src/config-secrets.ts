/** What of the configuration must stand in no line of the log. */
import { SETTINGS } from './config-settings.js';

/** By what they are called; everything new that is called so is one of them. */
const SECRET_SETTING = /_(SECRET|PASSWORD|KEY|TOKEN|HEADERS)$/;
/** `user:password@` of an address. */
const USER_INFO = /^[a-z][a-z\d+.-]*:\/\/[^\s/]*:(.*)@/i;
/** Hiding a word such as `app` would make lines unreadable, and hide nothing that is hard to guess. */
const SHORTEST = 8;

/** The secrets among these variables, and each part of those that have several (`id:key,id2:key2`). */
export function secretsOf(environment: Readonly<Record<string, string | undefined>>): string[] {
  return Object.keys(SETTINGS)
    .flatMap((name) => partsOf(name, environment[name] ?? ''))
    .filter((secret) => secret.length >= SHORTEST);
}

function partsOf(name: string, value: string): string[] {
  if (SECRET_SETTING.test(name)) return [value, ...value.split(',').map(withoutName)];
  const password = USER_INFO.exec(value)?.[1];
  return password === undefined ? [] : [password, decoded(password)];
}

/** `id:key` and `name=value`: the name may be told, and has to be when keys are rotated. */
function withoutName(part: string): string {
  return /^[^:=]*[:=](.+)$/.exec(part.trim())?.[1] ?? part.trim();
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
