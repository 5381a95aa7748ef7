import type { Stopper } from '../lib/stopper.js';

/** Registers how to stop what has just been started; throws when the program is asked to stop meanwhile. */
export type OnStop = Stopper['onStop'];
