import { describe, expect, it } from '@jest/globals';
import { configurationOf } from './configuration.ts';

describe('configuration', () => {
  it('runs embedded on this machine when nothing is said', () => {
    expect(configurationOf({})).toEqual({
      role: 'all',
      port: 8080,
      host: '127.0.0.1',
      dataFolder: 'care-data',
      tenant: 'careledger',
      eventStore: { kind: 'sqlite', folder: 'care-data' },
      readModels: { kind: 'sqlite', folder: 'care-data' },
      logLevel: 'info',
    });
  });

  it('chooses the stores by their addresses', () => {
    const { eventStore, readModels } = configurationOf({
      EVENT_STORE: 'esdb+discover://cluster.example.cn:2113?tls=true',
      READ_MODELS: 'mongodb://db.example.cn/care?replicaSet=rs0',
    });
    expect(eventStore).toEqual({ kind: 'esdb', url: 'esdb+discover://cluster.example.cn:2113?tls=true' });
    expect(readModels).toEqual({ kind: 'mongodb', url: 'mongodb://db.example.cn/care?replicaSet=rs0' });
  });

  it('lets processes with roles of their own share servers', () => {
    const servers = { EVENT_STORE: 'esdb://node', READ_MODELS: 'mongodb://db/care' };
    expect(configurationOf({ ...servers, CARE_ROLE: 'api' }).role).toBe('api');
    expect(
      configurationOf({ ...servers, CARE_ROLE: 'worker', CARE_LEASE_SECONDS: '30', CARE_PARTITIONS: '8' }),
    ).toMatchObject({ role: 'worker', leaseSeconds: 30, partitions: 8 });
  });

  it('trusts an OpenID Connect provider', () => {
    const { jwks } = configurationOf({
      CARE_JWKS_URL: 'https://id.example.cn/keys',
      CARE_ISSUER: 'https://id.example.cn',
    });
    expect(jwks).toEqual({ url: new URL('https://id.example.cn/keys'), issuer: 'https://id.example.cn' });
  });

  it.each([
    [
      { PORT: 'eighty' },
      'PORT=eighty cannot be used: allowed is a whole number from 0 to 65535. Correct it and start again.',
    ],
    [{ PORT: '65536' }, /PORT=65536 .* from 0 to 65535/],
    [{ PORT: '-1' }, /PORT=-1 /],
    [{ HOST: 'a b' }, /HOST=a b .*host name/],
    [
      { EVENT_STORE: 'postgres://db' },
      /EVENT_STORE=postgres:\/\/db .*sqlite:<folder>, esdb:\/\/…, esdb\+discover:\/\/…/,
    ],
    [{ EVENT_STORE: 'sqlite:' }, /EVENT_STORE=sqlite: /],
    [{ READ_MODELS: 'esdb://node' }, /READ_MODELS=esdb:\/\/node .*mongodb:\/\/…/],
    [{ CARE_PARTITIONS: '3' }, /CARE_PARTITIONS=3 .*1, 2, 4, 8, 16/],
    [{ CARE_TENANT: 'Ümlaut' }, /CARE_TENANT=Ümlaut .*a-z/],
    [{ CARE_DATA: ' ' }, /CARE_DATA= /],
    [{ CARE_JWKS_URL: 'https://id.example.cn' }, /CARE_ISSUER= .*together/],
    [{ CARE_ISSUER: 'me' }, /CARE_JWKS_URL= .*together/],
    [{ CARE_JWKS_URL: 'http://id.example.cn', CARE_ISSUER: 'me' }, /CARE_JWKS_URL=http:\/\/id.example.cn .*https/],
    [{ CARE_JWKS_URL: 'file:///etc/keys', CARE_ISSUER: 'me' }, /CARE_JWKS_URL/],
    [{ LOG_LEVEL: 'loud' }, /LOG_LEVEL=loud .*fatal, error, warn, info, debug, silent/],
    [{ CARE_ROLE: 'web' }, /CARE_ROLE=web .*all, api, worker/],
    [{ CARE_ROLE: 'api' }, /CARE_ROLE=api .*need EVENT_STORE=esdb.* and READ_MODELS=mongodb/],
    [{ CARE_ROLE: 'worker', EVENT_STORE: 'esdb://node' }, /CARE_ROLE=worker .*READ_MODELS=mongodb/],
    [{ CARE_ROLE: 'worker', READ_MODELS: 'mongodb://db' }, /CARE_ROLE=worker .*EVENT_STORE=esdb/],
    [{ CARE_LEASE_SECONDS: '0' }, /CARE_LEASE_SECONDS=0 .*from 1 to 600/],
    [{ CARE_REQUESTS_PER_MINUTE: '0' }, /CARE_REQUESTS_PER_MINUTE=0 /],
  ])('names the variable, its value and what is allowed: %j', (env, sentence) => {
    expect(() => configurationOf(env)).toThrow(sentence);
  });

  it('never repeats a password', () => {
    expect(() => configurationOf({ EVENT_STORE: 'postgres://admin:secret@db/care' })).toThrow(/\/\/…@db\/care/);
    expect(() => configurationOf({ EVENT_STORE: 'postgres://admin:secret@db/care' })).not.toThrow(/secret/);
  });
});
