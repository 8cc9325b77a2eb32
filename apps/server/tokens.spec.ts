import { createHmac, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SignJWT, exportJWK } from 'jose';
import { issueToken, loadOrCreateTokenKey, parseGrant, tokenVerifier } from './tokens.ts';
import type { TokenKey } from './tokens.ts';

const base64 = (value: object | string) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const inAnHour = () => Math.floor(Date.now() / 1_000) + 3_600;

describe('tokens', () => {
  let folder: string;
  let key: TokenKey;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'care-tokens-'));
    key = await loadOrCreateTokenKey(join(folder, 'key.pem'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const verify = (token: string, tenant = 'acme') => tokenVerifier({ tenant, localKey: key })(token);
  const issue = (options: Partial<Parameters<typeof issueToken>[0]> = {}) =>
    issueToken({
      key,
      tenant: 'acme',
      subject: 'wang',
      grants: ['agent@team-1', 'auditor@*'],
      ttlSeconds: 60,
      ...options,
    });
  const claims = () => ({ iss: 'careledger', aud: 'acme', sub: 'wang', exp: inAnHour(), grants: ['operator@*'] });

  it('says who acts, with which roles in which teams, and for which purpose', async () => {
    expect(await verify(await issue({ purpose: 'complaint-handling' }))).toEqual({
      actor: {
        id: 'wang',
        grants: [
          { role: 'agent', team: 'team-1' },
          { role: 'auditor', team: '*' },
        ],
      },
      purpose: 'complaint-handling',
      expiresAtMs: expect.any(Number),
    });
  });

  it('refuses one without a signature (alg: none)', async () => {
    const forged = `${base64({ alg: 'none' })}.${base64(claims())}.`;
    await expect(verify(forged)).rejects.toThrow(/algorithm|malformed/);
  });

  it('refuses one signed with the public key as a shared secret', async () => {
    const head = `${base64({ alg: 'HS256' })}.${base64(claims())}`;
    const secret = key.publicKey.export({ type: 'spki', format: 'pem' });
    const forged = `${head}.${createHmac('sha256', secret).update(head).digest('base64url')}`;
    await expect(verify(forged)).rejects.toThrow('The token is signed with an algorithm that is not accepted.');
  });

  it('refuses one that brings its own key along', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const forged = await new SignJWT({ grants: ['operator@*'] })
      .setProtectedHeader({ alg: 'EdDSA', jwk: await exportJWK(publicKey) })
      .setIssuer('careledger')
      .setAudience('acme')
      .setSubject('wang')
      .setExpirationTime('1h')
      .sign(privateKey);
    await expect(verify(forged)).rejects.toThrow('The signature of the token is not from a trusted key.');
  });

  it('refuses one whose claims were changed', async () => {
    const [head, , signature] = (await issue()).split('.');
    await expect(verify(`${head}.${base64(claims())}.${signature}`)).rejects.toThrow(/signature/);
  });

  it('refuses one that has expired', async () => {
    await expect(verify(await issue({ ttlSeconds: -60 }))).rejects.toThrow('The token has expired: get a new one.');
  });

  it('refuses another tenant’s', async () => {
    await expect(verify(await issue({ tenant: 'other' }))).rejects.toThrow('The token is meant for another tenant.');
  });

  it('refuses an unknown issuer', async () => {
    const token = await new SignJWT({}).setProtectedHeader({ alg: 'EdDSA' }).setIssuer('evil').sign(key.privateKey);
    await expect(verify(token)).rejects.toThrow(/issuer/);
  });

  it.each(['', 'x', 'a.b', 'a.b.c', '..'])('refuses %j as malformed', async (text) => {
    await expect(verify(text)).rejects.toThrow('The token is malformed.');
  });

  it.each([
    [{ grants: ['king@*'] }, /grants/],
    [{ grants: 'operator@*' }, /grants/],
    [{ grants: [1] }, /grants/],
    [{ sub: 'two words' }, /sub/],
    [{ sub: undefined }, /sub/],
    [{ exp: undefined }, /exp/],
    [{ purpose: 7 }, /purpose/],
  ])('refuses the claims %j', async (changed, reason) => {
    const token = await new SignJWT({ ...claims(), ...(changed as object) })
      .setProtectedHeader({ alg: 'EdDSA' })
      .sign(key.privateKey);
    await expect(verify(token)).rejects.toThrow(reason);
  });

  it('reads a grant as role@team and names the roles where it is none', () => {
    expect(parseGrant('agent@team-1')).toEqual({ role: 'agent', team: 'team-1' });
    for (const text of ['agent', 'agent@', '@team-1', 'king@*', ''])
      expect(() => parseGrant(text)).toThrow(/role@team.*department-head/);
    return expect(issue({ grants: ['king@*'] })).rejects.toThrow(/king/);
  });

  it('makes the key once, for its owner’s eyes only', async () => {
    const file = join(folder, 'made-once.pem');
    const keys = await Promise.all([loadOrCreateTokenKey(file), loadOrCreateTokenKey(file)]);
    const again = await loadOrCreateTokenKey(file);
    for (const each of keys) expect(each.privateKey.equals(again.privateKey)).toBe(true);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).toMatch(/^-----BEGIN PRIVATE KEY-----/);
  });

  it('does not replace a file that holds something else', async () => {
    const file = join(folder, 'not-a-key.pem');
    await writeFile(file, 'hello');
    await expect(loadOrCreateTokenKey(file)).rejects.toThrow(/not-a-key.pem does not hold a private key/);
    expect(await readFile(file, 'utf8')).toBe('hello');
  });

  describe('of an OpenID Connect provider', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const provider = createServer();
    let url: URL;
    let broken = false;
    beforeAll(async () => {
      const keys = [
        { ...(await exportJWK(rsa.publicKey)), kid: 'rsa', alg: 'RS256', use: 'sig' },
        { ...(await exportJWK(ec.publicKey)), kid: 'ec', alg: 'ES256', use: 'sig' },
      ];
      provider.on('request', (_request, response) =>
        broken
          ? response.writeHead(500).end()
          : response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys })),
      );
      await new Promise<void>((resolve) => void provider.listen(0, '127.0.0.1', resolve));
      url = new URL(`http://127.0.0.1:${(provider.address() as AddressInfo).port}/keys`);
    });
    afterAll(() => new Promise((resolve) => void provider.close(resolve)));

    const issuer = 'https://id.example.cn';
    const verifier = () => tokenVerifier({ tenant: 'acme', localKey: key, jwks: { url, issuer } });
    const signed = (alg: string, kid: string, from = issuer) =>
      new SignJWT({ ...claims(), iss: from })
        .setProtectedHeader({ alg, kid })
        .sign(kid === 'rsa' ? rsa.privateKey : ec.privateKey);

    it.each([
      ['RS256', 'rsa'],
      ['ES256', 'ec'],
    ])('are believed when signed with %s by its key', async (alg, kid) => {
      expect((await verifier()(await signed(alg, kid))).actor.id).toBe('wang');
    });

    it('are refused with an algorithm that is not on the list', async () => {
      await expect(verifier()(await signed('RS512', 'rsa'))).rejects.toThrow(/algorithm/);
    });

    it('are refused when they claim to be the ledger’s own', async () => {
      await expect(verifier()(await signed('RS256', 'rsa', 'careledger'))).rejects.toThrow(/algorithm|signature/);
    });

    it('are no longer the caller’s fault when the provider does not answer', async () => {
      broken = true;
      await expect(verifier()(await signed('RS256', 'rsa'))).rejects.toMatchObject({
        status: 503,
        code: 'authentication.unavailable',
      });
      broken = false;
    });
  });
});
