import type { UpstreamHttp } from './http.js';

/**
 * Tells of every request once its answer (`error`: or what came in its place) is there. The answer does not wait for
 * what `onAnswer` starts.
 */
export function createCountedHttp(
  http: UpstreamHttp,
  onAnswer: (secret: string, error: unknown) => void,
): UpstreamHttp {
  return {
    async send(request, parse) {
      const { secret } = request.authorization;
      try {
        const answer = await http.send(request, parse);
        onAnswer(secret, null);
        return answer;
      } catch (error) {
        onAnswer(secret, error);
        throw error;
      }
    },
  };
}
