import type { Query, ReadModels, StoredDocument } from '#libs/ports/read-models.ts';

/** All documents that a query finds, page by page. */
export async function* everyPage(
  models: ReadModels,
  collection: string,
  query: Omit<Query, 'cursor'>,
): AsyncIterable<readonly StoredDocument[]> {
  for (let cursor: string | undefined; ;) {
    const { documents, next } = await models.find(collection, {
      ...query,
      ...(cursor === undefined ? {} : { cursor }),
    });
    if (documents.length > 0) yield documents;
    if (next === undefined) return;
    cursor = next;
  }
}
