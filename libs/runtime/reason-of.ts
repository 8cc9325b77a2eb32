/** What went wrong, in words, whatever was thrown. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** As an error, whatever was thrown. */
export const errorOf = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
