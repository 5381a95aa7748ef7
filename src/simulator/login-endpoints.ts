import { json } from './answer.js';
import { ApiError, invalid } from './api-error.js';
import type { LoginRoute } from './routes.js';
import type { Tokens } from './tokens.js';

/** `POST /oauth/token` with the client credentials grant, the only one there is here. */
export function createLoginRoutes(tokens: Tokens): LoginRoute[] {
  return [
    {
      method: 'POST',
      path: '/oauth/token',
      stage: 'login',
      async handle({ authorization, readForm }) {
        const form = await readForm();
        if (form.get('grant_type') !== 'client_credentials') {
          throw invalid('bad.request', 'grant_type', 'grant_type must be client_credentials');
        }
        const { clientId, secret } = readBasic(authorization);
        const { token, lifetimeSeconds } = tokens.grant(clientId, secret);
        return json(200, { access_token: token, token_type: 'bearer', expires_in: lifetimeSeconds });
      },
    },
  ];
}

function readBasic(authorization: string | undefined): { clientId: string; secret: string } {
  const encoded = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(authorization ?? '')?.[1];
  const text = Buffer.from(encoded ?? '', 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0)
    throw new ApiError(
      401,
      'authentication.required',
      'client credentials are sent with Basic authorization',
    );
  return { clientId: text.slice(0, colon), secret: text.slice(colon + 1) };
}
