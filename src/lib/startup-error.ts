/**
 * Something that a person has to mend before the program can run: a taken port, an unwritable directory, a
 * wrong setting. `main` prints the message alone, without a stack, and exits with 1. The message says what
 * happened and what to do about it, in one line.
 */
export class StartupError extends Error {
  override readonly name = 'StartupError';
}
