/**
 * A WebSocket that hands on only what its guard lets pass. The protocol library listens to `message` like
 * everybody else; a listener of ours beside it could not keep anything from it.
 */
import { WebSocket } from 'ws';

/** False: the message is dropped. */
export type MessageGuard = (data: Buffer, isBinary: boolean) => boolean;

export class GuardedWebSocket extends WebSocket {
  /** Asked for each message. Until there is one, everything passes. */
  guard: MessageGuard | null = null;

  override emit(event: string | symbol, ...args: unknown[]): boolean {
    if (event === 'message' && this.guard && !this.guard(args[0] as Buffer, args[1] as boolean)) return true;
    return super.emit(event, ...args);
  }
}
