import { liveThrough } from './delivery-history.ts';

// A process to be killed. It tells each round that it begins.
await liveThrough(process.argv[2]!, process.argv[3]!, (round) => process.send?.(round));
process.disconnect();
