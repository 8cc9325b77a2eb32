import { v5 } from 'uuid';

/** The root of every id that the ledger derives. */
const CARE_LEDGER = '6f0a9a4e-6c0e-5b1a-9a53-3a1f3f6f0c11';

/** Namespaces by tenant: a deployment has one, and every event needs it. */
const namespaces = new Map<string, string>();
const namespaceOf = (tenant: string): string => {
  let namespace = namespaces.get(tenant);
  if (namespace === undefined) namespaces.set(tenant, (namespace = v5(tenant, CARE_LEDGER)));
  return namespace;
};

/** The id that a name has in a tenant: the same name gives the same id for ever. */
export const deriveId = (tenant: string, name: string): string => v5(name, namespaceOf(tenant));

/** The id of the aggregate that a command creates, so that a retried create makes no twin. */
export const aggregateIdFor = (tenant: string, commandId: string): string => deriveId(tenant, commandId);

/** The id of a command's nth event, so that a retried append is recognised by the store. */
export const eventIdFor = (tenant: string, commandId: string, index: number): string =>
  deriveId(tenant, `${commandId}/${index}`);
