/** Does the work for every item, at most so many at the same time. Rejects with the first failure. */
export const sideBySide = async <T>(
  atOnce: number,
  items: Iterable<T>,
  work: (item: T) => Promise<unknown>,
): Promise<void> => {
  const all = [...items];
  const next = all.values();
  const worker = async () => {
    for (const item of next) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, all.length) }, worker));
};
