import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { companySignIn } from '../../../src/adapters/mcp-client/company-sign-in.ts';
import { guardedFetch } from '../../../src/adapters/mcp-client/guarded-fetch.ts';

const jag = 'urn:ietf:params:oauth:token-type:id-jag';

describe('signing in by way of a company', () => {
  it('exchanges the ID token for a grant, and says what is wrong where it gets none', async () => {
    let answer: readonly [status: number, body: unknown] = [200, { access_token: 'grant-1', issued_token_type: jag }];
    let asked = '';
    const provider = createServer((request, response) => {
      request.on('data', (chunk) => {
        asked += String(chunk);
      });
      request.on('end', () => response.writeHead(answer[0]).end(JSON.stringify(answer[1])));
    });
    provider.listen(0, '127.0.0.1');
    await once(provider, 'listening');
    const tokenURL = `http://127.0.0.1:${(provider.address() as AddressInfo).port}/token`;
    const secrets: string[] = [];
    const signIn = (at: string) =>
      companySignIn(
        { clientId: 'us', clientSecret: 'secret-1', expectedIssuer: 'https://auth.example.com' },
        {
          tokenURL: at,
          clientId: 'us-at-the-company',
          idToken: 'id-token-1',
          server: 'https://mcp.example.com/mcp',
          fetch: guardedFetch(at, () => []),
          onSecret: (value) => void secrets.push(value),
        },
      ).prepareTokenRequest?.('read');
    try {
      const request = await signIn(tokenURL);
      assert.deepEqual(Object.fromEntries(request ?? []), {
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion: 'grant-1',
        scope: 'read',
      });
      assert.deepEqual(Object.fromEntries(new URLSearchParams(asked)), {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        requested_token_type: jag,
        subject_token: 'id-token-1',
        subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
        audience: 'https://auth.example.com',
        resource: 'https://mcp.example.com/mcp',
        client_id: 'us-at-the-company',
      });
      assert.deepEqual(secrets, ['grant-1']);
      for (const bad of [
        [400, { error: 'invalid_grant' }],
        [200, { access_token: 'of another kind' }],
        [200, 'no object'],
      ] as const) {
        answer = bad;
        await assert.rejects(Promise.resolve(signIn(tokenURL)), {
          code: 'SIGN_IN',
          message: /ask the user to set a fresh/,
        });
      }
      await assert.rejects(Promise.resolve(signIn('http://login.example.com/token')), { code: 'WRONG_HOST' });
    } finally {
      provider.close();
    }
  });
});
