import { features } from '#libs/features/features.ts';
import { writeApiDocuments } from './openapi.ts';

// Built, then run from the root of the repository: node --conditions=compiled dist/apps/server/write-api-documents.js [--check]
const check = process.argv.includes('--check');
const outdated = await writeApiDocuments('docs/api', features, { check });
if (outdated.length === 0) console.log('docs/api is up to date.');
else if (check) {
  console.error(`Out of date: ${outdated.join(', ')}. Run it without --check and commit what it writes.`);
  process.exitCode = 1;
} else console.log(`Written: ${outdated.join(', ')}`);
