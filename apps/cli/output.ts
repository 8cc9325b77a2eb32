import Table from 'cli-table3';

/** Where answers go. Answers are written to stdout, everything said about them to stderr. */
export interface Output {
  readonly json: boolean;
  /** One JSON document, on a line of its own. */
  document(value: unknown): void;
  /** For people only. */
  line(text?: string): void;
  table(head: readonly string[], rows: readonly (readonly string[])[]): void;
  /** To stderr, for people; nothing with `--json`. */
  remark(text: string): void;
}

const PLAIN = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

export const createOutput = (json: boolean): Output => ({
  json,
  document: (value) => void process.stdout.write(`${JSON.stringify(value)}\n`),
  line: (text = '') => void process.stdout.write(`${text}\n`),
  table: (head, rows) => {
    const table = new Table({
      head: [...head],
      chars: PLAIN,
      style: { 'padding-left': 0, 'padding-right': 0, head: process.stdout.isTTY ? ['bold'] : [], border: [] },
    });
    table.push(...rows.map((row) => [...row]));
    const text = table.toString();
    process.stdout.write(`${text.replace(/[ ]+$/gm, '')}\n`);
  },
  remark: (text) => {
    if (!json) process.stderr.write(`${text}\n`);
  },
});

/** A value in a table's cell: short, on one line. */
export const cell = (value: unknown, width = 48): string => {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const oneLine = text.replace(/\s+/g, ' ');
  return oneLine.length > width ? `${oneLine.slice(0, width - 1)}…` : oneLine;
};
